// A command line is signed in through a browser (spec http-api §9), and what must not be does not
// happen. The client knows the contract only.
#include <future>

#include "sign_in_world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string ada = "admin@example.com";
const std::string viewer = "viewer@example.com";

struct Login {
    std::string auth_url;
    std::string state;
    std::string verifier;
};

class CliSignIn : public SignInWorld {
protected:
    Login begin(const std::string& body = R"({"device_name":"laptop","device_os":"linux"})") {
        const Response started = post("cli/start", body);
        EXPECT_EQ(started.status, 200) << started.body;
        return {.auth_url = text(started, "auth_url"),
                .state = text(started, "state"),
                .verifier = text(started, "code_verifier")};
    }
    // Where the gateway sends the browser that came back.
    std::string come_back(Browser& browser, const Login& login, const std::string& who = ada) {
        const Response back = browser.get(provider_.sign_in(browser, login.auth_url, who));
        EXPECT_EQ(back.status, 307);
        return back.header("Location");
    }
    std::string next_page(Browser& browser, const std::string& state) {
        const Response next = browser.get(url("/api/v1/auth/cli/mfa?state=" + state));
        EXPECT_EQ(next.status, 307);
        return next.header("Location");
    }
    // Up to the page that asks.
    std::string approval_page(Browser& browser, const Login& login, const std::string& who = ada) {
        EXPECT_EQ(come_back(browser, login, who), "/api/v1/auth/cli/mfa?state=" + login.state);
        EXPECT_EQ(next_page(browser, login.state), "/app/cli/auth/approve?state=" + login.state);
        const Response page = browser.get(url("/app/cli/auth/approve?state=" + login.state));
        EXPECT_EQ(page.status, 200);
        return page.body;
    }
    static std::string form_of(const std::string& page) {
        return "state=" + between(page, "name=\"state\" value=\"", "\"") +
               "&token=" + between(page, "name=\"token\" value=\"", "\"");
    }
    std::string press(Browser& browser, const std::string& button, const std::string& form) {
        const Response answer = browser.post(url("/api/v1/auth/cli/" + button), form);
        EXPECT_EQ(answer.status, 303) << answer.body;
        return answer.header("Location");
    }
    Response complete(const std::string& state, const std::string& verifier) {
        return post("cli/complete",
                    R"({"state":")" + state + R"(","code_verifier":")" + verifier +
                        R"(","device_id":"6f1c0a52-2f7e-4f7b-9b0f-0123456789ab",)"
                        R"("device_name":"laptop","device_os":"linux","client_version":"1.2.3"})");
    }
    Response complete(const Login& login) { return complete(login.state, login.verifier); }
    void expect_refused(const Response& response, int status, const std::string& error,
                        const std::string& reason) {
        EXPECT_EQ(response.status, status) << reason;
        EXPECT_EQ(text(response, "error"), error) << reason;
        EXPECT_THAT(last_event(),
                    AllOf(StartsWith("login."), HasSubstr("|denied|"), HasSubstr(reason)));
    }
};

TEST_F(CliSignIn, TheProvidersGroupsGiveTheRolesHereToo) {
    world_.environment["OIDC_ROLE_CLAIM"] = "groups";
    world_.environment["OIDC_ROLE_MAP"] = "dev=deployer";
    start();
    const Login refused = begin();
    Browser in_no_group;
    (void)come_back(in_no_group, refused, "in-golf:" + viewer);
    EXPECT_THAT(last_event(), AllOf(HasSubstr("|denied|"), HasSubstr("roles: ")));
    EXPECT_EQ(complete(refused).status, 401);

    world_.execute("update users set oidc_issuer = null, oidc_subject = null");
    const Login login = begin();
    Browser browser;
    const std::string page = approval_page(browser, login, "in-dev:" + viewer);
    EXPECT_EQ(world_.sql("select roles from users where email = '" + viewer + "'"),
              R"(["deployer"])");
    EXPECT_EQ(world_.sql("select count(*) from calls where action = 'user.roles_from_claim'"), "2");
    EXPECT_EQ(press(browser, "approve", form_of(page)), "/app/cli/auth/success");
    EXPECT_EQ(world_.call(text(complete(login), "token"), "POST", "/apps/shop/cancel").status, 200);
}

TEST_F(CliSignIn, APersonApprovesAndTheTokenWorks) {
    start();
    const Login login = begin();
    EXPECT_EQ(login.state.size(), 43U);
    EXPECT_GE(login.verifier.size(), 43U);
    EXPECT_LE(login.verifier.size(), 128U);
    EXPECT_THAT(login.auth_url,
                AllOf(StartsWith(provider_.issuer()), HasSubstr("code_challenge_method=S256"),
                      HasSubstr("state=" + login.state)));
    EXPECT_THAT(last_event(), AllOf(StartsWith("login.start|success|"), HasSubstr("laptop")));
    const Response pending = complete(login);
    EXPECT_EQ(pending.status, 202);
    EXPECT_EQ(pending.body, R"({"status":"pending"})");

    Browser browser;
    const std::string page = approval_page(browser, login);
    EXPECT_THAT(page,
                AllOf(HasSubstr(ada), HasSubstr("laptop"), HasSubstr("linux"), HasSubstr("198.18."),
                      HasSubstr("seconds ago"), Not(HasSubstr("<script"))));
    EXPECT_EQ(complete(login).status, 202) << "coming back is no approval";
    EXPECT_EQ(press(browser, "approve", form_of(page)), "/app/cli/auth/success");
    EXPECT_THAT(last_event(), AllOf(StartsWith("login.approve|success|"), HasSubstr("laptop")));
    EXPECT_EQ(next_page(browser, login.state), "/app/cli/auth/success");
    EXPECT_EQ(browser.cookie(port_, "session_token"), "") << "the browser itself is not signed in";

    const Response done = complete(login);
    ASSERT_EQ(done.status, 200) << done.body;
    const boost::json::object made = json(done);
    EXPECT_EQ(text(done, "email"), ada);
    EXPECT_EQ(text(done, "channel"), "cli");
    EXPECT_EQ(text(done, "device_id"), "6f1c0a52-2f7e-4f7b-9b0f-0123456789ab");
    EXPECT_EQ(text(done, "device_name"), "laptop");
    EXPECT_TRUE(made.at("mfa_verified").as_bool());
    EXPECT_FALSE(made.at("mfa_required").as_bool());
    EXPECT_FALSE(made.at("enrollment_required").as_bool());
    EXPECT_TRUE(made.at("session_id").is_int64());
    EXPECT_THAT(last_event(), AllOf(StartsWith("login.complete|success|{\"channel\":\"cli\""),
                                    HasSubstr("\"session_id\":")));
    const std::string token = text(done, "token");
    EXPECT_EQ(world_.call(token, "GET", "/apps").status, 200);
    EXPECT_THAT(world_.api(token, "GET", "/info").body, HasSubstr(ada));
    EXPECT_EQ(world_.sql("select device_name || ' ' || device_id || ' ' || device_metadata::text"
                         " from user_sessions where channel = 'cli'"),
              "laptop 6f1c0a52-2f7e-4f7b-9b0f-0123456789ab {\"os\": \"linux\", "
              "\"client_version\": \"1.2.3\"}");
    EXPECT_EQ(world_.sql("select count(*) from cli_login_states"), "0");

    for (const std::string& secret :
         {login.state, login.verifier, token,
          browser.cookie(port_, "rgw_cli_login_" + login.state.substr(0, 8))}) {
        EXPECT_THAT(all_written(), Not(HasSubstr(secret)));
    }
}

TEST_F(CliSignIn, SigningOutEndsTheSession) {
    start();
    const Login login = begin();
    Browser browser;
    (void)press(browser, "approve", form_of(approval_page(browser, login)));
    const std::string token = text(complete(login), "token");
    const Response out = world_.api(token, "POST", "/auth/logout");
    EXPECT_EQ(out.status, 204);
    EXPECT_THAT(last_event(), StartsWith("logout|success|"));
    EXPECT_EQ(world_.call(token, "GET", "/apps").header("X-Error-Code"), "session_revoked");
    EXPECT_EQ(world_.api(token, "POST", "/auth/logout").status, 401);
    EXPECT_EQ(world_.api(world_.token("admin"), "POST", "/auth/logout").status, 403)
        << "an API token has no session";
}

TEST_F(CliSignIn, WhatTheCommandLineSendsToCollectMustBeItsOwn) {
    start();
    const Login login = begin();
    const Login other = begin();
    Browser browser;
    (void)press(browser, "approve", form_of(approval_page(browser, login)));
    const std::string expired = "invalid or expired state";
    const std::string not_its_own = "the verifier is not the one it began with";
    const struct {
        std::string state, verifier, reason;
    } cases[] = {
        {login.state, other.verifier, not_its_own},
        {login.state, std::string(43, 'a'), not_its_own},
        {login.state, "short", "no state and verifier of ours"},
        {login.state, std::string(171, 'a'), "no state and verifier of ours"},
        {std::string(43, 'A'), login.verifier, "there is no such state"},
        {"' or 1=1 --", login.verifier, "no state and verifier of ours"},
    };
    for (const auto& c : cases) {
        expect_refused(complete(c.state, c.verifier), 400, expired, c.reason);
    }
    for (const char* body : {"", "{}", "[]", R"({"state":"x"})", R"({"state":1,"code_verifier":2})",
                             R"({"state":"","code_verifier":""})"}) {
        const Response refused = post("cli/complete", body);
        EXPECT_EQ(refused.status, 400) << body;
        EXPECT_EQ(refused.body, R"({"error":"invalid request"})") << body;
    }
    EXPECT_EQ(cli_sessions(), "0");
    EXPECT_EQ(complete(login).status, 200);
    expect_refused(complete(login), 400, expired, "there is no such state");
    EXPECT_EQ(cli_sessions(), "1") << "a replay makes no second one";
    EXPECT_EQ(complete(other).status, 202);
}

TEST_F(CliSignIn, ABrowserThatDidNotComeBackGetsNoFurther) {
    start();
    const Login login = begin();
    const Login of_attacker = begin();
    Browser victim;
    const std::string page = approval_page(victim, login);
    Browser attacker;
    (void)approval_page(attacker, of_attacker, viewer);
    // The attacker's own cookie under the name of the victim's state.
    attacker.set_cookie(port_, "rgw_cli_login_" + login.state.substr(0, 8),
                        attacker.cookie(port_, "rgw_cli_login_" + of_attacker.state.substr(0, 8)));
    Browser nobody;
    for (Browser* other : {&attacker, &nobody}) {
        const std::string reason = "the browser is not the one that came back";
        EXPECT_EQ(next_page(*other, login.state), "/app/auth/mfa/challenge?error=expired");
        EXPECT_THAT(last_event(), HasSubstr(reason));
        EXPECT_THAT(press(*other, "approve", form_of(page)), HasSubstr("error=expired"));
        EXPECT_THAT(last_event(), AllOf(StartsWith("login.denied|denied|"), HasSubstr(reason)));
        EXPECT_THAT(press(*other, "deny", form_of(page)), HasSubstr("error=expired"));
        const Response shown = other->get(url("/app/cli/auth/approve?state=" + login.state));
        EXPECT_EQ(shown.status, 302);
        EXPECT_EQ(other->get(url("/api/v1/auth/cli/request?state=" + login.state)).status, 400);
        expect_refused(post("cli/mfa", R"({"state":")" + login.state + R"(","code":"123456"})"),
                       400, "session_expired", reason);
        EXPECT_EQ(other->cookie(port_, "session_token"), "");
        EXPECT_EQ(complete(login).status, 202);
    }
    // A page of another site can make the right browser send a form, but not with its token.
    EXPECT_THAT(press(victim, "approve", "state=" + login.state), HasSubstr("error=expired"));
    EXPECT_THAT(last_event(), HasSubstr("the page's token is missing"));
    EXPECT_EQ(complete(login).status, 202);
    EXPECT_EQ(press(victim, "approve", form_of(page)), "/app/cli/auth/success");
}

TEST_F(CliSignIn, AReturnIsGoodOnceAndMustBeTheProviders) {
    start();
    const struct {
        const char* query;
        int status;
        const char* reason;
    } cases[] = {
        {"&code=made-up", 307, "token endpoint: invalid_grant"},
        {"&code=", 400, "the provider sent no code"},
        {"&error=access_denied&error_description=injected", 400, "the provider sent no code"},
    };
    for (const auto& c : cases) {
        const Login login = begin();
        Browser browser;
        const Response back =
            browser.get(url("/api/v1/auth/cli/callback?state=" + login.state + c.query));
        EXPECT_EQ(back.status, c.status) << c.query;
        EXPECT_THAT(last_event(),
                    AllOf(StartsWith("login.oauth_failed|denied|"), HasSubstr(c.reason)));
        expect_refused(complete(login), 400, "login_failed", "it has ended");
        if (c.status == 307) {
            EXPECT_EQ(next_page(browser, login.state),
                      "/app/auth/mfa/challenge?error=exchange_failed");
        }
    }
    Browser browser;
    for (const std::string& query :
         {std::string("?code=x"), std::string("?state=x&code=") + std::string(2049, 'c')}) {
        EXPECT_EQ(browser.get(url("/api/v1/auth/cli/callback" + query)).status, 400);
        EXPECT_THAT(last_event(), HasSubstr("the provider's return is not sound"));
    }
    const Login long_code = begin();
    const std::string code(201, 'c');
    (void)browser.get(url("/api/v1/auth/cli/callback?state=" + long_code.state + "&code=" + code));
    EXPECT_THAT(last_event(), HasSubstr("token endpoint: invalid_grant"));
    EXPECT_THAT(all_written(), AllOf(Not(HasSubstr(code)), Not(HasSubstr("injected"))));

    const Login login = begin();
    Browser victim;
    const std::string back = provider_.sign_in(victim, login.auth_url, ada);
    (void)victim.get(back);
    Browser second;
    EXPECT_EQ(second.get(back).status, 307);
    EXPECT_THAT(last_event(), HasSubstr("the state was used before"));
    EXPECT_EQ(second.cookie_name(port_, "rgw_cli_login_"), "");
    EXPECT_EQ(next_page(second, login.state), "/app/auth/mfa/challenge?error=expired");
    EXPECT_EQ(next_page(victim, login.state), "/app/cli/auth/approve?state=" + login.state);
    (void)victim.get(back);
    EXPECT_EQ(next_page(victim, login.state), "/app/cli/auth/approve?state=" + login.state)
        << "the back button does no harm";
    EXPECT_EQ(next_page(victim, ""), "/app/auth/mfa/challenge?error=missing_state");
}

TEST_F(CliSignIn, WhoMayNotSignInDoesNotAndTheCommandLineIsTold) {
    start();
    const struct {
        std::string who, change, event;
    } cases[] = {
        {"stranger@example.com", "", "login.user_not_authorized"},
        {ada, "update users set locked_at = now()", "owner_locked"},
        {ada, "update users set locked_at = null, suspended = true", "owner_suspended"},
    };
    for (const auto& c : cases) {
        if (!c.change.empty()) {
            world_.execute(c.change);
        }
        const Login login = begin();
        Browser browser;
        (void)come_back(browser, login, c.who);
        EXPECT_THAT(last_event(),
                    AllOf(StartsWith("login.user_not_authorized|denied|"),
                          HasSubstr(c.event.substr(c.event.find('.') + 1) == "user_not_authorized"
                                        ? "there is none of this address"
                                        : c.event)));
        EXPECT_EQ(next_page(browser, login.state), "/app/auth/mfa/challenge?error=unauthorized");
        expect_refused(complete(login), 401, "user not authorized", "it has ended");
    }
    world_.execute("update users set suspended = false");
    const Login login = begin();
    Browser browser;
    (void)press(browser, "approve", form_of(approval_page(browser, login)));
    world_.execute("update users set locked_at = now()");
    expect_refused(complete(login), 401, "user not authorized", "owner_locked");
    EXPECT_EQ(cli_sessions(), "0");
}

TEST_F(CliSignIn, AStateIsOverAfterTenMinutesWhateverItsStep) {
    start();
    const Login begun = begin();
    const Login returned = begin();
    Browser browser;
    const std::string page = approval_page(browser, returned);
    const Login approved = begin();
    Browser other;
    (void)press(other, "approve", form_of(approval_page(other, approved)));
    world_.execute("update cli_login_states set expires_at = now()");
    Browser late;
    EXPECT_EQ(next_page(late, begun.state), "/app/auth/mfa/challenge?error=expired");
    (void)come_back(late, begun);
    EXPECT_THAT(last_event(), HasSubstr("it took too long"));
    EXPECT_EQ(next_page(browser, returned.state), "/app/auth/mfa/challenge?error=expired");
    EXPECT_THAT(press(browser, "approve", form_of(page)), HasSubstr("error=expired"));
    expect_refused(complete(approved), 400, "invalid or expired state", "it took too long");
    EXPECT_EQ(cli_sessions(), "0");
}

TEST_F(CliSignIn, TheFirstDecisionHoldsAndTwoTabsDoNotMeet) {
    start();
    const Login one = begin();
    const Login two = begin();
    Browser browser;
    const std::string first = approval_page(browser, one);
    const std::string second = approval_page(browser, two);
    EXPECT_EQ(press(browser, "deny", form_of(second)), "/app/cli/auth/denied");
    EXPECT_THAT(last_event(), StartsWith("login.deny|success|"));
    EXPECT_THAT(press(browser, "approve", form_of(second)), HasSubstr("/app/auth/mfa/challenge"));
    EXPECT_THAT(last_event(), AllOf(StartsWith("login.denied|denied|"), HasSubstr("it has ended")));
    expect_refused(complete(two), 400, "the login was denied in the browser", "it has ended");
    EXPECT_EQ(press(browser, "approve", form_of(first)), "/app/cli/auth/success");
    EXPECT_EQ(press(browser, "approve", form_of(first)), "/app/cli/auth/success");
    EXPECT_THAT(press(browser, "deny", form_of(first)), HasSubstr("/app/auth/mfa/challenge"));
    EXPECT_EQ(complete(one).status, 200);
    EXPECT_EQ(cli_sessions(), "1");
}

TEST_F(CliSignIn, AFactorThatIsAskedForStandsBeforeTheApproval) {
    world_.environment.erase("RGW_SETTING_MFA_REQUIRE_ALL_USERS");
    start();
    const Secret seed = enroll_app(ada);
    const Login login = begin();
    Browser browser;
    (void)come_back(browser, login);
    EXPECT_EQ(next_page(browser, login.state), "/app/auth/mfa/challenge?state=" + login.state);
    const std::string session = browser.cookie(port_, "session_token");
    EXPECT_EQ(session.size(), 43U);
    EXPECT_EQ(world_.api(session, "GET", "/info").status, 200);
    EXPECT_EQ(world_.call(session, "GET", "/apps").status, 401) << "it has shown no factor";
    EXPECT_EQ(next_page(browser, login.state), "/app/auth/mfa/challenge?state=" + login.state);
    EXPECT_EQ(browser.cookie(port_, "session_token"), session) << "one is enough";
    const std::string question =
        browser.get(url("/api/v1/auth/cli/request?state=" + login.state)).body;
    const std::string token = between(question, "\"token\":\"", "\"");
    EXPECT_THAT(press(browser, "approve", "state=" + login.state + "&token=" + token),
                HasSubstr("/app/auth/mfa/challenge?error="));
    EXPECT_THAT(last_event(), HasSubstr("no factor was shown"));
    const struct {
        std::string body;
        int status;
        const char* error;
    } cases[] = {
        {"nonsense", 400, "invalid_request"},
        {"{}", 400, "state_required"},
        {R"({"state":"x"})", 400, "code_required"},
        {R"({"state":"x","method":"sms","code":"1"})", 400, "invalid_method"},
        {R"({"state":"x","code":"1"})", 400, "session_expired"},
    };
    for (const auto& c : cases) {
        const Response answer = post("cli/mfa", c.body);
        EXPECT_EQ(answer.status, c.status) << c.body;
        EXPECT_EQ(text(answer, "error"), c.error) << c.body;
    }
    const auto show = [&](const std::string& code) {
        const std::string cookie = "rgw_cli_login_" + login.state.substr(0, 8);
        return send_request(
            port_, {.method = "POST",
                    .target = "/api/v1/auth/cli/mfa",
                    .headers = {{"Cookie", cookie + "=" + browser.cookie(port_, cookie) +
                                               "; session_token=" + session}},
                    .body = R"({"state":")" + login.state + R"(","code":")" + code + R"("})",
                    .host = "localhost"});
    };
    const Response wrong = show("000000");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(text(wrong, "error"), "invalid_code");
    EXPECT_EQ(complete(login).status, 202);

    // A right factor is the person's yes, and names their browser's session anew.
    const Response right = show(mfa::totp_code(seed, mfa::totp_step(SystemClock().now()) + 1));
    EXPECT_EQ(right.status, 200) << right.body;
    EXPECT_EQ(text(right, "redirect"), "/app/cli/auth/success");
    EXPECT_EQ(world_.api(session, "GET", "/info").status, 401);
    const Response completed = complete(login);
    ASSERT_EQ(completed.status, 200) << completed.body;
    EXPECT_EQ(json(completed).at("mfa_verified"), boost::json::value(true));
    EXPECT_EQ(
        world_.sql("select recent_step_up_at is not null from user_sessions where channel = 'cli'"),
        "t");
}

TEST_F(CliSignIn, WhoHasNoFactorYetIsSentToSetOneUp) {
    world_.environment.erase("RGW_SETTING_MFA_REQUIRE_ALL_USERS");
    start();
    const Login login = begin();
    Browser browser;
    (void)come_back(browser, login);
    EXPECT_EQ(next_page(browser, login.state),
              "/app/account/security?channel=cli&enrollment=required&state=" + login.state);
    EXPECT_EQ(browser.get(url("/api/v1/info")).status, 200);
    EXPECT_EQ(world_.sql("select metadata ->> 'login_flow' from user_sessions"), "cli-mfa");
    expect_refused(
        complete(login), 400,
        "You must set up multi-factor authentication before you can continue using the CLI.",
        "it has ended");
    EXPECT_THAT(next_page(browser, login.state),
                StartsWith("/app/auth/mfa/challenge?error=You%20must%20set%20up"));
    // A link that was sent does not change who a browser is.
    const Login sent = begin();
    Browser victim;
    sign_in(victim, viewer);
    const std::string session = victim.cookie(port_, "session_token");
    Browser attacker;
    (void)victim.get(provider_.sign_in(attacker, sent.auth_url, ada));
    EXPECT_EQ(next_page(victim, sent.state), "/app/auth/mfa/challenge?error=session_failed");
    EXPECT_EQ(victim.cookie(port_, "session_token"), session);
    EXPECT_THAT(last_event(), HasSubstr("somebody else is signed in here"));
}

TEST_F(CliSignIn, OfManyWhoCompleteAtOnceOnTwoGatewaysOneGetsTheSession) {
    start();
    const std::uint16_t second = world_.start_replica();
    for (int round = 0; round < 3; ++round) {
        const Login login = begin();
        Browser browser;
        (void)press(browser, "approve", form_of(approval_page(browser, login)));
        std::vector<std::future<int>> answers;
        for (int i = 0; i < 8; ++i) {
            const std::uint16_t to = i % 2 == 0 ? port_ : second;
            answers.push_back(std::async(std::launch::async, [&login, to] {
                return send_request(
                           to, {.method = "POST",
                                .target = "/api/v1/auth/cli/complete",
                                .body = R"({"state":")" + login.state + R"(","code_verifier":")" +
                                        login.verifier + R"("})",
                                .host = "localhost"})
                    .status;
            }));
        }
        int made = 0;
        for (auto& answer : answers) {
            const int status = answer.get();
            made += status == 200 ? 1 : 0;
            EXPECT_TRUE(status == 200 || status == 400) << status;
        }
        EXPECT_EQ(made, 1);
    }
    EXPECT_EQ(cli_sessions(), "3");
    EXPECT_EQ(world_.sql("select count(*) from calls where action = 'login.complete'"), "3");
}

}  // namespace
}  // namespace rgw::test
