// People sign in through a real OpenID provider (spec http-api §8), and what must not get in does
// not.
#include "sign_in_world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string ada = "admin@example.com";
const std::string viewer = "viewer@example.com";

class SignIn : public SignInWorld {
protected:
    // Up to the URL the provider sends the browser back to.
    std::string go_and_come_back(Browser& browser, const std::string& who,
                                 const std::string& return_to = "") {
        const std::string query = return_to.empty() ? "" : "?returnTo=" + return_to;
        const Response begun = browser.get(url("/api/v1/auth/web/login" + query));
        EXPECT_EQ(begun.status, 302);
        return provider_.sign_in(browser, begun.header("Location"), who);
    }
    Response sign_in(Browser& browser, const std::string& who, const std::string& return_to = "") {
        return browser.get(go_and_come_back(browser, who, return_to));
    }
    [[nodiscard]] std::string session_of(const Browser& browser) const {
        return browser.cookie(port_, "session_token");
    }
    Response call(const std::string& session, const std::string& method, const std::string& path) {
        return world_.call(session, method, path);
    }
    std::string last_reason() {
        return world_.sql(
            "select action || ' ' || details from calls order by chain_index desc limit 1");
    }
    // A return that must end at the error page, without a session, with an event that says why.
    void expect_refused(Browser& browser, const std::string& back, const std::string& reason) {
        const Response answer = browser.get(back);
        EXPECT_EQ(answer.status, 302) << reason;
        EXPECT_THAT(answer.header("Location"), StartsWith("/app/auth/error?message=")) << reason;
        EXPECT_EQ(session_of(browser), "") << reason;
        EXPECT_THAT(last_reason(), HasSubstr(reason));
    }
};

TEST_F(SignIn, APersonComesInAndTheirSessionIsWhoTheyAre) {
    start();
    Browser browser;
    const Response back = sign_in(browser, ada, "/app/apps/shop");
    EXPECT_EQ(back.status, 302);
    EXPECT_EQ(back.header("Location"), "/app/apps/shop");
    EXPECT_EQ(browser.cookie_name(port_, "rgw_oauth_state_"), "") << "used up";
    const std::string session = session_of(browser);
    ASSERT_EQ(session.size(), 43U);
    EXPECT_THAT(browser.get(url("/api/v1/info")).body,
                AllOf(HasSubstr("\"email\":\"admin@example.com\""),
                      HasSubstr("\"roles\":[\"admin\"]"), HasSubstr("\"mfa_required\":false")));
    EXPECT_THAT(last_reason(), HasSubstr("login.complete {\"channel\":\"web\""));
    EXPECT_EQ(world_.sql("select count(*) from user_sessions where token_hash = '" + session + "'"),
              "0");
    EXPECT_THAT(world_.gateway_log() + world_.audit_lines(), Not(HasSubstr(session)));

    EXPECT_EQ(call(session, "GET", "/apps").status, 200);
    EXPECT_EQ(world_.sql("select user_email || ' ' || coalesce(api_token_name, '-') from calls "
                         "order by chain_index desc limit 1"),
              ada + " -");
    const Response by_cookie = browser.get(url("/api/v1/rack-proxy/apps"));
    EXPECT_EQ(by_cookie.status, 401);
    EXPECT_THAT(by_cookie.body, HasSubstr("browser session cookies are not permitted"));
}

TEST_F(SignIn, RolesDecideAndADemotionActsAtOnce) {
    start();
    Browser browser;
    (void)sign_in(browser, "viewer@example.com");
    const std::string session = session_of(browser);
    EXPECT_EQ(call(session, "GET", "/apps").status, 200);
    EXPECT_EQ(call(session, "POST", "/apps/shop/cancel").status, 403);
    world_.execute("update users set roles = '[\"deployer\"]' where email = 'viewer@example.com'");
    EXPECT_TRUE(
        eventually([&] { return call(session, "POST", "/apps/shop/cancel").status == 200; }));
    world_.execute("update users set roles = '[]' where email = 'viewer@example.com'");
    EXPECT_TRUE(eventually([&] { return call(session, "GET", "/apps").status == 403; }));
    world_.execute("update users set locked_at = now() where email = 'viewer@example.com'");
    EXPECT_TRUE(eventually([&] { return call(session, "GET", "/apps").status == 401; }));
}

TEST_F(SignIn, WithoutASecondFactorASessionCanDoNothingWhereOneIsRequired) {
    world_.environment.erase("RGW_SETTING_MFA_REQUIRE_ALL_USERS");
    start();
    Browser browser;
    EXPECT_EQ(sign_in(browser, ada).header("Location"),
              "/app/account/security?redirect=%2Fapp%2Frack");
    EXPECT_EQ(browser.get(url("/api/v1/info")).status, 200);
    const Response refused = call(session_of(browser), "GET", "/apps");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.header("X-MFA-Required"), "enrollment");
    EXPECT_THAT(last_reason(), HasSubstr("mfa_enrollment_required"));
}

TEST_F(SignIn, ATrustedBrowserIsNotAskedAgainAndIsNeverSteppedUp) {
    world_.environment.erase("RGW_SETTING_MFA_REQUIRE_ALL_USERS");
    start();
    const Secret seed = enroll_app(ada);
    const auto code = [&] { return mfa::totp_code(seed, mfa::totp_step(SystemClock().now()) + 1); };
    Browser browser;
    EXPECT_THAT(sign_in(browser, ada).header("Location"), StartsWith("/app/auth/mfa/challenge"));
    const std::string page = browser.get(url("/app/rack")).body;
    const Response verified = send_request(
        port_, {.method = "POST",
                .target = "/api/v1/auth/mfa/verify",
                .headers = {{"Cookie", "session_token=" + session_of(browser)},
                            {"X-CSRF-Token", between(page, "rgw-csrf-token\" content=\"", "\"")},
                            {"Content-Type", "application/json"}},
                .body = R"({"code":")" + code() + R"(","trust_device":true})"});
    ASSERT_EQ(verified.status, 200) << verified.body;
    EXPECT_THAT(verified.body, HasSubstr(R"("trusted_device_cookie":true)"));
    std::string device;
    for (const auto& [name, value] : verified.headers) {
        if (name == "Set-Cookie" && value.starts_with("rgw_trusted_device=")) {
            EXPECT_THAT(value, AllOf(HasSubstr("HttpOnly"), HasSubstr("Max-Age=86400")));
            device = between(value, "=", ";");
        }
    }
    ASSERT_EQ(device.size(), 52U);

    Browser again;
    again.set_cookie(port_, "rgw_trusted_device", device);
    EXPECT_EQ(sign_in(again, ada).header("Location"), "/app/rack");
    EXPECT_THAT(last_reason(), HasSubstr("trusted_device_id"));
    EXPECT_EQ(call(session_of(again), "GET", "/apps").status, 200);
    EXPECT_EQ(call(session_of(again), "POST", "/apps").header("X-MFA-Level"), "step_up");

    // Shown for somebody else it is nobody's any more.
    Browser other;
    (void)enroll_app(viewer);
    other.set_cookie(port_, "rgw_trusted_device", device);
    EXPECT_THAT(sign_in(other, viewer).header("Location"), StartsWith("/app/auth/mfa/challenge"));
    EXPECT_THAT(last_reason(), HasSubstr(R"("trusted_device":"revoked")"));
    Browser third;
    third.set_cookie(port_, "rgw_trusted_device", device);
    EXPECT_THAT(sign_in(third, ada).header("Location"), StartsWith("/app/auth/mfa/challenge"));
}

TEST_F(SignIn, TwoTabsAtOnceBothSucceed) {
    start();
    Browser browser;
    const std::string one = go_and_come_back(browser, ada, "/app/one");
    const std::string two = go_and_come_back(browser, ada, "/app/two");
    EXPECT_EQ(browser.get(one).header("Location"), "/app/one");
    EXPECT_EQ(browser.get(two).header("Location"), "/app/two");
    EXPECT_EQ(browser.get(url("/api/v1/info")).status, 200);
}

TEST_F(SignIn, WhoMayNotComeInDoesNot) {
    start();
    const struct {
        const char* who;
        const char* reason;
    } cases[] = {
        {"stranger@example.com", "login.user_not_authorized"},
        {"unverified:admin@example.com", "id_token: email_unverified"},
    };
    for (const auto& c : cases) {
        Browser browser;
        expect_refused(browser, go_and_come_back(browser, c.who), c.reason);
    }
    Browser first;
    (void)sign_in(first, ada);
    Browser other;
    expect_refused(other, go_and_come_back(other, "other:" + ada),
                   "the address belonged to another person");
    world_.execute("update users set locked_at = now() where email = '" + ada + "'");
    Browser locked;
    expect_refused(locked, go_and_come_back(locked, ada), "owner_locked");
    world_.execute("update users set locked_at = null, suspended = true");
    Browser suspended;
    expect_refused(suspended, go_and_come_back(suspended, ada), "owner_suspended");
}

TEST_F(SignIn, TheProvidersGroupsGiveTheRolesWhereTheyAreMapped) {
    world_.environment["OIDC_ROLE_CLAIM"] = "groups";
    world_.environment["OIDC_ROLE_MAP"] = "platform=admin,dev=deployer,ops=ops";
    start();
    const auto roles_of = [&](const std::string& email) {
        return world_.sql("select roles from users where email = '" + email + "'");
    };
    const auto claimed = [&] {
        return world_.sql(
            "select phase || ' ' || status || ' ' || details from calls where action = "
            "'user.roles_from_claim' order by chain_index desc limit 1");
    };
    // The tests' provider takes the groups for a part of who it is.
    const auto forget_who_it_was = [&] {
        world_.execute("update users set oidc_issuer = null, oidc_subject = null");
    };
    const std::string vera = "viewer@example.com";
    Browser browser;
    (void)sign_in(browser, "in-ops.dev.golf:" + vera);
    EXPECT_EQ(roles_of(vera), R"(["deployer","ops"])");
    EXPECT_THAT(claimed(), AllOf(StartsWith("outcome success "),
                                 HasSubstr(R"("before":["viewer"],"after":["deployer","ops"])")));
    EXPECT_THAT(last_reason(), StartsWith("login.complete "));
    EXPECT_EQ(call(session_of(browser), "POST", "/apps/shop/cancel").status, 200);

    forget_who_it_was();
    Browser in_no_group;
    expect_refused(in_no_group, go_and_come_back(in_no_group, "in-golf:" + vera), "roles: ");
    EXPECT_EQ(roles_of(vera), R"(["deployer","ops"])");

    // Lost rights act on the sessions that are open.
    forget_who_it_was();
    Browser again;
    (void)sign_in(again, "in-ops:" + vera);
    EXPECT_TRUE(eventually(
        [&] { return call(session_of(browser), "POST", "/apps/shop/cancel").status == 403; }));

    Browser last_admin;
    (void)sign_in(last_admin, "in-dev:" + ada);
    EXPECT_EQ(roles_of(ada), R"(["admin"])") << "one must remain";
    EXPECT_THAT(claimed(), AllOf(StartsWith("outcome denied "), HasSubstr("last_admin")));
    EXPECT_EQ(last_admin.get(url("/api/v1/info")).status, 200);
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(SignIn, ARoleMapThatIsNoneStopsTheStart) {
    world_.environment["OIDC_ROLE_CLAIM"] = "groups";
    EXPECT_THAT(world_.run_gateway({}).err, HasSubstr("OIDC_ROLE_MAP: goes together with"));
    world_.environment["OIDC_ROLE_MAP"] = "ci=cicd";
    EXPECT_THAT(world_.run_gateway({}).err,
                HasSubstr("OIDC_ROLE_MAP: no role for users in ci=cicd"));
}

TEST_F(SignIn, AReturnIsGoodOnceAndInItsOwnBrowserOnly) {
    start();
    Browser victim;
    const std::string back = go_and_come_back(victim, ada);
    Browser attacker;
    expect_refused(attacker, back, "the cookie is not ours");  // login CSRF, code injection
    (void)go_and_come_back(attacker, ada);
    expect_refused(attacker, back, "the cookie is not ours");

    const std::string name = victim.cookie_name(port_, "rgw_oauth_state_");
    const std::string cookie = victim.cookie(port_, name);
    EXPECT_EQ(victim.get(back).status, 302);
    EXPECT_NE(session_of(victim), "");
    victim.set_cookie(port_, "session_token", "");
    victim.set_cookie(port_, name, cookie);
    expect_refused(victim, back, "the state was used before");
}

TEST_F(SignIn, AReturnThatWasTouchedIsRefused) {
    start();
    const auto with_cookie = [&](const std::string& cookie_end, const std::string& query) {
        Browser browser;
        std::string back = go_and_come_back(browser, ada);
        const std::string name = browser.cookie_name(port_, "rgw_oauth_state_");
        if (!cookie_end.empty()) {
            std::string value = browser.cookie(port_, name);
            value.replace(value.size() - cookie_end.size(), cookie_end.size(), cookie_end);
            browser.set_cookie(port_, name, value);
        }
        if (!query.empty()) {
            const std::string state = back.substr(back.find("state="), 49);
            back = url("/api/v1/auth/web/callback?" + state + query);
        }
        return std::pair(browser, back);
    };
    const struct {
        const char* cookie_end;
        const char* query;
        const char* reason;
    } cases[] = {
        {"AAAA", "", "the cookie is not ours"},
        {"", "&code=made-up", "token endpoint: invalid_grant"},
        {"", "&code=", "sign_in_refused"},
        {"", "&error=access_denied&error_description=injected", "sign_in_refused"},
    };
    for (const auto& c : cases) {
        auto [browser, back] = with_cookie(c.cookie_end, c.query);
        expect_refused(browser, back, c.reason);
    }
    Browser none;
    expect_refused(none, url("/api/v1/auth/web/callback"), "the cookie is not ours");
    expect_refused(none, url("/api/v1/auth/web/callback?state=&code=x"), "the cookie is not ours");
    EXPECT_THAT(world_.audit_lines(), Not(HasSubstr("injected")));
}

TEST_F(SignIn, NoReturnToLeadsAnywhereElse) {
    start();
    for (const char* target :
         {"https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2Fapp%2F%2Fevil.example",
          "%2Fapp%2F..%2F..%2Fapi", "%2Fapp%2F%5Cevil.example", "javascript%3Aalert(1)",
          "%2Fapp%2Fx%0d%0aSet-Cookie%3A%20a%3Db", "%2Fapi%2Fv1%2Fauth%2Fweb%2Flogout"}) {
        Browser browser;
        EXPECT_EQ(sign_in(browser, ada, target).header("Location"), "/app/rack") << target;
    }
}

TEST_F(SignIn, SigningOutEndsTheSessionEverywhereAndNoOtherSiteCanDoIt) {
    start();
    Browser browser;
    (void)sign_in(browser, ada);
    const std::string session = session_of(browser);
    EXPECT_EQ(
        browser.get(url("/api/v1/auth/web/logout"), {{"Sec-Fetch-Site", "cross-site"}}).status,
        403);
    EXPECT_EQ(call(session, "GET", "/apps").status, 200);
    const Response out = browser.get(url("/api/v1/auth/web/logout"));
    EXPECT_EQ(out.header("Location"), "/app/login");
    EXPECT_EQ(session_of(browser), "");
    const Response after = call(session, "GET", "/apps");
    EXPECT_EQ(after.status, 401);
    EXPECT_EQ(after.header("X-Error-Code"), "session_revoked");
    EXPECT_EQ(world_.sql("select count(*) from calls where action = 'logout' and user_email = '" +
                         ada + "'"),
              "1");
    EXPECT_EQ(browser.get(url("/api/v1/auth/web/logout")).header("Location"), "/app/login");
}

TEST_F(SignIn, SigningInAnewEndsTheSessionTheBrowserHad) {
    start();
    Browser browser;
    (void)sign_in(browser, ada);
    const std::string first = session_of(browser);
    (void)sign_in(browser, ada);
    EXPECT_NE(session_of(browser), first);
    EXPECT_EQ(call(session_of(browser), "GET", "/apps").status, 200);
    EXPECT_EQ(call(first, "GET", "/apps").header("X-Error-Code"), "session_revoked");
}

TEST_F(SignIn, CookiesAreHttpOnlyAndForTlsUnlessDeveloping) {
    world_.environment["COOKIE_SECURE"] = "true";
    start();
    Browser browser;
    const Response begun = browser.get(url("/api/v1/auth/web/login"));
    EXPECT_THAT(begun.header("Set-Cookie"),
                AllOf(HasSubstr("; HttpOnly"), HasSubstr("; SameSite=Lax"), HasSubstr("; Secure"),
                      HasSubstr("; Max-Age=600")));
    EXPECT_THAT(begun.header("Location"), HasSubstr("code_challenge_method=S256"));
    EXPECT_THAT(begun.header("Strict-Transport-Security"), HasSubstr("max-age"));
}

TEST_F(SignIn, AProviderThatIsAwayStopsNothingElseAndIsFoundWhenItComes) {
    const std::uint16_t provider_port = static_cast<std::uint16_t>(free_port());
    world_.environment["OIDC_ISSUER"] = "http://127.0.0.1:" + std::to_string(provider_port);
    world_.start_gateway();
    EXPECT_THAT(readiness(), AllOf(HasSubstr("\"status\":\"ok\""), HasSubstr("\"unavailable\"")));
    Browser browser;
    EXPECT_THAT(browser.get(url("/api/v1/auth/web/login")).header("Location"),
                StartsWith("/app/auth/error?message=Signing%20in%20is%20not%20available"));
    EXPECT_EQ(world_.call(world_.token("admin"), "GET", "/apps").status, 200);
    const Provider late(world_.directory(), {url("/api/v1/auth/web/callback")}, provider_port);
    EXPECT_TRUE(eventually([&] { return readiness().find("\"available\"") != std::string::npos; }));
}

}  // namespace
}  // namespace rgw::test
