#include "rgw/identity/cli_sign_in.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "fake_provider.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/oidc_flow.hpp"
#include "rgw/identity_testing/memory_cli_logins.hpp"
#include "rgw/identity_testing/memory_directories.hpp"
#include "rgw/identity_testing/memory_role_change_log.hpp"
#include "support/run.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using enum CliDecision;

Deadline soon() {
    return deadline_in(10s);
}

std::string parameter(const std::string& url, const std::string& name) {
    const std::size_t at = url.find(name + "=") + name.size() + 1;
    return url.substr(at, url.find('&', at) - at);
}

class CliSignInTest : public testing::Test {
protected:
    CliSignInTest() {
        loop_.start();
        users_.users = {{.id = UserId{1}, .email = "ada@example.com", .name = "Ada"},
                        {.id = UserId{2}, .email = "bob@example.com", .name = "Bob"}};
        provider_.now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    }
    ~CliSignInTest() override { test::run(loop_, client_.close()); }
    CliSignInTest(const CliSignInTest&) = delete;
    CliSignInTest& operator=(const CliSignInTest&) = delete;

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(loop_, std::move(task));
    }

    StartedCliLogin start() {
        StartedCliLogin started =
            wait(cli_.start({.ip_address = "192.0.2.7",
                             .user_agent = "rack-gateway/1",
                             .device = {.id = std::nullopt, .name = "laptop", .os = "linux"}},
                            soon()))
                .value();
        provider_.nonce = parameter(started.auth_url, "nonce");
        return started;
    }
    CameBack come_back(const StartedCliLogin& login, const std::string& code = "the-code") {
        return wait(cli_.came_back(login.state, Secret(code), soon()));
    }
    CliBrowser browser(const StartedCliLogin& login, const CameBack& back) {
        return {.state = login.state,
                .cookie = back.cookie,
                .form_token = cli_.form_token(login.state)};
    }
    std::string seen(const CliBrowser& browser, MfaRequired required = MfaRequired::no) {
        const auto view = wait(cli_.view(browser, required, soon()));
        if (!view) {
            return reason(view.error());
        }
        switch (view->step) {
            case CliStep::approve:
                return "approve";
            case CliStep::challenge:
                return "challenge";
            case CliStep::enroll:
                return "enroll";
            case CliStep::done:
                return "done";
        }
        return "";
    }
    static std::string reason(const CliRefusal& refusal) { return describe(refusal.error); }
    std::string decide(const CliBrowser& browser, CliDecision decision,
                       MfaRequired required = MfaRequired::no) {
        const auto decided = wait(cli_.decide(browser, decision, required, soon()));
        return decided ? "ok" : reason(decided.error());
    }
    CliResult<std::optional<CliSession>> complete(const StartedCliLogin& login,
                                                  MfaRequired required = MfaRequired::no) {
        return wait(cli_.complete({.state = login.state,
                                   .verifier = login.verifier,
                                   .machine = {.ip_address = "192.0.2.7", .user_agent = "cli"}},
                                  required, soon()));
    }
    std::string outcome(const StartedCliLogin& login, MfaRequired required = MfaRequired::no) {
        const auto completed = complete(login, required);
        if (!completed) {
            return reason(completed.error());
        }
        return *completed ? "session of " + (*completed)->user.email : "pending";
    }
    identity_testing::MemoryCliLoginStore::Row& row(const StartedCliLogin& login) {
        return logins_.rows.at(token_hash(login.state));
    }

    FakeClock clock_{Timestamp(1'800'000'000s)};
    FakeProvider provider_;
    async::Loop loop_{"test"};
    OidcClient client_{loop_,
                       provider_,
                       clock_,
                       {.issuer = "https://idp.example.com",
                        .client_id = "client-1",
                        .client_secret = Secret("secret"),
                        .allowed_domains = {"example.com"},
                        .role_claim = ""}};
    identity_testing::MemoryUserStore users_;
    identity_testing::MemorySessionStore sessions_{users_};
    identity_testing::MemoryCliLoginStore logins_{users_};
    identity_testing::MemoryUserDirectory directory_{users_, sessions_};
    identity_testing::MemoryRoleChangeLog role_changes_;
    ClaimedRoles roles_{{.map = {}, .users = directory_, .log = role_changes_, .clock = clock_}};
    CliSignIn cli_{{.client = client_,
                    .users = users_,
                    .roles = roles_,
                    .logins = logins_,
                    .sessions = {.sessions = sessions_,
                                 .clock = clock_,
                                 .limits = [] { return SessionLimits(); }},
                    .key = Secret("0123456789abcdef0123456789abcdef"),
                    .redirect_uri = "https://gw.example.com/api/v1/auth/cli/callback"}};
};

TEST_F(CliSignInTest, StartsWithWhatTheContractNames) {
    const StartedCliLogin login = start();
    EXPECT_EQ(login.state.size(), 43U);
    EXPECT_EQ(login.verifier.expose().size(), 43U);
    EXPECT_EQ(parameter(login.auth_url, "state"), login.state);
    EXPECT_EQ(parameter(login.auth_url, "code_challenge"), code_challenge(login.verifier.expose()));
    const auto& stored = row(login);
    const std::string all = stored.login.hash + *stored.login.verifier_hash +
                            stored.exchange->bytes + stored.exchange->key_id;
    for (const std::string& secret :
         {login.state, std::string(login.verifier.expose()), provider_.nonce}) {
        EXPECT_THAT(all, Not(HasSubstr(secret)));
    }
    EXPECT_EQ(stored.login.expires_at, clock_.now() + 10min);
}

TEST_F(CliSignInTest, APersonWhoApprovesLetsTheCommandLineIn) {
    const StartedCliLogin login = start();
    EXPECT_EQ(outcome(login), "pending");
    const CameBack back = come_back(login);
    EXPECT_FALSE(back.refusal);
    EXPECT_EQ(back.email, "ada@example.com");
    EXPECT_THAT(provider_.last_body, HasSubstr("code=the-code"));
    EXPECT_THAT(provider_.last_body,
                HasSubstr("code_verifier=" + std::string(login.verifier.expose())));
    EXPECT_EQ(outcome(login), "pending") << "nobody has approved";
    EXPECT_EQ(seen(browser(login, back)), "approve");
    EXPECT_EQ(seen(browser(login, back)), "approve") << "the page may be opened again";
    EXPECT_EQ(decide(browser(login, back), approved), "ok");
    EXPECT_EQ(seen(browser(login, back)), "done");
    const auto completed = complete(login);
    ASSERT_TRUE(completed && *completed);
    EXPECT_EQ((*completed)->user.email, "ada@example.com");
    EXPECT_EQ((*completed)->device.name, "laptop");
    EXPECT_TRUE((*completed)->device.id) << "made when it has none";
    EXPECT_TRUE((*completed)->mfa_verified);
    EXPECT_FALSE((*completed)->mfa_required || (*completed)->enrollment_required);
    ASSERT_EQ(sessions_.sessions.size(), 1U);
    EXPECT_EQ(sessions_.sessions[0].hash, token_hash((*completed)->text.expose()));
    EXPECT_EQ(sessions_.sessions[0].made.channel, Channel::cli);
    EXPECT_EQ(sessions_.sessions[0].record.recent_step_up_at, std::nullopt);
    EXPECT_EQ(outcome(login), "sign_in_refused: login: there is no such state") << "once";
}

TEST_F(CliSignInTest, WhoOnlyKnowsTheStateGetsNoFurther) {
    const StartedCliLogin login = start();
    const StartedCliLogin other = start();
    provider_.nonce = parameter(login.auth_url, "nonce");
    const CameBack back = come_back(login);
    const CameBack second = come_back(login, "another-code");
    EXPECT_EQ(second.cookie, "") << "the browser of the first return is the one";
    EXPECT_EQ(reason(*second.refusal), "sign_in_refused: login: the state was used before");
    EXPECT_EQ(provider_.exchanges, 1) << "the exchange happens once";
    const std::string not_ours =
        "sign_in_refused: login: the browser is not the one that came back";
    CliBrowser good = browser(login, back);
    const struct {
        const char* what;
        std::string state, cookie;
    } cases[] = {
        {"no cookie", login.state, ""},
        {"made-up cookie", login.state, std::string(43, 'A')},
        {"cookie of another state", other.state, back.cookie},
        {"the form's token", login.state, cli_.form_token(login.state)},
        {"no state", "", back.cookie},
        {"no state of ours", "../../etc", back.cookie},
    };
    for (const auto& c : cases) {
        const CliBrowser attacker{
            .state = c.state, .cookie = c.cookie, .form_token = cli_.form_token(c.state)};
        EXPECT_EQ(seen(attacker), not_ours) << c.what;
        EXPECT_EQ(decide(attacker, approved), not_ours) << c.what;
        EXPECT_EQ(decide(attacker, denied), not_ours) << c.what;
    }
    good.form_token = "";
    EXPECT_EQ(decide(good, approved), "sign_in_refused: login: the page's token is missing");
    good.form_token = cli_.form_token(other.state);
    EXPECT_EQ(decide(good, approved), "sign_in_refused: login: the page's token is missing");
    EXPECT_EQ(outcome(login), "pending");
    EXPECT_TRUE(sessions_.sessions.empty());
}

TEST_F(CliSignInTest, OnlyTheVerifierCollectsTheSession) {
    StartedCliLogin login = start();
    const StartedCliLogin other = start();
    provider_.nonce = parameter(login.auth_url, "nonce");
    EXPECT_EQ(decide(browser(login, come_back(login)), approved), "ok");
    const Secret good = login.verifier;
    const std::string unfit = "sign_in_refused: login: no state and verifier of ours";
    const struct {
        std::string verifier, reason;
    } cases[] = {
        {"", unfit},
        {std::string(good.expose().substr(1)), unfit},
        {std::string(129, 'a'), unfit},
        {std::string(128, 'a'),
         "sign_in_refused: login: the verifier is not the one it began with"},
        {std::string(other.verifier.expose()),
         "sign_in_refused: login: the verifier is not the one it began with"},
        {*row(login).login.verifier_hash,
         "sign_in_refused: login: the verifier is not the one it began with"},
    };
    for (const auto& c : cases) {
        login.verifier = Secret(c.verifier);
        EXPECT_EQ(outcome(login), c.reason) << c.verifier;
    }
    login.verifier = good;
    EXPECT_EQ(outcome(login), "session of ada@example.com") << "and wrong ones burn nothing";
}

TEST_F(CliSignInTest, AStateLivesTenMinutes) {
    const StartedCliLogin unused = start();
    const StartedCliLogin returned = start();
    const CameBack back = come_back(returned);
    const StartedCliLogin approved_one = start();
    EXPECT_EQ(decide(browser(approved_one, come_back(approved_one)), approved), "ok");
    clock_.advance(10min);
    const std::string late = "sign_in_refused: login: it took too long";
    EXPECT_EQ(reason(*come_back(unused).refusal), late);
    EXPECT_EQ(come_back(unused).cookie, "");
    EXPECT_EQ(seen(browser(returned, back)), late);
    EXPECT_EQ(decide(browser(returned, back), approved), late);
    EXPECT_EQ(outcome(approved_one), late);
    EXPECT_EQ(outcome(unused), late);
}

TEST_F(CliSignInTest, AReturnThatFailsEndsTheLoginAndSaysWhy) {
    const struct {
        const char* what;
        std::function<void(FakeProvider&, std::vector<User>&)> change;
        const char* reason;
        CliFault fault;
    } cases[] = {
        {"refused code", [](auto& provider, auto&) { provider.refuses = true; },
         "sign_in_refused: token endpoint: invalid_grant", CliFault::exchange_failed},
        {"another nonce", [](auto& provider, auto&) { provider.nonce = "injected"; },
         "sign_in_refused: id_token: nonce_other", CliFault::exchange_failed},
        {"provider away", [](auto& provider, auto&) { provider.is_away = true; },
         "sign_in_unavailable: idp.example.com: refused", CliFault::unavailable},
        {"stranger", [](auto& provider, auto&) { provider.email = "eve@example.com"; },
         "sign_in_refused: user: there is none of this address", CliFault::unauthorized},
        {"locked", [](auto&, auto& users) { users[0].locked = true; }, "owner_locked",
         CliFault::unauthorized},
        {"suspended", [](auto&, auto& users) { users[0].suspended = true; }, "owner_suspended",
         CliFault::unauthorized},
    };
    const std::vector<User> users = users_.users;
    for (const auto& c : cases) {
        const StartedCliLogin login = start();
        c.change(provider_, users_.users);
        const CameBack back = come_back(login);
        ASSERT_TRUE(back.refusal) << c.what;
        EXPECT_EQ(reason(*back.refusal), c.reason) << c.what;
        EXPECT_EQ(back.refusal->fault, c.fault) << c.what;
        provider_.refuses = provider_.is_away = false;
        provider_.email = "ada@example.com";
        users_.users = users;
        EXPECT_EQ(decide(browser(login, back), approved), "sign_in_refused: login: it has ended");
        EXPECT_EQ(outcome(login), "sign_in_refused: login: it has ended") << c.what;
    }
    const StartedCliLogin login = start();
    EXPECT_EQ(reason(*come_back(login, "").refusal),
              "sign_in_refused: login: the provider sent no code");
    EXPECT_EQ(outcome(login), "sign_in_refused: login: it has ended");
    EXPECT_TRUE(sessions_.sessions.empty());
}

TEST_F(CliSignInTest, AFactorThatIsAskedForCannotBePassedBy) {
    const StartedCliLogin login = start();
    const CameBack back = come_back(login);
    users_.users[0].mfa_enrolled = true;
    EXPECT_EQ(seen(browser(login, back), MfaRequired::yes), "challenge");
    EXPECT_EQ(decide(browser(login, back), approved, MfaRequired::yes),
              "sign_in_refused: login: no factor was shown");
    users_.users[0].mfa_enforced = true;
    EXPECT_EQ(decide(browser(login, back), approved, MfaRequired::no),
              "sign_in_refused: login: no factor was shown");
    users_.users[0].mfa_enrolled = false;
    EXPECT_EQ(decide(browser(login, back), approved, MfaRequired::no),
              "sign_in_refused: login: there is no factor yet");
    EXPECT_EQ(outcome(login), "pending");
    EXPECT_EQ(decide(browser(login, back), denied), "ok") << "saying no takes none";
}

TEST_F(CliSignInTest, WhoHasNoFactorYetGoesToSetOneUpAndTheCommandLineIsTold) {
    const StartedCliLogin login = start();
    const CameBack back = come_back(login);
    const auto view = wait(cli_.view(browser(login, back), MfaRequired::yes, soon())).value();
    EXPECT_EQ(view.step, CliStep::enroll);
    ASSERT_TRUE(wait(cli_.fail_for_enrollment(view, soon())));
    ASSERT_TRUE(wait(cli_.open_browser_session(view.user.id, {}, soon())));
    ASSERT_EQ(sessions_.sessions.size(), 1U);
    EXPECT_EQ(sessions_.sessions[0].made.channel, Channel::web);
    EXPECT_EQ(sessions_.sessions[0].made.login_flow, "cli-mfa");
    EXPECT_EQ(sessions_.sessions[0].record.mfa_verified_at, std::nullopt);
    const auto completed = complete(login, MfaRequired::yes);
    ASSERT_FALSE(completed);
    EXPECT_EQ(told(completed.error().fault),
              "You must set up multi-factor authentication before you can continue using the CLI.");
    EXPECT_EQ(decide(browser(login, back), approved), "sign_in_refused: login: it has ended");
}

TEST_F(CliSignInTest, TheFirstDecisionHolds) {
    const StartedCliLogin said_no = start();
    const CameBack back = come_back(said_no);
    EXPECT_EQ(decide(browser(said_no, back), denied), "ok");
    EXPECT_EQ(decide(browser(said_no, back), approved), "sign_in_refused: login: it has ended");
    const auto refused = complete(said_no);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, CliFault::denied);

    const StartedCliLogin said_yes = start();
    const CameBack other = come_back(said_yes);
    EXPECT_EQ(decide(browser(said_yes, other), approved), "ok");
    EXPECT_EQ(decide(browser(said_yes, other), approved), "ok") << "a form sent twice";
    EXPECT_EQ(decide(browser(said_yes, other), denied), "sign_in_refused: login: approved before");
    EXPECT_EQ(outcome(said_yes), "session of ada@example.com");
}

TEST_F(CliSignInTest, TwoTabsAreTwoLogins) {
    const StartedCliLogin one = start();
    const CameBack first = come_back(one);
    const StartedCliLogin two = start();
    const CameBack second = come_back(two);
    EXPECT_NE(first.cookie_name, second.cookie_name);
    EXPECT_EQ(decide(browser(two, second), approved), "ok");
    EXPECT_EQ(outcome(one), "pending");
    EXPECT_EQ(outcome(two), "session of ada@example.com");
    EXPECT_EQ(decide(browser(one, first), approved), "ok");
    EXPECT_EQ(outcome(one), "session of ada@example.com");
}

TEST_F(CliSignInTest, WhoIsLockedAfterApprovingGetsNoSession) {
    const StartedCliLogin login = start();
    EXPECT_EQ(decide(browser(login, come_back(login)), approved), "ok");
    users_.users[0].locked = true;
    EXPECT_EQ(outcome(login), "owner_locked");
    EXPECT_TRUE(sessions_.sessions.empty());
}

TEST_F(CliSignInTest, ASessionCountsAsVerifiedByWhatIsAskedWhenItBegins) {
    const StartedCliLogin login = start();
    EXPECT_EQ(decide(browser(login, come_back(login)), approved), "ok");
    users_.users[0].mfa_enrolled = true;
    const auto completed = complete(login, MfaRequired::yes);
    ASSERT_TRUE(completed && *completed);
    EXPECT_FALSE((*completed)->mfa_verified);
    EXPECT_TRUE((*completed)->mfa_required);
    EXPECT_EQ(sessions_.sessions[0].record.mfa_verified_at, std::nullopt);
}

TEST_F(CliSignInTest, WhatWasSealedWithAnotherKeyIsNoticed) {
    const StartedCliLogin login = start();
    row(login).exchange->key_id = "0123456789abcdef";
    const CameBack back = come_back(login);
    ASSERT_TRUE(back.refusal);
    EXPECT_THAT(reason(*back.refusal), HasSubstr("configuration_invalid: sealed with key"));
    EXPECT_EQ(provider_.exchanges, 0);
}

TEST(CheckedDevice, IsCutToItsColumnsAndItsIdIsAUuid) {
    const Device device = checked_device({.id = "6F1C0A52-2F7E-4F7B-9B0F-0123456789AB",
                                          .name = std::string(1000, 'n'),
                                          .os = "linux\xff",
                                          .client_version = ""})
                              .value();
    EXPECT_EQ(device.id, "6f1c0a52-2f7e-4f7b-9b0f-0123456789ab");
    EXPECT_LE(device.name.size(), 150U);
    EXPECT_EQ(device.os, "linux\xEF\xBF\xBD");
    EXPECT_EQ(checked_device({.id = ""}).value().id, std::nullopt);
    for (const char* id :
         {"1", "6f1c0a52-2f7e-4f7b-9b0f-0123456789a", "6f1c0a522f7e4f7b9b0f0123456789ab0000",
          "6f1c0a52-2f7e-4f7b-9b0f-0123456789ag", "'; drop table users; --"}) {
        EXPECT_FALSE(checked_device({.id = id})) << id;
    }
}

}  // namespace
}  // namespace rgw::identity
