#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Outage, ARackThatIsDownIs502WithoutItsAddress) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    world.stop_rack();
    const Response read = world.call(token, "GET", "/apps");
    EXPECT_EQ(read.status, 502);
    EXPECT_EQ(read.header("X-Error-Code"), "rack_unreachable");
    EXPECT_THAT(read.body, AllOf(Not(HasSubstr("127.0.0.1")),
                                 Not(HasSubstr(std::to_string(world.rack_port()))),
                                 HasSubstr(read.header("X-Request-ID"))));
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/cancel").status, 502);
    EXPECT_THAT(
        world.events(),
        ElementsAre(AllOf(HasSubstr("app.list|error|single|"), HasSubstr("rack_unreachable")),
                    HasSubstr("app.cancel|pending|intent|"),
                    AllOf(HasSubstr("app.cancel|error|outcome|"), HasSubstr("rack_unreachable"))));
}

TEST(Outage, ASlowRackIs504AndWhatItDidIsUnknown) {
    World world;
    world.environment["RACK_READ_TIMEOUT"] = "1s";
    world.environment["RACK_ACTION_TIMEOUT"] = "1s";
    world.start_gateway();
    const std::string token = world.token("admin");
    world.rack_fails_with("hang", 2);
    EXPECT_EQ(world.call(token, "GET", "/apps").status, 504);
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/cancel").status, 504);
    EXPECT_THAT(world.events(),
                ElementsAre(HasSubstr("app.list|unknown|single|"), HasSubstr("|pending|intent|"),
                            AllOf(HasSubstr("|unknown|outcome|"), HasSubstr("rack_timeout"))));
}

TEST(Outage, ARackThatHangsUpOrCutsItsAnswerIsNeverAWholeAnswer) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    world.rack_fails_with("close");
    EXPECT_EQ(world.call(token, "GET", "/apps").status, 502);
    world.rack_fails_with("cut");
    const Response cut = world.call(token, "GET", "/apps");
    EXPECT_TRUE(cut.status == 0 || cut.status == 502) << cut.status;
    EXPECT_EQ(world.verify().status, 0);
}

TEST(Outage, ARackThatRefusesOurCredentialIsNotTheCallersFault) {
    World world;
    world.environment["RACK_TOKEN"] = "a-wrong-rack-token";
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response answer = world.call(token, "GET", "/apps");
    EXPECT_EQ(answer.status, 502);
    EXPECT_EQ(answer.header("X-Error-Code"), "rack_credential_refused");
}

TEST(Outage, WhileTheDatabaseCannotCommitNothingHappensAndAfterwardsEverythingDoes) {
    PrivateCluster cluster;
    World world;
    world.environment["DATABASE_URL"] = cluster.dsn();
    world.start_gateway();
    const std::string token = world.token("admin");
    ASSERT_EQ(world.call(token, "GET", "/apps").status, 200);
    cluster.stop(StopMode::immediate);
    world.forget_rack_requests();
    for (int i = 0; i < 3; ++i) {
        const Response read = world.call(token, "GET", "/apps");
        EXPECT_EQ(read.status, 503);
        const Response change = world.call(token, "POST", "/apps/shop/cancel");
        EXPECT_EQ(change.status, 503);
    }
    EXPECT_THAT(world.rack_saw(), Not(HasSubstr("POST")));
    EXPECT_EQ(send_request(world.port(), {.target = "/api/v1/health"}).status, 200);
    EXPECT_TRUE(eventually([&] {
        return send_request(world.port(), {.target = "/api/v1/health/ready"}).status == 503;
    }));
    cluster.start();
    EXPECT_TRUE(
        eventually([&] { return world.call(token, "POST", "/apps/shop/cancel").status == 200; }));
    EXPECT_TRUE(eventually([&] {
        return send_request(world.port(), {.target = "/api/v1/health/ready"}).status == 200;
    }));
    EXPECT_EQ(world.verify().status, 0);
}

TEST(Outage, ARestartUnderLoadLosesNoAcknowledgedCall) {
    PrivateCluster cluster;
    World world;
    world.environment["DATABASE_URL"] = cluster.dsn();
    world.start_gateway();
    const std::string token = world.token("admin");
    std::atomic<bool> stop = false;
    std::atomic<int> acknowledged = 0;
    std::vector<std::thread> callers;
    callers.reserve(4);
    for (int i = 0; i < 4; ++i) {
        callers.emplace_back([&] {
            while (!stop) {
                const int status = world.call(token, "GET", "/apps").status;
                acknowledged += status == 200 ? 1 : 0;
                EXPECT_TRUE(status == 200 || status == 503) << status;
            }
        });
    }
    EXPECT_TRUE(eventually([&] { return acknowledged > 20; }));
    cluster.stop(StopMode::fast);
    cluster.start();
    const int before = acknowledged;
    EXPECT_TRUE(eventually([&] { return acknowledged > before + 20; }));
    stop = true;
    for (std::thread& caller : callers) {
        caller.join();
    }
    const Ran count = run({"/usr/bin/psql", "-X", "-At", "-d", cluster.dsn(), "-c",
                           "select count(*) from audit.audit_event where status = 'success'"},
                          {});
    EXPECT_GE(std::stoi(count.out), acknowledged);
    EXPECT_EQ(world.verify().status, 0);
}

}  // namespace
}  // namespace rgw::test
