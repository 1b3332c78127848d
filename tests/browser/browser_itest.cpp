// Second factors in a real browser: Debian's Chromium with authenticators of its own, driven by the
// scenarios next to this file.
#include <cstdlib>

#include "sign_in_world.hpp"

namespace rgw::test {
namespace {

class InBrowser : public SignInWorld {
protected:
    InBrowser() { world_.environment.erase("RGW_SETTING_MFA_REQUIRE_ALL_USERS"); }

    void require_verification() {
        world_.environment["WEBAUTHN_USER_VERIFICATION"] = "required";
        verification_ = "required";
    }
    void play(const std::string& scenario) {
        start();
        Environment environment{{"RGW_BASE_URL", url("")},
                                {"RGW_DATABASE_URL", world_.environment.at("DATABASE_URL")},
                                {"RGW_VERIFICATION", verification_}};
        if (std::getenv("RGW_SCREENSHOTS") != nullptr) {
            environment["RGW_SCREENSHOTS"] = "yes";
        }
        const Ran ran =
            run({"/usr/bin/env", "node", RGW_BROWSER_TESTS "/" + scenario + ".mjs"}, environment);
        EXPECT_EQ(ran.status, 0) << ran.out << ran.err << world_.gateway_log();
    }

    std::string verification_ = "preferred";
};

TEST_F(InBrowser, WhoHasNoFactorSetsOneUpBeforeAnythingElse) {
    play("first_sign_in");
}
TEST_F(InBrowser, TheNextSignInAsksForThePasskey) {
    play("passkey_sign_in");
}
TEST_F(InBrowser, APasskeyThatDidNotRecogniseItsOwnerIsRefusedWhereThatIsRequired) {
    require_verification();
    play("passkey_sign_in");
}
TEST_F(InBrowser, ADialogAsksForWhatNeedsAFreshFactor) {
    play("step_up");
}
TEST_F(InBrowser, AnAuthenticatorThatAnswersWronglyGainsNothing) {
    require_verification();
    play("bad_authenticator");
}
TEST_F(InBrowser, AnAuthenticatorAppAndBackupCodesEachCountOnce) {
    play("authenticator_app");
}
TEST_F(InBrowser, ACommandLineIsLetInByWhoSeesWhichMachineAsks) {
    play("command_line");
}
TEST_F(InBrowser, AKeyIsRegisteredOnce) {
    play("same_key_twice");
}
TEST_F(InBrowser, ATrustedBrowserIsNotAskedAtItsSignInOnly) {
    play("trusted_browser");
}
TEST_F(InBrowser, AResetEndsSessionsAndBeginsAnew) {
    play("reset");
}
TEST_F(InBrowser, NoTroubleOfAPageGoesUnheard) {
    play("trap");
}

}  // namespace
}  // namespace rgw::test
