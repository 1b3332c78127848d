#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

Response bare(World& world, Headers headers) {
    return send_request(world.port(),
                        {.target = "/api/v1/rack-proxy/apps", .headers = std::move(headers)});
}

TEST(Refusal, EveryBadCredentialIs401WithItsOwnReasonAndEvent) {
    World world;
    world.start_gateway();
    const std::string good = world.token("viewer");
    const std::string expired = world.token("viewer", {"--expires", "30d"});
    world.execute(
        "update api_tokens set expires_at = now() - interval '1 minute' where name = 'viewer-2'");
    world.forget_rack_requests();
    struct Case {
        Headers headers;
        std::string code;
        std::string reason;  // the words clients match, where they do
    };
    const Case cases[] = {
        {{}, "credential_missing", "CLI authentication required - provide Authorization header"},
        {{{"Authorization", "Digest abc"}},
         "credential_malformed",
         "invalid authorization type for CLI access"},
        {{{"Authorization", "Basic ???"}}, "credential_malformed", ""},
        {{{"Authorization", basic(good)}, {"Authorization", basic(good)}},
         "credential_malformed",
         ""},
        {{{"Authorization", basic("rgw_unknown")}}, "token_unknown", ""},
        {{{"Authorization", basic(good + "x")}}, "token_unknown", ""},
        {{{"Authorization", basic(expired)}}, "token_expired", ""},
        {{{"Authorization", basic(good)}, {"Cookie", "session_token=abc"}},
         "credential_ambiguous",
         "browser session cookies are not permitted for CLI routes"},
    };
    for (const Case& c : cases) {
        const Response answer = bare(world, c.headers);
        EXPECT_EQ(answer.status, 401) << c.code;
        EXPECT_EQ(answer.header("X-Error-Code"), c.code);
        if (!c.reason.empty()) {
            EXPECT_EQ(answer.body, c.reason + "\n");
            EXPECT_EQ(answer.header("X-Error-Reason"), c.reason);
        }
        EXPECT_THAT(world.events().back(), AllOf(HasSubstr("token.validate|denied|single|"),
                                                 HasSubstr("\"reason\":\"" + c.code)));
    }
    EXPECT_THAT(world.events(), SizeIs(std::size(cases)));
    EXPECT_THAT(world.rack_saw(), Not(HasSubstr("target"))) << "no refused call may reach the rack";
}

TEST(Refusal, AnExpiredTokensEventNamesItsOwner) {
    World world;
    world.start_gateway();
    const std::string expired = world.token("viewer", {"--expires", "30d"});
    world.execute("update api_tokens set expires_at = now() - interval '1 minute'");
    EXPECT_EQ(world.call(expired, "GET", "/apps").status, 401);
    EXPECT_EQ(world.sql("select user_email, api_token_name from calls"),
              "viewer@example.com|viewer-1");
}

TEST(Refusal, LockingOrSuspendingTheOwnerStopsTheTokenWithinASecondWithoutARestart) {
    for (const auto& [column, value, code] : {std::tuple{"locked_at", "now()", "owner_locked"},
                                              std::tuple{"suspended", "true", "owner_suspended"}}) {
        World world;
        world.start_gateway();
        const std::string token = world.token("viewer");
        ASSERT_EQ(world.call(token, "GET", "/apps").status, 200);
        world.execute("update users set " + std::string(column) + " = " + value +
                      " where email = 'viewer@example.com'");
        Response answer;
        EXPECT_TRUE(eventually([&] {
            answer = world.call(token, "GET", "/apps");
            return answer.status == 401;
        }));
        EXPECT_EQ(answer.header("X-Error-Code"), code);
    }
}

TEST(Refusal, DeletingATokenStopsItAtOnce) {
    World world;
    world.start_gateway();
    const std::string token = world.token("viewer");
    ASSERT_EQ(world.call(token, "GET", "/apps").status, 200);
    world.execute("delete from api_tokens");
    EXPECT_TRUE(eventually([&] { return world.call(token, "GET", "/apps").status == 401; }));
}

TEST(Refusal, ATokenIsJudgedByItsOwnPermissionsNotItsOwners) {
    World world;
    world.start_gateway();
    const std::string token = world.token("cicd");  // owned by an admin
    world.forget_rack_requests();
    const Response answer = world.call(token, "DELETE", "/apps/shop/processes/web-1");
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.header("X-Error-Code"), "permission_denied");
    EXPECT_THAT(world.events(), ElementsAre(AllOf(HasSubstr("process.terminate|denied|single|"),
                                                  HasSubstr("permission_denied"))));
    EXPECT_THAT(world.rack_saw(), Not(HasSubstr("target")));
}

TEST(Refusal, DestructiveActionsNeedTheSettingWhichActsAtOnce) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response refused = world.call(token, "DELETE", "/apps/docs");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.header("X-Error-Code"), "destructive_disabled");
    world.execute("insert into settings (key, value) values ('allow_destructive_actions', 'true')");
    EXPECT_TRUE(
        eventually([&] { return world.call(token, "DELETE", "/apps/docs").status == 200; }));
}

// The known tricks of spec proxy-rbac §7, 1-3: what is authorised must be what the rack gets.
TEST(Refusal, NoPathOrQueryTrickReachesTheRackAndEachIsAnEvent) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    world.forget_rack_requests();
    const std::pair<std::string, std::string> tricks[] = {
        {"DELETE", "/apps/foo%23/processes/x"},
        {"DELETE", "/apps/foo%3F/processes/x"},
        {"GET", "/apps/foo%252Freleases%252FR1"},
        {"GET", "/apps/foo%2Freleases%2FR1"},
        {"GET", "/apps/foo%252fprocesses%252fP%252fexec%23/logs"},
        {"POST", "/apps/foo%252Freleases%252FR1%252Fpromote%23/cancel"},
        {"GET", "/apps/foo%5Cbar"},
        {"GET", "/apps/."},
        {"GET", "/apps/.."},
        {"GET", "/apps/%2e%2e/system"},
        {"GET", "/apps/%2E/services"},
        {"GET", "//apps"},
        {"GET", "/apps/"},
        {"GET", "/apps//services"},
        {"GET", "/apps/shop%00"},
        {"GET", "/apps/shop%0a"},
        {"GET", "/apps/shop%7f"},
        {"GET", "/apps/shop%"},
        {"GET", "/apps/shop%zz"},
        {"GET", "/APPS"},
        {"GET", "/apps/shop/environment"},
        {"OPTIONS", "/v2/_catalog"},
        {"GET", "/custom/http/proxy/x"},
        {"GET", "/__sim/requests"},
        {"POST", "/__sim/fault"},
        {"PATCH", "/apps/shop"},
        {"OPTIONS", "/apps"},
        {"TRACE", "/apps"},
        {"GET", "/apps?command=id"},
        {"GET", "/apps/shop/releases?limit=1&limit=100"},
        {"GET", "/apps/shop/releases?limit=%zz"},
        {"POST", "/apps/shop/releases?env=A%3DB"},
        {"POST", "/apps/shop/builds?url=object://other/key"},
        {"POST", "/apps/shop/services/web/processes?command=id"},
    };
    for (const auto& [method, path] : tricks) {
        const Response answer = world.call(token, method, path);
        EXPECT_GE(answer.status, 400) << method << " " << path;
        EXPECT_LT(answer.status, 500) << method << " " << path;
    }
    EXPECT_EQ(world.rack_saw(), "[]\n");
    // Escapes that are none are refused by the head parser, before anybody is asked who they are.
    const std::size_t malformed = 3;
    EXPECT_EQ(
        world.sql("select count(*) filter (where user_email = 'admin@example.com'), "
                  "count(*) filter (where action = 'request.malformed'), bool_and(status = "
                  "'denied') from calls"),
        std::to_string(std::size(tricks) - malformed) + "|" + std::to_string(malformed) + "|t");
}

TEST(Refusal, BytesThatAreNoRequestAreRefusedRecordedAndTheConnectionClosed) {
    World world;
    world.start_gateway();
    const std::string smuggle =
        "POST /api/v1/rack-proxy/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n";
    for (const std::string& bytes :
         {smuggle, std::string("GET /x HTTP/1.1\nHost: x\n\n"),
          std::string("GET  /x HTTP/1.1\r\nHost: x\r\n\r\n"),
          std::string("GET /x HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"),
          std::string("\x16\x03\x01\x02", 4)}) {
        const std::string answer = send_bytes(world.port(), bytes);
        EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 400 "));
        EXPECT_EQ(answer.find("HTTP/1.1 ", 1), std::string::npos)
            << "one answer, then the end: " << answer;
        EXPECT_THAT(world.events().back(), HasSubstr("request.malformed|denied|single|"));
    }
    EXPECT_THAT(world.events(), SizeIs(5));
}

TEST(Refusal, NoiseOfStrangersIsBoundedAndCounted) {
    World world;
    world.start_gateway();
    for (int i = 0; i < 200; ++i) {
        const int status = bare(world, {}).status;
        EXPECT_TRUE(status == 401 || status == 429) << status;
    }
    const int rows = std::stoi(world.sql("select count(*) from calls"));
    EXPECT_LE(rows, 22) << "at most ten a minute and peer, and the test may cross a minute twice";
    world.kill_gateway(SIGTERM);
    EXPECT_EQ(world.wait_gateway(), 0);
    EXPECT_EQ(world.sql("select sum(event_count) from calls"), "200") << "the surplus is counted";
}

TEST(Refusal, NoInputSuppressesItsRecord) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const std::string long_agent(5000, 'A');
    EXPECT_EQ(world.call(token, "GET", "/apps", {{"User-Agent", long_agent}}).status, 200);
    EXPECT_EQ(world.call(token, "GET", "/apps", {{"User-Agent", "\xFF\xFE bad"}}).status, 200);
    EXPECT_EQ(world.call(token, "GET", "/apps/" + std::string(3000, 'x')).status, 404);
    EXPECT_EQ(world.sql("select count(*) from calls"), "3");
    EXPECT_EQ(world.verify().status, 0);
}

}  // namespace
}  // namespace rgw::test
