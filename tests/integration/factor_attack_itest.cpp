// The weaknesses of spec http-api §25.2 that concern second factors, by their number, each as an
// attack that fails here; and two gateways raced for one proof. Those of the provider and of
// command lines (20, 26, 28, 31): sign_in_itest, cli_sign_in_itest.
#include <array>
#include <thread>
#include <utility>

#include "factors_world.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class FactorAttack : public FactorsWorld {
protected:
    void start() { world_.start_gateway(); }
    // A browser's write: its cookie, and what only its page knows.
    Response by_cookie(const std::string& session, const std::string& path,
                       const std::string& body) {
        const Response page_text = send_request(
            port_, {.target = "/app/rack", .headers = {{"Cookie", "session_token=" + session}}});
        const std::string marker = R"(name="rgw-csrf-token" content=")";
        const std::size_t at = page_text.body.find(marker) + marker.size();
        const std::string csrf = page_text.body.substr(at, page_text.body.find('"', at) - at);
        return send_request(port_, {.method = "POST",
                                    .target = "/api/v1" + path,
                                    .headers = {{"Cookie", "session_token=" + session},
                                                {"Content-Type", "application/json"},
                                                {"X-CSRF-Token", csrf}},
                                    .body = body});
    }
    static std::string session_cookie(const Response& answer) {
        for (const auto& [name, value] : answer.headers) {
            if (name == "Set-Cookie" && value.starts_with("session_token=")) {
                const std::size_t begin = std::string("session_token=").size();
                return value.substr(begin, value.find(';') - begin);
            }
        }
        return "";
    }
    void forgive() { world_.execute("delete from mfa_attempts"); }
};

TEST_F(FactorAttack, W16_WhoOnlySignedInAtTheProviderAddsNoFactorToAnAccountThatHasOne) {
    start();
    const App owners = enroll_app(signed_in(ada));
    const std::string thief = signed_in(ada);
    for (const char* path :
         {"totp/start", "webauthn/start", "yubiotp/start", "totp/confirm", "webauthn/confirm"}) {
        EXPECT_EQ(code_of(api(thief, "POST", std::string("/auth/mfa/enroll/") + path,
                              R"({"method_id":1,"code":"1","credential":{},"yubi_otp":"c"})")),
                  "mfa_step_up_required")
            << path;
    }
    EXPECT_EQ(code_of(api(thief, "POST", "/auth/mfa/backup-codes/regenerate")),
              "mfa_step_up_required");
    EXPECT_EQ(world_.sql("select count(*) from mfa_methods"), "1");
}

TEST_F(FactorAttack, W16_CodesOfAnEnrolmentThatWasOnlyBegunOpenNothing) {
    start();
    const std::string session = signed_in(ada);
    const App begun = begin_app(session);
    EXPECT_EQ(verify(session, begun.backup_codes[0]).status, 400);
    EXPECT_EQ(
        verify(session, mfa::totp_code(begun.seed, mfa::totp_step(SystemClock().now()))).status,
        400);
    EXPECT_EQ(code_of(api(session, "GET", "/users")), "mfa_enrollment_required");
}

TEST_F(FactorAttack, W16_AnEnrolmentBegunBeforeTheOwnersIsNotConfirmedAfterIt) {
    start();
    const std::string thief = signed_in(ada);
    App thiefs = begin_app(thief);
    Key owners = enroll_key(signed_in(ada));
    EXPECT_NE(confirm_app(thief, thiefs, thiefs.code()).status, 200);
    // Neither by a session that has shown the owner's factor but began nothing.
    EXPECT_NE(confirm_app(fresh(ada), thiefs, thiefs.code()).status, 200);
    EXPECT_EQ(world_.sql("select type from mfa_methods where confirmed_at is not null"),
              "webauthn");
}

TEST_F(FactorAttack, W17_ASessionThatShowedNothingReadsNothing) {
    start();
    enroll_app(signed_in(ada));
    const std::string session = signed_in(ada);
    for (const char* path : {"/users", "/audit-logs", "/api-tokens", "/settings", "/rack",
                             "/convox/apps", "/roles", "/created-by?type=app"}) {
        EXPECT_EQ(code_of(api(session, "GET", path)), "mfa_step_up_required") << path;
    }
    EXPECT_EQ(code_of(world_.call(session, "GET", "/apps")), "mfa_step_up_required");
}

TEST_F(FactorAttack, W18_BeginningAnEnrolmentTakesNoBackupCodesAway) {
    start();
    const App app = enroll_app(signed_in(ada));
    (void)begin_app(fresh(ada));
    const json::object second = made(api(fresh(ada), "POST", "/auth/mfa/enroll/webauthn/start"));
    EXPECT_FALSE(second.contains("backup_codes"));
    EXPECT_EQ(verify(signed_in(ada), app.backup_codes[0]).status, 200);
}

TEST_F(FactorAttack, W19_AnAssertionIsGoodOnceForItsSessionAndItsTime) {
    start();
    Key key = enroll_key(signed_in(ada));
    const auto show = [&](const std::string& session, const std::string& body) {
        const Response answer = api(session, "POST", "/auth/mfa/webauthn/assertion/verify", body);
        forgive();
        return answer.status;
    };
    const std::string session = signed_in(ada);
    const std::string shown = assertion(session, key);
    EXPECT_EQ(show(signed_in(ada), shown), 400) << "another session's challenge";
    EXPECT_EQ(show(session, shown), 400) << "and that used it up";
    const std::string again = assertion(session, key);
    EXPECT_EQ(show(session, again), 200);
    EXPECT_EQ(show(session, again), 400) << "captured and replayed";

    const std::string late = assertion(session, key);
    world_.execute("update mfa_challenges set expires_at = now() - interval '1 s'");
    EXPECT_EQ(show(session, late), 400);

    // A state of the client's own making, with an assertion that is right for it.
    const std::string challenge(32, 'c');
    const std::string forged = json::serialize(
        json::object{{"session_data",
                      R"({"challenge":"Y2Nj","user_id":"MQ==","expires":"2099-01-01T00:00:00Z"})"},
                     {"assertion_response", key.assertion_json(challenge, page())}});
    EXPECT_EQ(show(session, forged), 400);
}

TEST_F(FactorAttack, W19_WhatAnAuthenticatorOrItsBrowserGetsWrongIsRefusedByName) {
    start();
    Key key = enroll_key(signed_in(ada));
    Key strangers;
    mfa::testing::Page elsewhere = page();
    elsewhere.origin = "https://gateway.evil.example";
    (void)strangers.registration_json("c", page(), "handle");
    const struct {
        mfa::testing::Conduct conduct;
        const char* reason;
    } cases[] = {
        {{.user_present = false}, "user_not_present"},
        {{.bogus_signature = true}, "signature_wrong"},
        {{.cross_origin = true}, "cross_origin_refused"},
        {{.backup_eligible = true}, "backup_state_impossible"},
    };
    for (const auto& [conduct, reason] : cases) {
        const std::string session = signed_in(ada);
        EXPECT_EQ(api(session, "POST", "/auth/mfa/webauthn/assertion/verify",
                      assertion(session, key, conduct))
                      .status,
                  400)
            << reason;
        EXPECT_THAT(last("mfa.verify.failed"), HasSubstr(reason));
        EXPECT_EQ(code_of(api(session, "GET", "/users")), "mfa_step_up_required") << reason;
        forgive();
    }
    const std::string session = signed_in(ada);
    EXPECT_EQ(
        api(session, "POST", "/auth/mfa/webauthn/assertion/verify", assertion(session, strangers))
            .status,
        400);
    EXPECT_THAT(last("mfa.verify.failed"), HasSubstr("credential_unknown"));
}

TEST_F(FactorAttack, W19_OptionsExcludeWhatThereIsAndNameNobody) {
    start();
    Key key = enroll_key(signed_in(ada));
    const json::object begun = made(api(fresh(ada), "POST", "/auth/mfa/enroll/webauthn/start"));
    const json::object& options = begun.at("public_key_options").at("publicKey").as_object();
    EXPECT_EQ(bytes(options.at("excludeCredentials").at(0).at("id")), key.credential_id());
    const std::string handle = bytes(options.at("user").at("id"));
    EXPECT_EQ(handle.size(), 16U);
    EXPECT_THAT(handle,
                Not(HasSubstr(world_.sql("select id from users where email = '" + ada + "'"))));
}

TEST_F(FactorAttack, W19_UserVerificationHoldsWhereItIsRequired) {
    world_.environment["WEBAUTHN_USER_VERIFICATION"] = "required";
    start();
    Key key;
    EXPECT_EQ(register_key(signed_in(ada), key, {.user_verified = false}).status, 400);
    EXPECT_EQ(register_key(signed_in(ada), key).status, 200);
    const std::string session = signed_in(ada);
    EXPECT_EQ(api(session, "POST", "/auth/mfa/webauthn/assertion/verify",
                  assertion(session, key, {.user_verified = false}))
                  .status,
              400);
    EXPECT_THAT(last("mfa.verify.failed"), HasSubstr("user_not_verified"));
}

TEST_F(FactorAttack, NoAnswerTellsWhetherThereIsAFactor) {
    world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    start();
    (void)enroll_app(signed_in(ada));
    (void)enroll_key(fresh(ada));
    const auto said = [](const Response& answer) {
        json::object body = json::parse(answer.body).as_object();
        body.erase("request_id");
        return std::to_string(answer.status) + json::serialize(body);
    };
    const std::string with = signed_in(ada);
    const std::string without = signed_in(vera);
    for (const char* code : {"000000", "ABCDEF-GHJKMN-PQRSTV-WXYZ01", "nonsense",
                             "cccccbhuinjdllllllllllllllllllllllllllllllll"}) {
        EXPECT_EQ(said(verify(with, code)), said(verify(without, code))) << code;
        forgive();
    }
    const std::string shown = R"({"session_data":"x","assertion_response":"{}"})";
    EXPECT_EQ(said(api(with, "POST", "/auth/mfa/webauthn/assertion/verify", shown)),
              said(api(without, "POST", "/auth/mfa/webauthn/assertion/verify", shown)));
    const json::object begun = made(api(without, "POST", "/auth/mfa/webauthn/assertion/start"));
    EXPECT_EQ(begun.at("options").at("publicKey").at("allowCredentials"),
              json::value(json::array()));
}

TEST_F(FactorAttack, W21_NoSwitchTurnsVerificationOff) {
    for (const char* name : {"E2E_TEST_MODE", "RGW_E2E_TEST_MODE", "TEST_MODE"}) {
        world_.environment[name] = "true";
    }
    start();
    Key key = enroll_key(signed_in(ada));
    const std::string session = signed_in(ada);
    EXPECT_EQ(api(session, "POST", "/auth/mfa/webauthn/assertion/verify",
                  assertion(session, key, {.bogus_signature = true}))
                  .status,
              400);
    EXPECT_EQ(api(session, "POST", "/auth/mfa/webauthn/assertion/verify",
                  R"({"session_data":"e2e","assertion_response":"{}"})")
                  .status,
              400);
}

TEST_F(FactorAttack, W22_DeletingAnAppInsideTheWindowTakesAFactorOfItsOwn) {
    world_.environment["RGW_SETTING_ALLOW_DESTRUCTIVE_ACTIONS"] = "true";
    start();
    Key key = enroll_key(signed_in(ada));
    const std::string session = fresh(ada);
    world_.forget_rack_requests();
    const Response refused = world_.call(session, "DELETE", "/apps/shop");
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.header("X-MFA-Level"), "always");
    EXPECT_EQ(world_.rack_saw(), "[]\n");
    EXPECT_EQ(world_.call(session, "DELETE", "/apps/shop", by_key(session, key)).status, 200);
}

TEST_F(FactorAttack, W23_ATrustedBrowserIsNoStepUpAndAnUnenrolledSessionMakesNone) {
    start();
    const std::string nobody = signed_in(vera);
    EXPECT_EQ(code_of(api(nobody, "POST", "/auth/mfa/trusted-devices/trust")),
              "mfa_enrollment_required");
    App app = begin_app(nobody);
    EXPECT_EQ(
        by_cookie(nobody, "/auth/mfa/verify", R"({"code":"000000","trust_device":true})").status,
        400);
    EXPECT_EQ(world_.sql("select count(*) from trusted_devices"), "0");
    (void)app;
}

TEST_F(FactorAttack, W24_OnlyFailuresCountAndARefusedTryProlongsNothing) {
    start();
    Key key = enroll_key(signed_in(vera));
    for (int times = 0; times < 7; ++times) {
        const std::string session = signed_in(vera);
        EXPECT_EQ(
            api(session, "POST", "/auth/mfa/webauthn/assertion/verify", assertion(session, key))
                .status,
            200);
    }
    const std::string session = signed_in(vera);
    for (int times = 0; times < 5; ++times) {
        (void)verify(session, "000000");
    }
    for (int times = 0; times < 5; ++times) {
        EXPECT_EQ(code_of(verify(session, "000000")), "owner_locked");
    }
    EXPECT_EQ(world_.sql("select count(*) from mfa_attempts where not success"), "5");
}

TEST_F(FactorAttack, W27_TheCookieThatOnlySignedInIsWorthNothingOnceTheFactorIsShown) {
    start();
    const std::string first = signed_in(ada);
    App app = begin_app(first);
    const Response confirmed = by_cookie(
        first, "/auth/mfa/enroll/totp/confirm",
        R"({"method_id":)" + std::to_string(app.method) + R"(,"code":")" + app.code() + R"("})");
    ASSERT_EQ(confirmed.status, 200) << confirmed.body;
    const std::string second = session_cookie(confirmed);
    ASSERT_EQ(second.size(), 43U);
    EXPECT_NE(second, first);
    EXPECT_EQ(code_of(api(first, "GET", "/info")), "token_unknown");
    EXPECT_EQ(api(second, "GET", "/users").status, 200);

    const std::string third = signed_in(ada);
    const Response verified =
        by_cookie(third, "/auth/mfa/verify", R"({"code":")" + app.code() + R"("})");
    ASSERT_EQ(verified.status, 200) << verified.body;
    EXPECT_EQ(code_of(api(third, "GET", "/info")), "token_unknown");
    EXPECT_EQ(by_cookie(session_cookie(verified), "/auth/mfa/backup-codes/regenerate", "").status,
              200);
}

TEST_F(FactorAttack, W29_SeedsAreSealedAndCodesAreHashedEachUnderAKeyOfItsOwn) {
    start();
    const App app = enroll_app(signed_in(ada));
    const std::string stored =
        world_.sql("select m::text from mfa_methods m") +
        world_.sql("select string_agg(c::text, ' ') from mfa_backup_codes c");
    std::string code = app.backup_codes[0];
    std::erase(code, '-');
    EXPECT_THAT(stored,
                AllOf(Not(HasSubstr(code)), Not(HasSubstr(crypto::hex(crypto::sha256(code)))),
                      Not(HasSubstr(crypto::hex(crypto::bytes_of(app.seed.expose()))))));
    EXPECT_EQ(world_.sql("select count(distinct k) from (select secret_key_id k from mfa_methods"
                         " union select hash_key_id from mfa_backup_codes) t"),
              "2");
}

TEST_F(FactorAttack, W30_TheLastFactorTakesItsCodesAlongAndNobodyNeedsOneWhereNoneIsAskedFor) {
    world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    start();
    const std::string session = fresh(ada);
    EXPECT_EQ(
        api(session, "POST", "/users", R"({"email":"n@example.com","name":"N","roles":["viewer"]})")
            .status,
        201)
        << "nobody has a factor here";
    App app = enroll_app(session);
    EXPECT_EQ(api(session, "DELETE", "/auth/mfa/methods/" + std::to_string(app.method), "",
                  by_code(app.code()))
                  .status,
              200);
    EXPECT_EQ(world_.sql("select count(*) from mfa_backup_codes"), "0");
    EXPECT_EQ(verify(signed_in(ada), app.backup_codes[0]).status, 400);
}

// Two gateways, one proof: exactly one wins, each time.
class FactorRace : public FactorAttack {
protected:
    void SetUp() override {
        world_.environment["WEBAUTHN_ORIGIN"] = page().origin;  // one page, two gateways behind it
        start();
        other_port_ = world_.start_replica();
    }
    // How many of the two succeeded.
    using Pair = std::array<std::string, 2>;
    int race(const Pair& sessions, const std::string& path, const std::string& body) {
        return race(sessions, path, Pair{body, body}, 200);
    }
    int race(const Pair& sessions, const std::string& path, const Pair& bodies, int wanted) {
        const std::array<std::uint16_t, 2> ports{port_, other_port_};
        std::array<int, 2> statuses{};
        std::array<std::thread, 2> threads;
        for (std::size_t i = 0; i < 2; ++i) {
            threads[i] = std::thread([&, i] {
                statuses[i] =
                    send_request(ports[i], {.method = "POST",
                                            .target = "/api/v1" + path,
                                            .headers = {{"Authorization", "Bearer " + sessions[i]},
                                                        {"Content-Type", "application/json"}},
                                            .body = bodies[i]})
                        .status;
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        forgive();
        return (statuses[0] == wanted ? 1 : 0) + (statuses[1] == wanted ? 1 : 0);
    }

    static constexpr int rounds = 20;
    std::uint16_t other_port_ = 0;
};

TEST_F(FactorRace, OneStepOfAOneTimeCode) {
    App app = enroll_app(signed_in(ada));
    for (int round = 0; round < rounds; ++round) {
        world_.execute("delete from used_totp_steps");
        const std::string code = mfa::totp_code(app.seed, mfa::totp_step(SystemClock().now()));
        EXPECT_EQ(race({signed_in(ada), signed_in(ada)}, "/auth/mfa/verify",
                       R"({"code":")" + code + R"("})"),
                  1)
            << round;
    }
}

TEST_F(FactorRace, OneBackupCode) {
    const App app = enroll_app(signed_in(ada));
    for (const std::string& code : app.backup_codes) {
        EXPECT_EQ(race({signed_in(ada), signed_in(ada)}, "/auth/mfa/verify",
                       R"({"code":")" + code + R"("})"),
                  1);
    }
}

TEST_F(FactorRace, OneChallenge) {
    Key key = enroll_key(signed_in(ada));
    for (int round = 0; round < rounds; ++round) {
        const std::string session = signed_in(ada);
        EXPECT_EQ(race({session, session}, "/auth/mfa/webauthn/assertion/verify",
                       assertion(session, key)),
                  1)
            << round;
    }
}

TEST_F(FactorRace, OneProofForTwoCreations) {
    Key key = enroll_key(signed_in(ada));
    for (int round = 0; round < rounds; ++round) {
        const std::string session = fresh(ada);
        const std::string proof = crypto::base64(assertion(session, key));
        const Pair both{session + ".webauthn." + proof, session + ".webauthn." + proof};
        const auto person = [round](const char* name) {
            return R"({"email":")" + std::string(name) + std::to_string(round) +
                   R"(@example.com","name":"N","roles":["viewer"]})";
        };
        EXPECT_EQ(race(both, "/users", Pair{person("a"), person("b")}, 201), 1) << round;
    }
}

}  // namespace
}  // namespace rgw::test
