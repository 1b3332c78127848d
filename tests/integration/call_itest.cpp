#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* last_event =
    "select user_email, user_name, api_token_name, action_type, action, resource_type, resource, "
    "status, "
    "rbac_decision, http_status, phase, event_count, host(ip_address), user_agent, details from "
    "calls order by chain_index desc limit 1";

TEST(Call, AReadIsForwardedAndStandsInTheLogThatProvesItself) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response answer =
        world.call(token, "GET", "/apps?", {{"User-Agent", "convox.go/3.24.0"}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr("\"name\": \"shop\""));
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_EQ(answer.header("X-Request-ID").size(), 26U);
    EXPECT_EQ(
        world.sql(last_event),
        "admin@example.com|Admin User|admin-1|convox|app.list|app|all|success|allow|200|single|1|"
        "127.0.0.1|convox.go/3.24.0|{\"method\":\"GET\",\"path\":\"/apps\"}");
    EXPECT_EQ(world.sql("select request_id from calls order by chain_index desc limit 1"),
              answer.header("X-Request-ID"));
    const Ran verified = world.verify();
    EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("verified"));
}

TEST(Call, BearerWorksLikeBasic) {
    World world;
    world.start_gateway();
    const std::string token = world.token("viewer");
    const Request request{.target = "/api/v1/rack-proxy/apps/shop",
                          .headers = {{"Authorization", "Bearer " + token}}};
    EXPECT_EQ(send_request(world.port(), request).status, 200);
}

TEST(Call, TheRackSeesItsOwnCredentialTheActorAndNothingOfTheClients) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    world.forget_rack_requests();
    const Response answer = world.call(token, "GET", "/apps",
                                       {{"Cookie", "a=b"},
                                        {"Convox-Actor", "mallory@example.com"},
                                        {"X-Convox-Actor", "mallory@example.com"},
                                        {"X-Convox-TID", "other-tenant"},
                                        {"X-Forwarded-For", "203.0.113.9"},
                                        {"X-Request-ID", "forged"},
                                        {"X-Audit-Resource", "forged"},
                                        {"X-Mfa-Totp", "123456"},
                                        {"Rack", "other"},
                                        {"Accept-Encoding", "gzip"},
                                        {"Version", "3.24.0"}});
    EXPECT_EQ(answer.status, 200);
    const std::string saw = world.rack_saw();
    EXPECT_THAT(saw, HasSubstr("\"Convox-Actor\": \"admin@example.com\""));
    EXPECT_THAT(saw, HasSubstr("\"Version\": \"3.24.0\""));
    EXPECT_THAT(saw, HasSubstr(basic(World::rack_password)));
    EXPECT_THAT(saw, HasSubstr(answer.header("X-Request-ID")));
    for (const char* leaked :
         {"mallory", "tenant", "forged", "123456", "203.0.113", "gzip", "Cookie", "rgw_"}) {
        EXPECT_THAT(saw, Not(HasSubstr(leaked)));
    }
    EXPECT_THAT(world.sql(last_event), AllOf(HasSubstr("127.0.0.1"), Not(HasSubstr("forged"))));
}

TEST(Call, AChangeHasAnIntentBeforeAndAnOutcomeAfter) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response answer =
        world.call(token, "POST", "/apps", {{"Content-Type", "application/x-www-form-urlencoded"}},
                   "name=fresh");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(world.events(),
                ElementsAre("app.create|pending|intent|{\"method\":\"POST\",\"path\":\"/apps\"}",
                            "app.create|success|outcome|{\"method\":\"POST\",\"path\":\"/apps\","
                            "\"created\":\"fresh\"}"));
    EXPECT_EQ(
        world.sql("select count(*) from calls o join calls i on i.chain_index = o.intent_index "
                  "where o.phase = 'outcome' and i.phase = 'intent'"),
        "1");
    EXPECT_EQ(world.sql("select count(*) from audit.open_intent"), "0");
    EXPECT_EQ(world.verify().status, 0);
}

TEST(Call, TextAnswersOfCommandsComeBackAsTheyAre) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response answer =
        world.call(token, "PUT", "/apps/shop/services/web",
                   {{"Content-Type", "application/x-www-form-urlencoded"}}, "count=3");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "ok\n");
}

TEST(Call, ADownloadOfUnknownMeaningStreamsWhole) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response answer = world.call(token, "GET", "/apps/shop/builds/BABCDEFGHIJ.tgz");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body.size(), 1024U * 1024U);
}

TEST(Call, AnUploadArrivesByteForByte) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    constexpr std::uint64_t size = 64ULL * 1024 * 1024 + 17;
    const Response answer = upload(
        world.port(), "/api/v1/rack-proxy/apps/shop/objects/tmp/source.tgz",
        {{"Authorization", basic(token)}, {"Content-Type", "application/octet-stream"}}, size);
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr("object://shop/tmp/source.tgz"));
    EXPECT_THAT(world.rack_saw(), HasSubstr("\"body_bytes\": " + std::to_string(size)));
}

TEST(Call, AnErrorOfTheRackIsRelayedAndRecordedAsFailed) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response answer = world.call(token, "GET", "/apps/nowhere");
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.body, "app not found: nowhere\n");
    EXPECT_THAT(world.events(), ElementsAre(HasSubstr("app.read|failed|single|")));
}

TEST(Call, HealthAndReadinessAskForNothingAndMetricsStandOnTheirOwnListener) {
    World world;
    world.start_gateway();
    const Response health = send_request(world.port(), {.target = "/api/v1/health"});
    EXPECT_EQ(health.status, 200);
    EXPECT_EQ(health.body, R"({"status":"ok","service":"rack-gateway"})");
    EXPECT_EQ(send_request(world.port(), {.target = "/api/v1/health/ready"}).status, 200);
    EXPECT_EQ(send_request(world.port(), {.target = "/metrics"}).status, 404);
    const Response metrics = send_request(world.metrics_port(), {.target = "/metrics"});
    EXPECT_EQ(metrics.status, 200);
    for (const char* name :
         {"rack_gateway_requests_total", "rack_gateway_refusals_total",
          "rack_gateway_db_connections_open", "rack_gateway_audit_events_total"}) {
        EXPECT_THAT(metrics.body, HasSubstr(name));
    }
}

}  // namespace
}  // namespace rgw::test
