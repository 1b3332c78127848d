// What browsers are held to, and what the web app's mount of the rack lets through (spec http-api
// §2, §13, §25.3).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rgw/identity/session.hpp"
#include "support/postgres.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string app_secret = "transport-tests-app-secret-0123456789";

class Transport : public testing::Test {
protected:
    Transport() {
        world_.environment["DOMAIN"] = "gateway.example.com";
        world_.environment["APP_SECRET_KEY"] = app_secret;
        world_.environment["OIDC_ISSUER"] = "http://127.0.0.1:9";  // nobody signs in here
        world_.environment["OIDC_CLIENT_ID"] = "rack-gateway";
        world_.environment["OIDC_CLIENT_SECRET"] = "rack-gateway-client-secret";
        world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    }

    Response send(const std::string& method, const std::string& path, Headers headers,
                  const std::string& body = "", const std::string& host = "gateway.example.com") {
        return send_request(world_.port(), {.method = method,
                                            .target = "/api/v1" + path,
                                            .headers = std::move(headers),
                                            .body = body,
                                            .host = host});
    }
    static Headers cookie(const std::string& session) {
        return {{"Cookie", "session_token=" + session}};
    }
    static Headers with_csrf(const std::string& session) {
        return {{"Cookie", "session_token=" + session},
                {"X-CSRF-Token", identity::csrf_token(Secret(app_secret), session)}};
    }
    std::string last_event() {
        return world_.sql(
            "select action || ' ' || status || ' ' || coalesce(details, '') from calls"
            " order by chain_index desc limit 1");
    }
    void admin_with_factor() {
        world_.execute("update users set mfa_enrolled = true where email = 'admin@example.com'");
    }

    World world_;
};

TEST_F(Transport, TheWebAppReadsTheRackWithItsCookieAndNothingOfTheBrowserPasses) {
    world_.start_gateway();
    const std::string session = world_.session("admin@example.com");
    Headers headers = cookie(session);
    headers.emplace_back("X-CSRF-Token", "abc");
    headers.emplace_back("X-MFA-TOTP", "123456");
    const Response apps = send("GET", "/convox/apps", headers);
    EXPECT_EQ(apps.status, 200) << apps.body;
    EXPECT_THAT(apps.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
    EXPECT_EQ(apps.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(apps.header("Cache-Control"), "no-store");
    EXPECT_THAT(world_.rack_saw(),
                AllOf(Not(HasSubstr(session)), Not(HasSubstr("123456")), Not(HasSubstr("ookie"))));
    EXPECT_THAT(last_event(), HasSubstr("app.list success"));
    const Response rack = send("GET", "/rack", cookie(session));
    EXPECT_EQ(rack.status, 200) << rack.body;
    EXPECT_THAT(last_event(), HasSubstr("rack.read success"));
    EXPECT_EQ(send("GET", "/convox/instances", cookie(session)).status, 200);
    EXPECT_EQ(send("GET", "/convox/system/processes", cookie(session)).status, 200);
}

TEST_F(Transport, TheWebAppsMountHasNoSessionsUploadsOrOtherWrites) {
    world_.start_gateway();
    const std::string session = world_.session("admin@example.com");
    const struct {
        const char* method;
        const char* path;
    } refused[] = {
        {"POST", "/convox/apps"},
        {"DELETE", "/convox/apps/shop"},
        {"POST", "/convox/apps/shop/releases"},
        {"PUT", "/convox/apps/shop"},
        {"GET", "/convox/apps/shop/processes/p1/exec"},
        {"GET", "/convox/apps/shop/objects/tmp/x"},
        {"GET", "/convox/%2e%2e/apps"},
        {"GET", "/convox/apps%2Fshop"},
    };
    world_.forget_rack_requests();
    for (const auto& [method, path] : refused) {
        const Response answer = send(method, path, with_csrf(session));
        EXPECT_TRUE(answer.status == 404 || answer.status == 400) << method << " " << path;
        EXPECT_THAT(last_event(), HasSubstr("denied")) << path;
    }
    Headers upgrade = cookie(session);
    upgrade.insert(upgrade.end(), {{"Connection", "Upgrade"},
                                   {"Upgrade", "websocket"},
                                   {"Sec-WebSocket-Version", "13"},
                                   {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}});
    EXPECT_EQ(send("GET", "/convox/apps/shop/logs", upgrade).status, 404);
    EXPECT_EQ(world_.rack_saw(), "[]\n");
}

TEST_F(Transport, AWriteThatRidesOnACookieNeedsWhatOnlyThePageKnows) {
    world_.start_gateway();
    const std::string session = world_.session("admin@example.com");
    const std::string path = "/convox/apps/shop/services/web?count=2";
    const std::string other = identity::csrf_token(Secret(app_secret), std::string(43, 'y'));
    for (const std::string& token : {std::string(), std::string("x"), other, session}) {
        Headers headers = cookie(session);
        if (!token.empty()) {
            headers.emplace_back("X-CSRF-Token", token);
        }
        const Response refused = send("PUT", path, headers);
        EXPECT_EQ(refused.status, 403) << token;
        EXPECT_THAT(refused.body, HasSubstr("invalid CSRF token"));
        EXPECT_THAT(last_event(), AllOf(HasSubstr("denied"), HasSubstr("csrf_refused")));
    }
    const Response scaled = send("PUT", path, with_csrf(session));
    EXPECT_EQ(scaled.status, 200) << scaled.body;
    EXPECT_THAT(world_.rack_saw(),
                AllOf(HasSubstr("\"body_bytes\": 7"), HasSubstr("x-www-form-urlencoded")));
    EXPECT_EQ(send("PUT", path, {{"Authorization", "Bearer " + session}}).status, 200)
        << "no other site can make a browser send that";
    EXPECT_EQ(
        send("PUT", "/convox/apps/shop/services/web?count=2&image=evil", with_csrf(session)).status,
        400);
}

TEST_F(Transport, AnotherHostOrOriginIsRefusedWithAnEvent) {
    world_.start_gateway();
    const std::string session = world_.session("admin@example.com");
    const Headers probe = {{"User-Agent", "kube-probe/1.30"}};
    const struct {
        const char* host;
        const char* path;
    } foreign[] = {{"evil.example", "/info"},
                   {"localhost", "/rack-proxy/apps"},
                   {"127.0.0.1", "/auth/web/login"},
                   {"evil.example", "/nowhere"}};
    for (const auto& [host, path] : foreign) {
        const Response refused = send("GET", path, probe, "", host);
        EXPECT_EQ(refused.status, 400) << host << path;
        EXPECT_THAT(refused.body, HasSubstr("invalid host"));
    }
    EXPECT_THAT(last_event(), HasSubstr("host_refused"));
    EXPECT_EQ(send("GET", "/health", {}, "", "10.0.0.7:8080").status, 200);
    for (const char* origin : {"https://evil.example", "null", "http://gateway.example.com"}) {
        Headers headers = with_csrf(session);
        headers.emplace_back("Origin", origin);
        const Response refused = send("PUT", "/convox/apps/shop/services/web?count=2", headers);
        EXPECT_EQ(refused.status, 403) << origin;
        EXPECT_THAT(last_event(), HasSubstr("origin_refused"));
        EXPECT_EQ(refused.header("Access-Control-Allow-Origin"), "");
    }
    const Headers preflight = {{"Access-Control-Request-Method", "PUT"}};
    Headers ours = preflight;
    ours.emplace_back("Origin", "https://gateway.example.com");
    EXPECT_EQ(send("OPTIONS", "/users", ours).status, 204);
    Headers theirs = preflight;
    theirs.emplace_back("Origin", "https://evil.example");
    EXPECT_EQ(send("OPTIONS", "/users", theirs).status, 403);
}

TEST_F(Transport, ASecondFactorIsAskedForInTheDialectOfWhoAsks) {
    world_.start_gateway();
    admin_with_factor();
    const std::string stale = world_.session("admin@example.com", "2 hours");
    world_.execute(
        "update user_sessions set expires_at = now() + interval '5 min', recent_step_up_at = null");
    const std::string path = "/apps/shop/services/web";
    const Response web = send("PUT", "/convox" + path + "?count=2", with_csrf(stale));
    EXPECT_EQ(web.status, 401);
    EXPECT_EQ(web.header("X-MFA-Required"), "step-up");
    EXPECT_EQ(web.header("WWW-Authenticate"), "") << "a browser would open a dialog of its own";
    EXPECT_THAT(web.body,
                AllOf(HasSubstr("\"error\":\"mfa_step_up_required\""), HasSubstr("\"message\":")));
    const Response cli = world_.call(stale, "PUT", path, {{"Host", "gateway.example.com"}});
    EXPECT_EQ(cli.status, 400) << "two hosts in one request";
}

TEST_F(Transport, TooManySignInsAreRefusedOnAllReplicasTogether) {
    world_.environment["RATE_LIMIT_RPS"] = "0.01";
    world_.environment["RATE_LIMIT_BURST"] = "3";
    world_.start_gateway();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(send("GET", "/auth/web/login", {}).status, 302);
    }
    const Response limited = send("GET", "/auth/web/login", {});
    EXPECT_EQ(limited.status, 429);
    EXPECT_THAT(limited.body,
                AllOf(HasSubstr("\"error\":\"rate limit exceeded\""), HasSubstr("\"message\":")));
    EXPECT_NE(limited.header("Retry-After"), "0");
    EXPECT_THAT(last_event(), HasSubstr("rate_limit.exceeded denied"));
    world_.kill_gateway(15);
    world_.wait_gateway();
    world_.start_gateway();
    EXPECT_EQ(send("GET", "/auth/web/login", {}).status, 429) << "the next replica knows";
}

std::string between(const std::string& text, const std::string& before, const std::string& after) {
    const std::size_t begin = text.find(before);
    if (begin == std::string::npos) {
        return "";
    }
    const std::size_t from = begin + before.size();
    return text.substr(from, text.find(after, from) - from);
}

TEST_F(Transport, ThePageHasAFreshNonceAndTheTokenOfItsOwnSession) {
    world_.start_gateway();
    const auto page = [&](const std::string& target, Headers headers = {}) {
        return send_request(
            world_.port(),
            {.target = target, .headers = std::move(headers), .host = "gateway.example.com"});
    };
    const Response one = page("/app/users/x%40example.com?x=1");
    const Response two = page("/app/login");
    EXPECT_EQ(one.status, 200);
    EXPECT_EQ(one.header("Cache-Control"), "no-store");
    const std::string policy = one.header("Content-Security-Policy");
    for (const char* rule : {"default-src 'self'", "connect-src 'self'", "object-src 'none'",
                             "base-uri 'none'", "frame-ancestors 'none'"}) {
        EXPECT_THAT(policy, HasSubstr(rule));
    }
    EXPECT_THAT(policy,
                AllOf(Not(HasSubstr("unsafe")), Not(HasSubstr("ws:")), Not(HasSubstr("*"))));
    const std::string nonce = between(policy, "script-src 'self' 'nonce-", "'");
    EXPECT_EQ(nonce.size(), 24U);
    EXPECT_EQ(between(one.body, "<script nonce=\"", "\""), nonce);
    EXPECT_NE(between(two.body, "<script nonce=\"", "\""), nonce);
    EXPECT_EQ(between(one.body, "rgw-csrf-token\" content=\"", "\""), "RGW_CSRF_TOKEN");
    const std::string session = world_.session("admin@example.com");
    EXPECT_EQ(between(page("/app/rack", cookie(session)).body, "rgw-csrf-token\" content=\"", "\""),
              identity::csrf_token(Secret(app_secret), session));
    EXPECT_EQ(
        between(page("/app/rack", cookie("nobody")).body, "rgw-csrf-token\" content=\"", "\""),
        "RGW_CSRF_TOKEN");

    const std::string script = between(one.body, "type=\"module\" src=\"", "\"");
    const Response asset = page(script, {{"Accept-Encoding", "gzip"}});
    EXPECT_EQ(asset.header("Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(asset.header("Content-Encoding"), "gzip");
    EXPECT_THAT(asset.header("Content-Type"), HasSubstr("text/javascript"));
    EXPECT_EQ(page(script, {{"If-None-Match", asset.header("ETag")}}).status, 304);
    EXPECT_EQ(page("/app/assets/gone-12345678.js").status, 404);
    EXPECT_EQ(page("/app/").header("Location"), "/app/rack");
    EXPECT_EQ(page("/app").header("Location"), "/app/rack");
    EXPECT_EQ(page("/robots.txt").body, "User-agent: *\nDisallow:\n");
    EXPECT_EQ(page("/app/../../etc/passwd").header("Content-Type"), "text/html; charset=utf-8");
}

TEST_F(Transport, ABodyIsBoundedByItsRoute) {
    world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world_.start_gateway();
    const std::string session = world_.session("admin@example.com");
    const std::string large = "{\"email\":\"" + std::string(70'000, 'x') + "\"}";
    const Response refused = send("POST", "/users", with_csrf(session), large);
    EXPECT_EQ(refused.status, 413) << refused.body;
    EXPECT_THAT(last_event(), HasSubstr("body_too_large"));
    EXPECT_EQ(send("POST", "/users", with_csrf(session), "{").status, 400);
}

TEST_F(Transport, WhoCreatedWhatIsToldToThoseWhoMayReadApps) {
    world_.start_gateway();
    world_.execute(
        "insert into user_resources (user_id, resource_type, app, resource_id)"
        " select id, 'release', 'shop', 'R123' from users where email = 'admin@example.com'");
    const std::string session = world_.session("viewer@example.com");
    const Response known = send("GET", "/created-by?type=release&ids=R123,R999", cookie(session));
    EXPECT_EQ(known.status, 200);
    EXPECT_THAT(known.body, AllOf(HasSubstr("\"R123\":{"), HasSubstr("admin@example.com"),
                                  Not(HasSubstr("R999"))));
    EXPECT_EQ(send("GET", "/created-by?type=release", cookie(session)).body, "{}");
    EXPECT_THAT(send("GET", "/created-by?ids=x", cookie(session)).body, HasSubstr("type required"));
    EXPECT_EQ(send("GET", "/created-by?type=user&ids=x", cookie(session)).status, 400);
    EXPECT_EQ(send("GET", "/created-by?type=release&ids", cookie(session)).status, 400);
    EXPECT_EQ(send("GET", "/created-by?type=release&ids=R123", {}).status, 401);
}

}  // namespace
}  // namespace rgw::test
