// Second factors over the wire: setting up, showing, stepping up, losing and resetting.
#include "factors_world.hpp"
#include "rgw/mfa_testing/validation_server.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string form = "application/x-www-form-urlencoded";

class Factors : public FactorsWorld {
protected:
    void SetUp() override { world_.start_gateway(); }
    Response delete_app(const std::string& session, const std::string& app, Headers headers = {}) {
        return world_.call(session, "DELETE", "/apps/" + app, std::move(headers));
    }
    void allow_destructive() {
        world_.execute(
            "insert into settings (key, value) values ('allow_destructive_actions', 'true')");
        ASSERT_TRUE(eventually([&] {
            return made(api(fresh(ada), "GET", "/settings"))
                       .at("allow_destructive_actions")
                       .at("value") == json::value(true);
        }));
    }
};

TEST_F(Factors, SomebodyWithoutOneCanDoNothingButSetOneUp) {
    const std::string session = signed_in(ada);
    const Response refused = api(session, "GET", "/users");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.header("X-MFA-Required"), "enrollment");
    EXPECT_THAT(refused.body, HasSubstr(R"("error":"mfa_enrollment_required")"));
    EXPECT_EQ(world_.call(session, "GET", "/apps").status, 403);
    EXPECT_EQ(api(session, "GET", "/info").status, 200);
    const json::object status = made(api(session, "GET", "/auth/mfa/status"));
    EXPECT_EQ(status.at("enrolled"), json::value(false));
    EXPECT_EQ(status.at("required"), json::value(true));

    App app = begin_app(session);
    EXPECT_EQ(app.backup_codes.size(), 10U);
    EXPECT_EQ(api(session, "GET", "/users").status, 403) << "begun is not confirmed";
    EXPECT_EQ(confirm_app(session, app, "000000").status, 400);
    const json::object confirmed = made(confirm_app(session, app, app.code()));
    EXPECT_FALSE(text(confirmed, "mfa_verified_at").empty());
    EXPECT_EQ(api(session, "GET", "/users").status, 200);
    EXPECT_THAT(last("mfa_method.enroll"), StartsWith("mfa_method.enroll|success"));
}

TEST_F(Factors, ASeedIsAUriAPictureAndATextAndIsSealedInTheDatabase) {
    const json::object begun = made(api(signed_in(ada), "POST", "/auth/mfa/enroll/totp/start"));
    const std::string secret = text(begun, "secret");
    EXPECT_THAT(text(begun, "uri"),
                AllOf(StartsWith("otpauth://totp/"), HasSubstr("secret=" + secret)));
    EXPECT_THAT(text(begun, "qr_svg"), AllOf(StartsWith("<svg"), Not(HasSubstr("script"))));
    const std::string stored =
        world_.sql("select encode(secret_encrypted, 'hex') from mfa_methods");
    EXPECT_THAT(
        stored,
        Not(HasSubstr(crypto::hex(crypto::bytes_of(crypto::parse_base32(secret).value_or("?"))))));
    EXPECT_EQ(stored.size(), 2U * (12 + 20 + 16));
}

TEST_F(Factors, ACodeWorksOnceAlsoTheOneThatSetTheAppUp) {
    App app = enroll_app(signed_in(ada));
    const std::string session = signed_in(ada);
    EXPECT_EQ(verify(session, app.used_code()).status, 400);
    EXPECT_THAT(last("mfa.verify.failed"), HasSubstr("replay_detected"));
    EXPECT_EQ(verify(session, app.code()).status, 200);
    EXPECT_EQ(world_.sql("select string_agg(phase || ' ' || action || ' ' || status, ', ' order by"
                         " chain_index) from (select * from audit.audit_event order by chain_index"
                         " desc limit 3) e"),
              "intent mfa.show pending, single mfa.verify success, outcome mfa.show success")
        << "on record before the session gains by it";
    EXPECT_EQ(verify(signed_in(ada), app.used_code()).status, 400);
    EXPECT_THAT(last("mfa.verify"), AllOf(HasSubstr("success"), HasSubstr(R"("factor":"totp")")));
}

TEST_F(Factors, FiveFailuresInFiveMinutesLockTheAccount) {
    App app = enroll_app(signed_in(vera));
    const std::string session = signed_in(vera);
    for (int tries = 0; tries < 4; ++tries) {
        const Response answer = verify(session, "00000" + std::to_string(tries));
        EXPECT_EQ(answer.status, 400);
        EXPECT_THAT(answer.body, HasSubstr("verification failed"));
    }
    EXPECT_THAT(
        verify(session, "000009").body,
        HasSubstr("account locked due to multiple failed attempts - contact administrator"));
    EXPECT_EQ(code_of(verify(session, app.code())), "owner_locked");
    EXPECT_THAT(last("user.lock"), AllOf(HasSubstr("success"), HasSubstr("five failed")));

    Key key = enroll_key(signed_in(ada));
    const std::string admin = fresh(ada);
    EXPECT_EQ(api(admin, "POST", "/users/" + vera + "/unlock", "", by_key(admin, key)).status, 200);
    EXPECT_EQ(verify(signed_in(vera), "000000").status, 400) << "and it begins anew";
    EXPECT_EQ(verify(signed_in(vera), app.code()).status, 200);
}

TEST_F(Factors, SuccessesAndRefusedTriesDoNotCountTowardsTheLock) {
    Key key = enroll_key(signed_in(ada));
    for (int tries = 0; tries < 8; ++tries) {
        const std::string session = signed_in(ada);
        EXPECT_EQ(
            api(session, "POST", "/auth/mfa/webauthn/assertion/verify", assertion(session, key))
                .status,
            200);
        EXPECT_EQ(verify(session, "").status, 400) << "no code is no try";
    }
}

TEST_F(Factors, AKeySignsInAndItsAlarmIsRaisedWhenItIsCloned) {
    Key key = enroll_key(signed_in(ada));
    const std::string session = signed_in(ada);
    EXPECT_EQ(api(session, "GET", "/users").status, 401);
    EXPECT_EQ(
        api(session, "POST", "/auth/mfa/webauthn/assertion/verify", assertion(session, key)).status,
        200);
    EXPECT_EQ(api(session, "GET", "/users").status, 200);
    const std::string cloned = assertion(session, key, {.stuck_counter = true});
    EXPECT_EQ(api(session, "POST", "/auth/mfa/webauthn/assertion/verify", cloned).status, 400);
    EXPECT_THAT(last("mfa.credential.cloned"), HasSubstr("denied"));
}

TEST_F(Factors, AStepUpComesByHeaderOrBehindTheToken) {
    Key key = enroll_key(signed_in(ada));
    App app = enroll_app(fresh(ada));
    const Headers by_form = {{"Content-Type", form}};

    const std::string first = stale(ada);
    const Response refused = api(first, "PUT", "/users/" + vera + "/name", R"({"name":"V"})");
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.header("X-MFA-Required"), "step-up");
    EXPECT_THAT(refused.body, HasSubstr(R"("error":"mfa_step_up_required")"));
    EXPECT_EQ(
        api(first + ".totp." + app.code(), "PUT", "/users/" + vera + "/name", R"({"name":"Vera"})")
            .status,
        200);
    EXPECT_EQ(api(first, "PUT", "/users/" + vera + "/name", R"({"name":"Veronica"})").status, 200)
        << "the window is open";

    const std::string second = stale(ada);
    const Response rack = world_.call(second, "POST", "/apps", by_form, "name=one");
    EXPECT_EQ(rack.status, 401);
    EXPECT_EQ(rack.header("X-MFA-Required"), "true");
    EXPECT_EQ(rack.header("X-MFA-Level"), "step_up");
    const json::value inline_key = json::parse(assertion(second, key));
    const std::string suffix = second + ".webauthn." + crypto::base64(json::serialize(inline_key));
    EXPECT_EQ(world_.call(suffix, "POST", "/apps", by_form, "name=one").status, 200);
    EXPECT_EQ(world_.call(second, "POST", "/apps", by_form, "name=two").status, 200);

    const Response unknown =
        api(stale(ada) + ".sms.123456", "PUT", "/users/" + vera + "/name", R"({"name":"V"})");
    EXPECT_EQ(unknown.status, 400);
    EXPECT_THAT(unknown.body, HasSubstr(R"("error":"invalid_mfa_type")"));
    const Response wrong =
        world_.call(stale(ada) + ".totp.123456", "POST", "/apps", by_form, "name=x");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(wrong.body, "MFA verification failed\n");
}

TEST_F(Factors, OneCodeIsGoodForOneActionOfTheRacksCommandLineAndItsRepetition) {
    App app = enroll_app(signed_in(ada));
    allow_destructive();
    const std::string session = fresh(ada);
    EXPECT_EQ(delete_app(session, "shop").header("X-MFA-Level"), "always")
        << "the window does not count";
    const std::string with_code = session + ".totp." + app.code();
    EXPECT_EQ(world_.call(with_code, "GET", "/apps/shop").status, 200) << "not looked at";
    EXPECT_EQ(delete_app(with_code, "shop").status, 200);
    EXPECT_NE(code_of(delete_app(with_code, "shop")), "mfa_verification_failed") << "a series";
    EXPECT_EQ(code_of(delete_app(with_code, "web")), "mfa_verification_failed");
    EXPECT_EQ(code_of(delete_app(fresh(ada) + ".totp." + app.used_code(), "shop")),
              "mfa_verification_failed")
        << "another session's";
}

TEST_F(Factors, OneCodeServesAStepUpAndThenOneAction) {
    App app = enroll_app(signed_in(ada));
    allow_destructive();
    const std::string session = stale(ada);
    const std::string with_code = session + ".totp." + app.code();
    EXPECT_EQ(world_.call(with_code, "POST", "/apps", {{"Content-Type", form}}, "name=temp").status,
              200);
    EXPECT_EQ(delete_app(with_code, "temp").status, 200);
    EXPECT_EQ(code_of(delete_app(with_code, "shop")), "mfa_verification_failed");
}

TEST_F(Factors, OnOurOwnRoutesEachActionTakesItsOwn) {
    Key key = enroll_key(signed_in(ada));
    const std::string session = fresh(ada);
    const std::string body = R"({"email":"new@example.com","name":"N","roles":["viewer"]})";
    const Response refused = api(session, "POST", "/users", body);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.header("X-MFA-Required"), "always");
    const Headers factor = by_key(session, key);
    EXPECT_EQ(api(session, "POST", "/users", body, factor).status, 201);
    const std::string other = R"({"email":"two@example.com","name":"N","roles":["admin"]})";
    EXPECT_EQ(code_of(api(session, "POST", "/users", other, factor)), "mfa_verification_failed");
}

TEST_F(Factors, NobodyIsPromptedForWhatTheyMayNot) {
    Key key = enroll_key(signed_in(vera));
    const std::string session = stale(vera);
    const Headers factor = by_key(session, key);
    const std::string body = R"({"email":"new@example.com","name":"N","roles":["viewer"]})";
    EXPECT_EQ(code_of(api(session, "POST", "/users", body)), "permission_denied");
    EXPECT_EQ(code_of(api(session, "POST", "/users", body, factor)), "permission_denied");
    EXPECT_EQ(world_.sql("select count(*) from mfa_proofs"), "0") << "the factor is not used up";
}

TEST_F(Factors, BackupCodesAreTypedAnyhowOnceAndOutliveAnotherEnrolment) {
    App app = enroll_app(signed_in(ada));
    std::string typed;
    for (const char c : app.backup_codes[0]) {
        typed += c == '-' ? ' ' : static_cast<char>(std::tolower(c));
    }
    EXPECT_EQ(verify(signed_in(ada), typed).status, 200);
    EXPECT_EQ(verify(signed_in(ada), app.backup_codes[0]).status, 400) << "once";

    const json::object begun = made(api(fresh(ada), "POST", "/auth/mfa/enroll/totp/start"));
    EXPECT_TRUE(begun.at("backup_codes").as_array().empty()) << "there is a set already";
    EXPECT_EQ(verify(signed_in(ada), app.backup_codes[1]).status, 200) << "begun, left undone";

    const std::string session = fresh(ada);
    const json::object renewed = made(api(session, "POST", "/auth/mfa/backup-codes/regenerate"));
    ASSERT_EQ(renewed.at("backup_codes").as_array().size(), 10U);
    EXPECT_EQ(verify(signed_in(ada), app.backup_codes[2]).status, 400) << "replaced";
    EXPECT_EQ(
        verify(signed_in(ada), std::string(renewed.at("backup_codes").at(0).as_string())).status,
        200);
    const json::object codes =
        made(api(session, "GET", "/auth/mfa/status")).at("backup_codes").as_object();
    EXPECT_EQ(codes.at("total").as_int64(), 10);
    EXPECT_EQ(codes.at("unused").as_int64(), 9);
}

TEST_F(Factors, AnotherFactorTakesOneThatWasJustShown) {
    App app = enroll_app(signed_in(ada));
    Key key;
    EXPECT_EQ(code_of(api(signed_in(ada), "POST", "/auth/mfa/enroll/webauthn/start")),
              "mfa_step_up_required");
    const std::string session = stale(ada);
    EXPECT_EQ(code_of(api(session, "POST", "/auth/mfa/enroll/webauthn/start")),
              "mfa_step_up_required");
    EXPECT_EQ(
        api(session, "POST", "/auth/mfa/enroll/webauthn/start", "", by_code(app.code())).status,
        200);
    EXPECT_EQ(register_key(session, key).status, 200);
    EXPECT_EQ(register_key(session, key).status, 400) << "the same key again";
}

TEST_F(Factors, AKeyIsOnePersons) {
    Key key = enroll_key(signed_in(ada));
    EXPECT_EQ(register_key(signed_in(vera), key).status, 400);
    EXPECT_THAT(last("mfa.verify.failed"), HasSubstr("used_already"));
    EXPECT_EQ(world_.sql("select count(*) from mfa_methods where confirmed_at is not null"), "1");
}

TEST_F(Factors, LabelsPreferenceAndRemoval) {
    App app = enroll_app(signed_in(ada));
    const std::string session = fresh(ada);
    const std::string method = "/auth/mfa/methods/" + std::to_string(app.method);
    EXPECT_EQ(api(session, "PUT", method, R"({"label":"My phone"})").status, 200);
    EXPECT_EQ(api(session, "PUT", "/auth/mfa/methods/4711", R"({"label":"x"})").status, 404);
    EXPECT_EQ(api(session, "PUT", "/auth/mfa/methods/x", R"({"label":"x"})").status, 400);
    EXPECT_EQ(
        api(session, "PUT", "/auth/mfa/preferred-method", R"({"preferred_method":"totp"})").status,
        200);
    EXPECT_EQ(
        api(session, "PUT", "/auth/mfa/preferred-method", R"({"preferred_method":"sms"})").status,
        400);
    const json::object status = made(api(session, "GET", "/auth/mfa/status"));
    EXPECT_EQ(text(status.at("methods").at(0).as_object(), "label"), "My phone");
    EXPECT_EQ(text(status, "preferred_method"), "totp");
    const json::object info = made(api(session, "GET", "/info")).at("user").as_object();
    EXPECT_EQ(text(info, "preferred_mfa_method"), "totp");
    EXPECT_FALSE(text(info, "recent_step_up_expires_at").empty());
    EXPECT_EQ(info.at("has_trusted_device"), json::value(false));

    const std::string bystander = fresh(vera);
    enroll_app(signed_in(vera));
    EXPECT_EQ(api(bystander, "DELETE", method, "", by_code("123456")).status, 401);
    EXPECT_EQ(api(session, "DELETE", method).header("X-MFA-Required"), "always");
    EXPECT_EQ(api(session, "DELETE", method, "", by_code(app.code())).status, 200);
    EXPECT_EQ(world_.sql("select count(*) from mfa_backup_codes b join users u on u.id = b.user_id"
                         " where u.email = 'admin@example.com'"),
              "0");
    EXPECT_TRUE(eventually(
        [&] { return code_of(api(session, "GET", "/users")) == "mfa_enrollment_required"; }));
}

TEST_F(Factors, AnAdminResetsSomebodysFactorsForAReason) {
    App app = enroll_app(signed_in(vera));
    const std::string victim = fresh(vera);
    Key key = enroll_key(signed_in(ada));
    const std::string admin = fresh(ada);
    const std::string path = "/users/" + vera + "/mfa/reset";
    EXPECT_EQ(api(admin, "POST", path, R"({"reason":""})", by_key(admin, key)).status, 400);
    EXPECT_EQ(code_of(api(admin, "POST", path, R"({"reason":"lost phone"})")), "mfa_required");
    const Response reset =
        api(admin, "POST", path, R"({"reason":"lost phone"})", by_key(admin, key));
    EXPECT_EQ(reset.status, 200) << reset.body;
    EXPECT_THAT(last("user.mfa_reset"), HasSubstr(R"("reset_reason":"lost phone")"));
    EXPECT_EQ(world_.sql("select kind, state from jobs"), "notify.factors_reset|available");
    EXPECT_EQ(code_of(api(victim, "GET", "/info")), "session_revoked");
    EXPECT_EQ(code_of(api(signed_in(vera), "GET", "/audit-logs")), "permission_denied");
    EXPECT_EQ(code_of(api(signed_in(vera), "GET", "/users")), "mfa_enrollment_required");
    EXPECT_EQ(verify(signed_in(vera), app.code()).status, 400) << "the old app is worth nothing";
    EXPECT_EQ(
        api(admin, "POST", "/users/" + ada + "/mfa/reset", R"({"reason":"me"})", by_key(admin, key))
            .status,
        400);
}

TEST_F(Factors, OnTheHostTheLastAdminGetsBackIn) {
    App app = enroll_app(signed_in(ada));
    const std::string session = signed_in(ada);
    for (int tries = 0; tries < 5; ++tries) {
        (void)verify(session, "000000");
    }
    EXPECT_EQ(code_of(api(signed_in(ada), "GET", "/info")), "owner_locked");
    const Ran unlocked =
        world_.run_gateway({"user", "unlock", "--email", ada, "--reason", "it was me"});
    EXPECT_EQ(unlocked.status, 0) << unlocked.err;
    EXPECT_TRUE(eventually([&] { return verify(signed_in(ada), app.code()).status == 200; }));
    EXPECT_THAT(last("user.unlock"), AllOf(HasSubstr("success"), HasSubstr("it was me")));

    const std::string open = fresh(ada);
    const Ran reset =
        world_.run_gateway({"user", "reset-factors", "--email", ada, "--reason", "lost phone"});
    EXPECT_EQ(reset.status, 0) << reset.err;
    EXPECT_THAT(last("user.mfa_reset"), AllOf(HasSubstr("success"), HasSubstr("lost phone")));
    EXPECT_TRUE(
        eventually([&] { return code_of(api(open, "GET", "/info")) == "session_revoked"; }));
    EXPECT_EQ(code_of(api(signed_in(ada), "GET", "/users")), "mfa_enrollment_required");
    EXPECT_EQ(
        world_.run_gateway({"user", "unlock", "--email", "nobody@example.com", "--reason", "x"})
            .status,
        1);
}

TEST_F(Factors, SettingsAreInForceAtOnce) {
    Key key = enroll_key(signed_in(ada));
    const std::string session = fresh(ada);
    EXPECT_EQ(code_of(api(signed_in(vera), "GET", "/users")), "mfa_enrollment_required");
    EXPECT_EQ(api(session, "PUT", "/settings/mfa-configuration",
                  R"({"mfa_require_all_users":false,"mfa_step_up_window_minutes":1440})",
                  by_key(session, key))
                  .status,
              200);
    EXPECT_EQ(api(signed_in(vera), "GET", "/users").status, 200);
    const std::string hour_ago = world_.session(ada, "2 h");
    world_.execute("update user_sessions set expires_at = now() + interval '1 h'");
    EXPECT_EQ(api(hour_ago, "PUT", "/users/" + vera + "/name", R"({"name":"V"})").status, 200);
}

TEST_F(Factors, ATokenPassesOnlyTheRouteThatWasOpenedToTokens) {
    Key key = enroll_key(signed_in(ada));
    const std::string session = fresh(ada);
    const std::string token = world_.token("admin");
    const std::string lock = "/users/" + vera + "/lock";
    EXPECT_EQ(code_of(world_.api(token, "POST", lock, R"({"reason":"ci"})")), "person_required");
    const auto set = [&](const std::string& routes) {
        return api(session, "PUT", "/settings/mfa-configuration",
                   R"({"mfa_routes_open_to_tokens":)" + routes + "}", by_key(session, key));
    };
    EXPECT_EQ(set(R"(["POST /api/v1/users/{email}/lokc"])").status, 400) << "no such route";
    EXPECT_EQ(set(R"(["POST /api/v1/auth/cli/start"])").status, 400) << "takes no factor";
    EXPECT_EQ(set(R"(["POST /api/v1/users/{email}/lock"])").status, 200);
    EXPECT_EQ(world_.api(token, "POST", lock, R"({"reason":"ci"})").status, 200);
    EXPECT_EQ(code_of(world_.api(token, "POST", "/users/" + vera + "/unlock")), "person_required");
}

class FactorSettings : public FactorsWorld {};

TEST_F(FactorSettings, WhatCannotBeReadStopsTheStart) {
    const struct {
        const char* name;
        const char* value;
    } cases[] = {{"WEBAUTHN_TRUST_ROOTS_FILE", "/nowhere.pem"},
                 {"WEBAUTHN_TRUST_ROOTS_FILE", "/etc/passwd"},
                 {"YUBICO_SECRET_KEY", "not base64!"},
                 {"YUBICO_VALIDATION_URLS", "http://api.example.com/verify"}};
    for (const auto& [name, value] : cases) {
        world_.environment["YUBICO_CLIENT_ID"] = "4711";
        world_.environment["YUBICO_SECRET_KEY"] = "c2VjcmV0";
        world_.environment[name] = value;
        const Ran ran = world_.run_gateway({});
        EXPECT_EQ(ran.status, 1) << value;
        EXPECT_THAT(ran.err, HasSubstr(std::string(name) + ": "));
        world_.environment.erase(name);
    }
}

TEST_F(FactorSettings, OnlyKeysOfTheNamedMakersAreTaken) {
    const std::string roots = world_.directory() + "/roots.pem";
    ASSERT_EQ(run({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=Maker",
                   "-keyout", "/dev/null", "-out", roots},
                  {})
                  .status,
              0);
    world_.environment["WEBAUTHN_TRUST_ROOTS_FILE"] = roots;
    world_.start_gateway();
    Key key;
    EXPECT_EQ(register_key(signed_in(ada), key).status, 400);
    EXPECT_THAT(last("mfa.verify.failed"), HasSubstr("attestation_untrusted"));
}

// The server is real, the protocol too; only Yubico's keys are not.
class YubikeyFactors : public FactorsWorld {
protected:
    YubikeyFactors() {
        world_.environment["YUBICO_CLIENT_ID"] = "4711";
        world_.environment["YUBICO_SECRET_KEY"] = crypto::base64(key);
        world_.environment["YUBICO_VALIDATION_URLS"] = server_.url();
        world_.start_gateway();
    }
    std::string otp(char last) {
        std::string text = "cccccbhuinjd" + std::string(31, 'l') + last;
        server_.accept(text);
        return text;
    }

    static constexpr const char* key = "0123456789abcdef0123";
    mfa::testing::ValidationServer server_{"4711", Secret(key)};
};

TEST_F(YubikeyFactors, AreAskedOfTheValidationServerAndCountOnce) {
    const std::string first = otp('b');
    const std::string session = signed_in(ada);
    const json::object enrolled = made(api(session, "POST", "/auth/mfa/enroll/yubiotp/start",
                                           R"({"yubi_otp":")" + first + R"("})"));
    EXPECT_EQ(enrolled.at("backup_codes").as_array().size(), 10U);
    EXPECT_EQ(api(session, "GET", "/users").status, 200);
    EXPECT_EQ(verify(signed_in(ada), first).status, 400) << "replayed";
    EXPECT_EQ(verify(signed_in(ada), otp('c')).status, 200);
    EXPECT_THAT(last("mfa.verify"), HasSubstr(R"("factor":"yubiotp")"));
    EXPECT_EQ(api(signed_in(vera), "POST", "/auth/mfa/enroll/yubiotp/start",
                  R"({"yubi_otp":")" + otp('d') + R"("})")
                  .status,
              400)
        << "somebody else's key";
}

TEST_F(YubikeyFactors, AServerThatIsAwayIsNobodysFailure) {
    (void)made(api(signed_in(ada), "POST", "/auth/mfa/enroll/yubiotp/start",
                   R"({"yubi_otp":")" + otp('b') + R"("})"));
    server_.misbehave(mfa::testing::Misbehaviour::http_500);
    for (const char letter : {'c', 'd', 'e', 'f', 'g', 'h'}) {
        EXPECT_EQ(verify(signed_in(ada), otp(letter)).status, 503);
    }
    server_.misbehave(mfa::testing::Misbehaviour::none);
    EXPECT_EQ(verify(signed_in(ada), otp('i')).status, 200);
}

TEST_F(Factors, NothingThatWasShownIsWrittenAnywhere) {
    App app = enroll_app(signed_in(ada));
    const std::string good = app.code();
    EXPECT_EQ(verify(signed_in(ada), good).status, 200);
    EXPECT_EQ(verify(signed_in(ada), "654321").status, 400);
    EXPECT_EQ(verify(signed_in(ada), app.backup_codes[3]).status, 200);
    const std::string written =
        world_.gateway_log() + world_.audit_lines() +
        world_.sql("select string_agg(e::text, ' ') from audit.audit_event e") +
        world_.sql("select string_agg(a::text, ' ') from mfa_attempts a");
    for (const std::string& secret :
         {good, std::string("654321"), app.backup_codes[3], std::string(app.seed.expose())}) {
        EXPECT_THAT(written, Not(HasSubstr(secret)));
    }
}

TEST_F(Factors, SecretsAreShownAfterAFreshFactorUnlessASettingSaysOtherwise) {
    App app = enroll_app(signed_in(ada));
    const std::string session = stale(ada);
    EXPECT_EQ(api(session, "GET", "/apps/shop/env").status, 200);
    const Response refused = api(session, "GET", "/apps/shop/env?secrets=true");
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(code_of(refused), "mfa_step_up_required");
    EXPECT_THAT(refused.body, Not(HasSubstr("sk_live")));
    EXPECT_THAT(last("secret.read"), StartsWith("secret.read|denied"));
    const Response shown =
        api(session, "GET", "/apps/shop/env?secrets=true", "", by_code(app.code()));
    EXPECT_EQ(shown.status, 200) << shown.body;
    EXPECT_THAT(shown.body, HasSubstr("sk_live_4242"));
    EXPECT_THAT(last("secret.read"), StartsWith("secret.read|success"));
    world_.execute("insert into settings (key, value) values ('mfa_step_up_for_secrets', 'false')");
    EXPECT_TRUE(eventually(
        [&] { return api(stale(ada), "GET", "/apps/shop/env?secrets=true").status == 200; }));
}

}  // namespace
}  // namespace rgw::test
