#include <boost/json.hpp>

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/mfa_testing/soft_authenticator.hpp"
#include "rules_fixture.hpp"

namespace rgw::mfa {
namespace {

using namespace std::chrono_literals;
using testing::Conduct;
using testing::Page;
using testing::SoftAuthenticator;
namespace json = boost::json;

constexpr const char* failed = ": verification failed";
constexpr const char* over = "ceremony_over: this was not begun here or took too long: begin again";

json::object public_key(std::string_view options) {
    return json::parse(options).at("publicKey").as_object();
}
std::string bytes(const json::value& text) {
    return crypto::parse_base64url(std::string_view(text.as_string())).value();
}
std::string challenge_of(std::string_view options) {
    return bytes(public_key(options).at("challenge"));
}

class WebAuthnRulesTest : public RulesTest {
protected:
    BegunRegistration begin_registration(const Holder& holder) {
        return wait(Enrollment(parts_).begin_webauthn(holder, soon())).value();
    }
    std::string registration(SoftAuthenticator& key, const BegunRegistration& begun,
                             const Conduct& conduct = {}) {
        const auto options = public_key(begun.options_json);
        return key.registration_json(challenge_of(begun.options_json), page_,
                                     bytes(options.at("user").at("id")), conduct);
    }
    FactorResult<EnrolledMethod> confirm(MethodId method, std::string credential,
                                         const Holder& holder, std::string label = "") {
        return wait(Enrollment(parts_).confirm_webauthn(method, std::move(credential),
                                                        std::move(label), holder, {}, soon()));
    }
    MethodId enroll(SoftAuthenticator& key, const Holder& holder) {
        const BegunRegistration begun = begin_registration(holder);
        EXPECT_TRUE(confirm(begun.method, registration(key, begun), holder));
        return begun.method;
    }
    BegunAssertion begin(const Holder& holder) {
        return wait(FactorCheck(parts_).begin_assertion(holder, soon())).value();
    }
    Assertion assertion(SoftAuthenticator& key, const BegunAssertion& begun,
                        const Conduct& conduct = {}) {
        return {
            .state = std::string(begun.state.expose()),
            .response_json = key.assertion_json(challenge_of(begun.options_json), page_, conduct)};
    }

    Page page_{.rp_id = "gateway.example.com", .origin = "https://gateway.example.com"};
    SoftAuthenticator key_;
};

TEST_F(WebAuthnRulesTest, ACredentialIsRegisteredAndShown) {
    const BegunRegistration begun = begin_registration(ada_);
    EXPECT_EQ(begun.backup_codes.size(), 10U);
    const auto confirmed = confirm(begun.method, registration(key_, begun), ada_);
    EXPECT_EQ(told(confirmed), "webauthn Security Key");
    EXPECT_EQ(confirmed->attestation, AttestationType::none);
    EXPECT_EQ(session(ada_).mfa_verified_at, clock_.now());

    clock_.advance(60s);
    const auto shown = verify(assertion(key_, begin(ada_elsewhere_)), ada_elsewhere_,
                              {.gain = Use::Gain::verified_and_step_up});
    EXPECT_EQ(told(shown), "webauthn 1");
    EXPECT_TRUE(shown->user_verified);
    EXPECT_EQ(session(ada_elsewhere_).mfa_verified_at, clock_.now());
    const auto factors = wait(factors_.load(ada_.user, soon())).value();
    EXPECT_EQ(factors.methods.at(0).credential->stored.sign_count, key_.sign_count());
    EXPECT_EQ(factors.methods.at(0).last_used_at, clock_.now());
    EXPECT_EQ(factors.backup_codes.unused, 10);
    const auto unverified = verify(assertion(key_, begin(ada_), {.user_verified = false}), ada_);
    EXPECT_EQ(told(unverified), "webauthn 1");
    EXPECT_FALSE(unverified->user_verified);
}

TEST_F(WebAuthnRulesTest, TheOptionsOfARegistrationNameWhoAndWhatIsAsked) {
    (void)enroll(key_, ada_);
    const auto options = public_key(begin_registration(ada_).options_json);
    EXPECT_EQ(json::serialize(options.at("rp")),
              R"j({"name":"Rack Gateway (Test)","id":"gateway.example.com"})j");
    const json::value& user = options.at("user");
    EXPECT_EQ(user.at("name"), "ada@example.com");
    EXPECT_EQ(user.at("displayName"), "ada@example.com");
    EXPECT_EQ(bytes(user.at("id")), wait(factors_.load(ada_.user, soon()))->user_handle);
    EXPECT_EQ(bytes(options.at("challenge")).size(), 32U);
    EXPECT_EQ(json::serialize(options.at("pubKeyCredParams")),
              R"([{"type":"public-key","alg":-7},{"type":"public-key","alg":-8},)"
              R"({"type":"public-key","alg":-35},{"type":"public-key","alg":-36},)"
              R"({"type":"public-key","alg":-53},{"type":"public-key","alg":-37},)"
              R"({"type":"public-key","alg":-257}])");
    EXPECT_EQ(options.at("timeout"), 300'000);
    const json::array& excluded = options.at("excludeCredentials").as_array();
    ASSERT_EQ(excluded.size(), 1U);
    EXPECT_EQ(excluded[0].at("type"), "public-key");
    EXPECT_EQ(bytes(excluded[0].at("id")), key_.credential_id());
    EXPECT_EQ(json::serialize(options.at("authenticatorSelection")),
              R"({"residentKey":"preferred","requireResidentKey":false,)"
              R"("userVerification":"preferred"})");
    EXPECT_EQ(options.at("attestation"), "none");
    parts_.attestation.trusted_only = true;
    parts_.user_verification = UserVerification::required;
    const auto strict = public_key(begin_registration(bob_).options_json);
    EXPECT_EQ(strict.at("attestation"), "direct");
    EXPECT_EQ(strict.at("authenticatorSelection").at("userVerification"), "required");
    EXPECT_TRUE(strict.at("excludeCredentials").as_array().empty());
}

TEST_F(WebAuthnRulesTest, TheOptionsOfAnAssertionLookAlikeWithAndWithoutACredential) {
    (void)enroll(key_, ada_);
    factors_.methods.at(0).method.credential->transports = {"nfc", "usb"};
    const BegunAssertion adas = begin(ada_);
    const BegunAssertion bobs = begin(bob_);
    for (const BegunAssertion* begun : {&adas, &bobs}) {
        auto options = public_key(begun->options_json);
        EXPECT_EQ(begun->state.expose().size(), 43U);
        EXPECT_EQ(bytes(options.at("challenge")).size(), 32U);
        options.erase("challenge");
        const std::string list = begun == &bobs ? "[]"
                                                : R"([{"type":"public-key","id":")" +
                                                      crypto::base64url(key_.credential_id()) +
                                                      R"(","transports":["nfc","usb"]}])";
        const auto expected =
            json::parse(R"({"timeout":300000,"rpId":"gateway.example.com","allowCredentials":)" +
                        list + R"(,"userVerification":"preferred"})");
        EXPECT_EQ(json::value(options), expected);
    }
    EXPECT_NE(adas.state.expose(), bobs.state.expose());
    EXPECT_NE(challenge_of(adas.options_json), challenge_of(bobs.options_json));
    const std::string hash = crypto::hex(crypto::sha256(adas.state.expose()));
    EXPECT_TRUE(factors_.challenges.contains(hash)) << "only its hash is stored";
    EXPECT_EQ(factors_.challenges[hash].expires_at, clock_.now() + 5min);
}

TEST_F(WebAuthnRulesTest, AnAssertionCountsOnce) {
    (void)enroll(key_, ada_);
    const Assertion shown = assertion(key_, begin(ada_));
    EXPECT_EQ(told(verify(shown, ada_)), "webauthn 1");
    EXPECT_EQ(told(verify(shown, ada_)), std::string("expired_challenge") + failed);
    EXPECT_EQ(factors_.failures.size(), 1U);
    EXPECT_EQ(factors_.failures[0].kind, FactorKind::webauthn);
    EXPECT_EQ(told(verify(assertion(key_, begin(ada_)), ada_)), "webauthn 1");
}

TEST_F(WebAuthnRulesTest, AChallengeIsItsSessionsForFiveMinutes) {
    (void)enroll(key_, ada_);
    EXPECT_EQ(told(verify(assertion(key_, begin(ada_)), ada_elsewhere_)),
              std::string("expired_challenge") + failed);
    EXPECT_EQ(told(verify(assertion(key_, begin(bob_)), ada_)),
              std::string("expired_challenge") + failed);
    const Assertion late = assertion(key_, begin(ada_));
    clock_.advance(5min);
    EXPECT_EQ(told(verify(late, ada_)), std::string("expired_challenge") + failed);
    const Assertion in_time = assertion(key_, begin(ada_));
    clock_.advance(5min - 1s);
    EXPECT_EQ(told(verify(in_time, ada_)), "webauthn 1");
    Holder command_line = ada_;
    command_line.session = std::nullopt;
    EXPECT_EQ(told(verify(assertion(key_, begin(command_line)), command_line)), "webauthn 1");
}

TEST_F(WebAuthnRulesTest, EveryWayAnAssertionIsWrongIsAFailureAndNamedInEvents) {
    SoftAuthenticator bobs;
    SoftAuthenticator nobodys;
    const MethodId adas = enroll(key_, ada_);
    (void)enroll(bobs, bob_);
    ASSERT_TRUE(verify(assertion(key_, begin(ada_)), ada_));
    const Page other_page{.rp_id = page_.rp_id, .origin = "https://gateway.example.org"};
    const auto started = [this] { return begin(ada_); };
    const auto on_page = [&](const BegunAssertion& begun, const Page& page) {
        return Assertion{
            .state = std::string(begun.state.expose()),
            .response_json = key_.assertion_json(challenge_of(begun.options_json), page)};
    };
    const auto with_state_of = [](const BegunAssertion& begun, std::string response) {
        return Assertion{.state = std::string(begun.state.expose()),
                         .response_json = std::move(response)};
    };
    const struct {
        Assertion shown;
        WebAuthnFault fault;
        std::optional<MethodId> method;
    } cases[] = {
        {with_state_of(started(), "{}"), WebAuthnFault::response_malformed, {}},
        {with_state_of(started(), assertion(key_, started()).response_json),
         WebAuthnFault::challenge_wrong, adas},
        {assertion(nobodys, started()), WebAuthnFault::credential_unknown, {}},
        {assertion(bobs, started()), WebAuthnFault::credential_unknown, {}},
        {on_page(started(), other_page), WebAuthnFault::origin_wrong, adas},
        {assertion(key_, started(), {.user_present = false}), WebAuthnFault::user_not_present,
         adas},
        {assertion(key_, started(), {.bogus_signature = true}), WebAuthnFault::signature_wrong,
         adas},
        {assertion(key_, started(), {.cross_origin = true}), WebAuthnFault::cross_origin_refused,
         adas},
    };
    for (const auto& c : cases) {
        factors_.failures.clear();
        users_.users[0].locked = false;
        const auto refused = verify(c.shown, ada_);
        ASSERT_FALSE(refused) << id(c.fault);
        EXPECT_EQ(told(refused), std::string(id(c.fault)) + failed);
        EXPECT_EQ(refused.error().kind, FactorKind::webauthn);
        EXPECT_EQ(refused.error().method, c.method) << id(c.fault);
        EXPECT_EQ(refused.error().error.detail, "");
        ASSERT_EQ(factors_.failures.size(), 1U);
        EXPECT_EQ(factors_.failures[0].reason, id(c.fault));
        EXPECT_EQ(told(verify(c.shown, ada_)), std::string("expired_challenge") + failed)
            << "one try for a challenge";
    }
}

TEST_F(WebAuthnRulesTest, ACounterThatWentBackIsSaid) {
    const MethodId method = enroll(key_, ada_);
    ASSERT_TRUE(verify(assertion(key_, begin(ada_)), ada_));
    const auto cloned = verify(assertion(key_, begin(ada_), {.stuck_counter = true}), ada_);
    EXPECT_EQ(told(cloned), std::string("sign_count_went_back") + failed);
    EXPECT_EQ(cloned.error().method, method);
    EXPECT_EQ(factors_.failures.size(), 1U);
}

TEST_F(WebAuthnRulesTest, VerificationOfTheUserIsDemandedWhereTheSettingsSay) {
    (void)enroll(key_, ada_);
    parts_.user_verification = UserVerification::required;
    EXPECT_EQ(told(verify(assertion(key_, begin(ada_), {.user_verified = false}), ada_)),
              std::string("user_not_verified") + failed);
    EXPECT_EQ(told(verify(assertion(key_, begin(ada_)), ada_)), "webauthn 1");
    SoftAuthenticator second;
    const BegunRegistration begun = begin_registration(ada_);
    EXPECT_EQ(
        told(confirm(begun.method, registration(second, begun, {.user_verified = false}), ada_)),
        std::string("user_not_verified") + failed);
}

TEST_F(WebAuthnRulesTest, AnAssertionRidesOnRequestsOfASeries) {
    (void)enroll(key_, ada_);
    const Action run{.permission = "convox:process:exec",
                     .resource = "shop",
                     .repeats = Action::Repeats::in_series};
    const Assertion shown = assertion(key_, begin(ada_));
    const auto ride = [&](const Holder& holder) {
        return told(wait(FactorCheck(parts_).verify_inline(shown, holder, run, soon())));
    };
    EXPECT_EQ(ride(ada_), "webauthn 1");
    clock_.advance(10s);
    EXPECT_EQ(ride(ada_), "webauthn");
    EXPECT_EQ(ride(ada_elsewhere_), std::string("expired_challenge") + failed);
    clock_.advance(20s);
    EXPECT_EQ(ride(ada_), std::string("replay_detected") + failed);
}

TEST_F(WebAuthnRulesTest, ARegistrationIsItsSessionsOnceAndForFiveMinutes) {
    const BegunRegistration begun = begin_registration(ada_);
    const std::string credential = registration(key_, begun);
    EXPECT_EQ(told(confirm(begun.method, credential, ada_elsewhere_)), over);
    EXPECT_EQ(told(confirm(begun.method, credential, bob_)), over);
    EXPECT_EQ(told(confirm(MethodId{99}, credential, ada_)), over);
    clock_.advance(5min - 1s);
    EXPECT_EQ(told(confirm(begun.method, credential, ada_, "my key")), "webauthn my key")
        << "nobody else's question took the challenge away";
    EXPECT_EQ(told(confirm(begun.method, credential, ada_)), over);
    SoftAuthenticator second;
    const BegunRegistration late = begin_registration(ada_);
    clock_.advance(5min);
    EXPECT_EQ(told(confirm(late.method, registration(second, late), ada_)), over);
    EXPECT_TRUE(factors_.failures.empty());
}

TEST_F(WebAuthnRulesTest, EveryWayARegistrationIsWrongIsAFailure) {
    const auto try_once = [this](const auto& answer) {
        const BegunRegistration begun = begin_registration(ada_);
        factors_.failures.clear();
        users_.users[0].locked = false;
        const auto refused = confirm(begun.method, answer(begun), ada_);
        EXPECT_EQ(factors_.failures.size(), 1U);
        EXPECT_FALSE(refused);
        EXPECT_EQ(refused.error().method, begun.method);
        return told(refused);
    };
    EXPECT_EQ(try_once([](const auto&) { return std::string("[]"); }),
              std::string("response_malformed") + failed);
    EXPECT_EQ(try_once([&](const auto&) {
                  return key_.registration_json(std::string(32, 'x'), page_, "handle");
              }),
              std::string("challenge_wrong") + failed);
    EXPECT_EQ(try_once([&](const auto& begun) {
                  return key_.registration_json(challenge_of(begun.options_json),
                                                {.rp_id = "example.org", .origin = page_.origin},
                                                "handle");
              }),
              std::string("rp_id_wrong") + failed);
    parts_.attestation.trusted_only = true;
    EXPECT_EQ(try_once([&](const auto& begun) { return registration(key_, begun); }),
              std::string("attestation_untrusted") + failed);
    EXPECT_FALSE(wait(factors_.load(ada_.user, soon()))->enrolled);
}

TEST_F(WebAuthnRulesTest, ACredentialIsRegisteredOnceByOnePerson) {
    (void)enroll(key_, ada_);
    for (const Holder& holder : {ada_, bob_}) {
        const BegunRegistration begun = begin_registration(holder);
        EXPECT_EQ(told(confirm(begun.method, registration(key_, begun), holder)),
                  "used_already: this security key is registered already");
    }
    EXPECT_FALSE(wait(factors_.load(bob_.user, soon()))->enrolled);
    EXPECT_TRUE(factors_.failures.empty());
    const BegunRegistration thiefs = begin_registration(ada_elsewhere_);
    SoftAuthenticator second;
    EXPECT_EQ(told(confirm(thiefs.method, registration(second, thiefs), ada_elsewhere_)), over)
        << "a session that has not shown the factor there is";
    EXPECT_FALSE(session(ada_elsewhere_).mfa_verified_at);
}

TEST_F(WebAuthnRulesTest, WhatTheDatabaseCannotDoIsNoFailure) {
    (void)enroll(key_, ada_);
    const Assertion shown = assertion(key_, begin(ada_));
    const BegunRegistration begun = begin_registration(ada_);
    SoftAuthenticator second;
    factors_.away = true;
    EXPECT_EQ(verify(shown, ada_).error().error.code, Errc::database_unavailable);
    EXPECT_EQ(confirm(begun.method, registration(second, begun), ada_).error().error.code,
              Errc::database_unavailable);
    EXPECT_EQ(wait(FactorCheck(parts_).begin_assertion(ada_, soon())).error().code,
              Errc::database_unavailable);
    EXPECT_EQ(wait(Enrollment(parts_).begin_webauthn(ada_, soon())).error().code,
              Errc::database_unavailable);
    factors_.away = false;
    EXPECT_TRUE(factors_.failures.empty());
    EXPECT_EQ(told(verify(shown, ada_)), "webauthn 1");
}

}  // namespace
}  // namespace rgw::mfa
