// A machine without a browser is signed in (RFC 8628), and what must not be does not happen.
#include "sign_in_world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string ada = "admin@example.com";
const std::string viewer = "viewer@example.com";
const std::string form_type = "application/x-www-form-urlencoded";

struct Codes {
    std::string device;
    std::string user;
};

class DeviceSignIn : public SignInWorld {
protected:
    Codes begin() {
        const Response begun =
            post("device/authorize", "client_id=rack-gateway&device_name=build%20host", form_type);
        EXPECT_EQ(begun.status, 200) << begun.body;
        EXPECT_EQ(begun.header("Cache-Control"), "no-store");
        return {.device = text(begun, "device_code"), .user = text(begun, "user_code")};
    }
    // A device that waits as long as it should.
    Response poll(const std::string& device_code) {
        world_.execute("update cli_login_states set last_polled_at = null");
        return poll_now(device_code);
    }
    Response poll_now(const std::string& device_code) {
        return post("device/token",
                    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
                    "&client_id=rack-gateway&device_code=" +
                        device_code,
                    form_type);
    }
    void expect_error(const Response& response, const std::string& error) {
        EXPECT_EQ(response.status, 400);
        EXPECT_EQ(text(response, "error"), error);
    }
    // As the page without script does it.
    std::string open_page(Browser& browser, const std::string& user_code) {
        return browser.get(url("/app/device?user_code=" + user_code)).body;
    }
    static std::string form_of(const std::string& page) {
        std::string token = between(page, "name=\"csrf_token\" value=\"", "\"");
        std::string escaped;
        for (const char c : token) {
            escaped += c == '+' ? "%2B" : c == '/' ? "%2F" : std::string(1, c);
        }
        return "user_code=" + between(page, "name=\"user_code\" value=\"", "\"") +
               "&csrf_token=" + escaped;
    }
    // A session's text may look up and decide as well: no cookie rides along.
    Response decide(const std::string& session, const std::string& what,
                    const std::string& user_code) {
        return world_.api(session, "POST", "/auth/device/" + what,
                          R"({"user_code":")" + user_code + R"("})");
    }
    Response look_up(const std::string& session, const std::string& user_code) {
        return world_.api(session, "GET", "/auth/device/request?user_code=" + user_code);
    }
};

TEST_F(DeviceSignIn, APersonApprovesOnThePageAndTheTokenWorks) {
    start();
    const Response begun = post(
        "device/authorize", "client_id=rack-gateway&device_name=build%20%3Cb%3Ehost", form_type);
    const Codes codes{.device = text(begun, "device_code"), .user = text(begun, "user_code")};
    EXPECT_EQ(text(begun, "verification_uri"), url("/app/device"));
    EXPECT_EQ(text(begun, "verification_uri_complete"), url("/app/device?user_code=" + codes.user));
    EXPECT_EQ(json(begun).at("expires_in").as_int64(), 600);
    EXPECT_EQ(json(begun).at("interval").as_int64(), 5);
    EXPECT_THAT(last_event(), AllOf(StartsWith("login.start|success|"), HasSubstr("device")));
    expect_error(poll(codes.device), "authorization_pending");

    Browser browser;
    EXPECT_THAT(open_page(browser, codes.user),
                AllOf(HasSubstr("returnTo"), Not(HasSubstr("host"))));
    sign_in(browser, ada);
    EXPECT_THAT(browser.get(url("/app/device")).body, HasSubstr("name=\"user_code\""));
    const std::string page = open_page(browser, codes.user);
    EXPECT_THAT(page, AllOf(HasSubstr("build &lt;b&gt;host"), HasSubstr("198.18."), HasSubstr(ada),
                            Not(HasSubstr("<script"))));
    const Response without =
        browser.post(url("/api/v1/auth/device/approve-form"), "user_code=" + codes.user);
    EXPECT_EQ(without.status, 403) << "another site's form";
    expect_error(poll(codes.device), "authorization_pending");
    const Response pressed = browser.post(url("/api/v1/auth/device/approve-form"), form_of(page));
    EXPECT_EQ(pressed.status, 303) << pressed.body;
    EXPECT_EQ(pressed.header("Location"), "/app/cli/auth/success");
    EXPECT_THAT(last_event(), AllOf(StartsWith("login.approve|success|"), HasSubstr("build")));

    const Response done = poll(codes.device);
    ASSERT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(text(done, "token_type"), "Bearer");
    EXPECT_EQ(text(done, "email"), ada);
    EXPECT_GT(json(done).at("expires_in").as_int64(), 0);
    EXPECT_THAT(last_event(), AllOf(StartsWith("login.complete|success|"), HasSubstr("device")));
    const std::string token = text(done, "access_token");
    EXPECT_EQ(world_.call(token, "GET", "/apps").status, 200);
    EXPECT_THAT(world_.api(token, "GET", "/info").body, HasSubstr(ada));
    expect_error(poll(codes.device), "invalid_grant");
    EXPECT_EQ(cli_sessions(), "1");
    for (const std::string& secret : {codes.device, codes.user, token}) {
        EXPECT_THAT(all_written(), Not(HasSubstr(secret)));
    }
}

TEST_F(DeviceSignIn, WhatADeviceSendsMustBeSound) {
    start();
    const struct {
        const char* path;
        std::string body;
        std::string type;
        const char* error;
    } cases[] = {
        {"device/authorize", "{}", "application/json", "invalid_request"},
        {"device/authorize", "client_id=" + std::string(257, 'c'), form_type, "invalid_request"},
        {"device/authorize", "device_id=1", form_type, "invalid_request"},
        {"device/token", "", form_type, "invalid_request"},
        {"device/token", "grant_type=password&device_code=x", form_type, "unsupported_grant_type"},
        {"device/token", "device_code=x", form_type, "unsupported_grant_type"},
        {"device/token", "device_code=x&device_code=y", form_type, "invalid_request"},
    };
    for (const auto& c : cases) {
        const Response refused = post(c.path, c.body, c.type);
        EXPECT_EQ(refused.status, 400) << c.body;
        EXPECT_EQ(text(refused, "error"), c.error) << c.body;
    }
    EXPECT_EQ(post("device/authorize", "", form_type).status, 200) << "a client id is not needed";
    expect_error(poll("made-up"), "invalid_grant");
    EXPECT_THAT(last_event(), AllOf(StartsWith("login.denied|denied|"), HasSubstr("no such code")));
}

TEST_F(DeviceSignIn, PollingTooFastAndTooLate) {
    start();
    const Codes codes = begin();
    expect_error(poll_now(codes.device), "authorization_pending");
    expect_error(poll_now(codes.device), "slow_down");
    EXPECT_THAT(last_event(), AllOf(StartsWith("login.denied|denied|"), HasSubstr("too fast")));
    EXPECT_EQ(world_.sql("select poll_interval_seconds from cli_login_states"), "10");
    world_.execute("update cli_login_states set expires_at = now()");
    expect_error(poll(codes.device), "expired_token");
    EXPECT_THAT(last_event(), HasSubstr("it took too long"));
}

TEST_F(DeviceSignIn, TheFirstDecisionHolds) {
    start();
    const std::string session = world_.session(ada);
    const std::string other = world_.session(viewer);
    const Codes no = begin();
    EXPECT_THAT(look_up(session, no.user).body,
                AllOf(HasSubstr("build host"), HasSubstr("\"ip_address\":\"198.18.")));
    EXPECT_EQ(decide(session, "deny", no.user).status, 204);
    EXPECT_THAT(last_event(), StartsWith("login.deny|success|"));
    EXPECT_EQ(decide(session, "approve", no.user).status, 409);
    EXPECT_THAT(last_event(),
                AllOf(StartsWith("login.approve|failed|"), HasSubstr("already_exists")));
    expect_error(poll(no.device), "access_denied");
    EXPECT_THAT(last_event(),
                AllOf(StartsWith("login.denied|denied|"), HasSubstr("the person said no")));
    const Codes yes = begin();
    EXPECT_EQ(decide(session, "approve", yes.user).status, 204);
    EXPECT_EQ(decide(other, "approve", yes.user).status, 409);
    EXPECT_EQ(decide(session, "deny", yes.user).status, 409);
    EXPECT_EQ(text(poll(yes.device), "email"), ada);
}

TEST_F(DeviceSignIn, WhoMayDecide) {
    start();
    const Codes codes = begin();
    EXPECT_EQ(decide("", "approve", codes.user).status, 401);
    EXPECT_EQ(decide(world_.token("admin"), "approve", codes.user).status, 403)
        << "an API token is no person";
    const std::string session = world_.session(ada);
    world_.execute("update user_sessions set channel = 'cli'");
    EXPECT_EQ(decide(session, "approve", codes.user).status, 403)
        << "a command line lets in no other";
    world_.execute("update user_sessions set channel = 'web'");
    EXPECT_TRUE(eventually([&] { return look_up(session, codes.user).status == 200; }));
    Browser browser;
    sign_in(browser, ada);
    const Response without_token = browser.post(url("/api/v1/auth/device/approve"),
                                                R"({"user_code":")" + codes.user + R"("})");
    EXPECT_EQ(without_token.status, 403);
    EXPECT_EQ(without_token.header("X-Error-Code"), "csrf_refused");
    expect_error(poll(codes.device), "authorization_pending");
    EXPECT_EQ(decide(session, "approve", codes.user).status, 204);
    world_.execute("update users set locked_at = now()");
    expect_error(poll(codes.device), "access_denied");
    EXPECT_THAT(last_event(), HasSubstr("owner_locked"));
    EXPECT_EQ(cli_sessions(), "0");
}

TEST_F(DeviceSignIn, ASessionThatOwesItsFactorDecidesNothing) {
    world_.environment.erase("RGW_SETTING_MFA_REQUIRE_ALL_USERS");
    start();
    const Codes codes = begin();
    const std::string session = world_.session(ada);
    world_.execute("update user_sessions set mfa_verified_at = null");
    EXPECT_EQ(look_up(session, codes.user).status, 403);
    EXPECT_EQ(decide(session, "approve", codes.user).status, 403);
    Browser browser;
    browser.set_cookie(port_, "session_token", session);
    EXPECT_THAT(open_page(browser, codes.user),
                AllOf(HasSubstr("second factor"), Not(HasSubstr("build host"))));
    expect_error(poll(codes.device), "authorization_pending");
}

TEST_F(DeviceSignIn, GuessingCodesStops) {
    start();
    const Codes codes = begin();
    const std::string session = world_.session(ada);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(i % 2 == 0 ? look_up(session, "BBBB-BBBB").status
                             : decide(session, "approve", "CCCC-CCCC").status,
                  404);
    }
    EXPECT_EQ(look_up(session, codes.user).status, 429);
    EXPECT_EQ(decide(session, "approve", codes.user).status, 429);
    EXPECT_THAT(last_event(),
                AllOf(StartsWith("login.approve|failed|"), HasSubstr("guesses_exhausted")));
    EXPECT_EQ(look_up(world_.session(viewer), codes.user).status, 429) << "from that address";
    Browser browser;
    browser.set_cookie(port_, "session_token", session);
    EXPECT_THAT(open_page(browser, codes.user),
                AllOf(HasSubstr("Too many wrong codes"), Not(HasSubstr("build host"))));
    expect_error(poll(codes.device), "authorization_pending");
}

}  // namespace
}  // namespace rgw::test
