#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "browser.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/mfa/totp.hpp"
#include "support/postgres.hpp"
#include "world.hpp"

namespace rgw::test {

// A gateway whose people sign in through a real OpenID provider, and no second factor asked of
// them.
class SignInWorld : public testing::Test {
protected:
    SignInWorld() {
        world_.environment["PORT"] = std::to_string(port_);
        world_.environment["DEV_MODE"] = "true";
        world_.environment["OIDC_CLIENT_ID"] = "rack-gateway";
        world_.environment["OIDC_CLIENT_SECRET"] = "rack-gateway-client-secret";
        world_.environment["OIDC_ISSUER"] = provider_.issuer();
        world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
        world_.environment["TRUSTED_PROXY_CIDRS"] = "127.0.0.0/8";
        world_.environment["RATE_LIMIT_RPS"] = "1000";  // one address makes all the tries here
        world_.environment["RATE_LIMIT_BURST"] = "1000";
    }

    void start() {
        world_.start_gateway();
        EXPECT_TRUE(
            eventually([&] { return readiness().find("\"available\"") != std::string::npos; }));
    }
    std::string readiness() { return send_request(port_, {.target = "/api/v1/health/ready"}).body; }

    [[nodiscard]] std::string url(const std::string& path) const {
        return "http://localhost:" + std::to_string(port_) + path;
    }
    // As a command line asks: no cookie, no browser's field.
    [[nodiscard]] Response post(const std::string& path, const std::string& body,
                                const std::string& type = "application/json") const {
        return send_request(
            port_, {.method = "POST",
                    .target = "/api/v1/auth/" + path,
                    .headers = {{"Content-Type", type}, {"X-Forwarded-For", next_address()}},
                    .body = body,
                    .host = "localhost"});
    }
    static boost::json::object json(const Response& response) {
        return boost::json::parse(response.body).as_object();
    }
    static std::string text(const Response& response, const char* member) {
        const boost::json::object object = json(response);
        const boost::json::value* value = object.if_contains(member);
        return value == nullptr ? "" : std::string(value->as_string());
    }
    // A browser that signs in to the web app.
    void sign_in(Browser& browser, const std::string& who) {
        const Response begun = browser.get(url("/api/v1/auth/web/login"));
        (void)browser.get(provider_.sign_in(browser, begun.header("Location"), who));
        EXPECT_NE(browser.cookie(port_, "session_token"), "");
    }
    // An authenticator app of somebody's; its seed.
    Secret enroll_app(const std::string& who) {
        const std::string session = world_.session(who);
        world_.execute("update user_sessions set mfa_verified_at = null");
        const Response begun = world_.api(session, "POST", "/auth/mfa/enroll/totp/start");
        const Secret seed(crypto::parse_base32(text(begun, "secret")).value_or(""));
        const std::string code = mfa::totp_code(seed, mfa::totp_step(SystemClock().now()));
        const std::string method = std::to_string(json(begun).at("method_id").as_int64());
        EXPECT_EQ(world_
                      .api(session, "POST", "/auth/mfa/enroll/totp/confirm",
                           R"({"method_id":)" + method + R"(,"code":")" + code + R"("})")
                      .status,
                  200);
        return seed;
    }
    // "action|status|details" of the newest event.
    [[nodiscard]] std::string last_event() const {
        return world_.sql(
            "select action || '|' || status || '|' || details from calls"
            " order by chain_index desc limit 1");
    }
    [[nodiscard]] std::string cli_sessions() const {
        return world_.sql("select count(*) from user_sessions where channel = 'cli'");
    }
    // Everything the gateway has written about what happened.
    [[nodiscard]] std::string all_written() const {
        return world_.gateway_log() + world_.audit_lines() +
               world_.sql("select string_agg(e::text, ' ') from audit.audit_event e");
    }

    const std::uint16_t port_ = static_cast<std::uint16_t>(free_port());
    World world_;
    Provider provider_{world_.directory(),
                       {url("/api/v1/auth/web/callback"), url("/api/v1/auth/cli/callback")}};
};

// What stands between the two in a page.
[[nodiscard]] inline std::string between(const std::string& text, const std::string& before,
                                         const std::string& after) {
    const std::size_t at = text.find(before);
    if (at == std::string::npos) {
        return "";
    }
    const std::size_t begin = at + before.size();
    return text.substr(begin, text.find(after, begin) - begin);
}

}  // namespace rgw::test
