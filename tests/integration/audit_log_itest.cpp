#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <thread>

#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(AuditLog, AFlippedByteIsFoundAndNamed) {
    World world;
    world.start_gateway();
    const std::string token = world.token("viewer");
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(world.call(token, "GET", "/apps").status, 200);
    }
    ASSERT_EQ(world.verify().status, 0);
    world.execute(
        "alter table audit.audit_event disable trigger all;"
        "update audit.audit_event set user_agent = 'forgex' where chain_index = 3;"
        "alter table audit.audit_event enable trigger all");
    const Ran verified = world.verify();
    EXPECT_EQ(verified.status, 2);
    EXPECT_THAT(verified.out + verified.err, HasSubstr("event 3"));
}

TEST(AuditLog, ADeletedTailIsFound) {
    World world;
    world.start_gateway();
    const std::string token = world.token("viewer");
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(world.call(token, "GET", "/apps").status, 200);
    }
    world.execute(
        "alter table audit.audit_event disable trigger all;"
        "delete from audit.audit_event where chain_index = (select max(chain_index) from "
        "audit.audit_event);"
        "alter table audit.audit_event enable trigger all");
    EXPECT_EQ(world.verify().status, 2);
}

TEST(AuditLog, TheWrongKeyDoesNotVerify) {
    World world;
    world.start_gateway();
    const std::string token = world.token("viewer");
    ASSERT_EQ(world.call(token, "GET", "/apps").status, 200);
    world.environment["AUDIT_HMAC_SECRET"] = "another-secret-of-sufficient-length-0123456789";
    EXPECT_EQ(world.verify().status, 2);
}

TEST(AuditLog, AKilledGatewayLeavesAnOpenIntentThatItsSuccessorClosesAsUnknown) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    world.rack_fails_with("hang");
    std::thread caller([&] { (void)world.call(token, "POST", "/apps/shop/cancel"); });
    ASSERT_TRUE(
        eventually([&] { return world.sql("select count(*) from audit.open_intent") == "1"; }));
    world.kill_gateway(SIGKILL);
    world.wait_gateway();
    caller.join();
    EXPECT_THAT(world.events(), ElementsAre(HasSubstr("|pending|intent|")));
    world.start_gateway();
    EXPECT_TRUE(
        eventually([&] { return world.sql("select count(*) from audit.open_intent") == "0"; }));
    EXPECT_THAT(world.events(),
                ElementsAre(HasSubstr("|pending|intent|"),
                            AllOf(HasSubstr("|unknown|outcome|"), HasSubstr("process_ended"))));
    EXPECT_EQ(world.verify().status, 0);
}

TEST(AuditLog, EveryEventIsAlsoAJsonLineOnStdout) {
    World world;
    world.start_gateway();
    const std::string token = world.token("viewer");
    ASSERT_EQ(world.call(token, "GET", "/apps").status, 200);
    EXPECT_TRUE(eventually([&] { return !world.audit_lines().empty(); }));
    EXPECT_THAT(world.audit_lines(),
                AllOf(HasSubstr(R"("action":"app.list")"), HasSubstr(R"("status":"success")"),
                      HasSubstr(R"("user_email":"viewer@example.com")")));
}

TEST(AuditLog, TwoGatewaysStartingAtOnceOnAnEmptyDatabaseKeepOneGaplessChain) {
    World first;
    World second;
    second.environment["DATABASE_URL"] = first.environment["DATABASE_URL"];
    std::thread other([&] { second.start_gateway(); });
    first.start_gateway();
    other.join();
    const std::string token = first.token("viewer");
    const auto load = [&token](World& world) {
        for (int i = 0; i < 100; ++i) {
            EXPECT_EQ(world.call(token, "GET", "/apps").status, 200);
        }
    };
    std::thread a([&] { load(first); });
    std::thread b([&] { load(second); });
    std::thread c([&] { load(second); });
    load(first);
    a.join();
    b.join();
    c.join();
    EXPECT_EQ(first.sql("select count(*), max(chain_index) + 1 - min(chain_index) from calls"),
              "400|400");
    const Ran verified = first.verify();
    EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
}

}  // namespace
}  // namespace rgw::test
