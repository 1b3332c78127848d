#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Operation, BadConfigurationIsToldAllAtOnceByNameAndWithoutSecrets) {
    World world;
    world.environment["DB_MAX_OPEN_CONNS"] = "many";
    world.environment["DB_CONN_MAX_LIFETIME"] = "30 minutes";
    world.environment["PORT"] = "99999";
    world.environment["AUDIT_HMAC_SECRET"] = "short-secret";
    world.environment["TLS_CERT_FILE"] = "/nowhere/cert.pem";
    world.environment.erase("RACK_TOKEN");
    const Ran ran = world.run_gateway({});
    EXPECT_NE(ran.status, 0);
    for (const char* name : {"DB_MAX_OPEN_CONNS", "DB_CONN_MAX_LIFETIME", "PORT",
                             "AUDIT_HMAC_SECRET", "TLS_KEY_FILE", "RACK_TOKEN"}) {
        EXPECT_THAT(ran.err, HasSubstr(name));
    }
    EXPECT_THAT(ran.err, Not(HasSubstr("short-secret")));
}

TEST(Operation, AnUnreachableDatabaseStopsTheStartWithoutItsPassword) {
    World world;
    world.environment["DATABASE_URL"] =
        "postgres://gateway:pass-word-4711@127.0.0.1:1/none?connect_timeout=2";
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{}, {"migrate"}, {"audit", "verify"}}) {
        const Ran ran = world.run_gateway(arguments);
        EXPECT_NE(ran.status, 0);
        EXPECT_THAT(ran.err, AllOf(HasSubstr("127.0.0.1"), Not(HasSubstr("pass-word-4711"))));
    }
}

TEST(Operation, MigrateIsIdempotentAndAPendingMigrationStopsAStartThatMayNotMigrate) {
    World world;
    world.environment["RGW_AUTO_MIGRATE"] = "false";
    const Ran refused = world.run_gateway({});
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err, HasSubstr("0001"));
    EXPECT_EQ(world.run_gateway({"migrate"}).status, 0);
    EXPECT_EQ(world.run_gateway({"migrate"}).status, 0);
    world.start_gateway();
}

TEST(Operation, ADatabaseNewerThanTheProgramIsRefused) {
    World world;
    ASSERT_EQ(world.run_gateway({"migrate"}).status, 0);
    world.execute(
        "insert into schema_migrations (version, name, checksum) values ('9999', 'future', 'x')");
    const Ran refused = world.run_gateway({});
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err, HasSubstr("9999"));
}

TEST(Operation, ResetNeedsItsGuardsAndThenGivesAFreshDatabase) {
    World world;
    world.start_gateway();
    (void)world.token("viewer");
    world.kill_gateway(SIGTERM);
    ASSERT_EQ(world.wait_gateway(), 0);
    Ran refused = world.run_gateway({"reset-db"});
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err, HasSubstr("RESET_RACK_GATEWAY_DATABASE=DELETE_ALL_DATA"));
    world.environment["RESET_RACK_GATEWAY_DATABASE"] = "DELETE_ALL_DATA";
    world.environment["DEV_MODE"] = "true";
    refused = world.run_gateway({"reset-db"});
    EXPECT_NE(refused.status, 0) << "the database is marked production";
    EXPECT_THAT(refused.err, HasSubstr("DISABLE_DATABASE_ENVIRONMENT_CHECK=1"));
    EXPECT_EQ(world.sql("select count(*) from api_tokens"), "1");
    world.environment["DISABLE_DATABASE_ENVIRONMENT_CHECK"] = "1";
    const Ran reset = world.run_gateway({"reset-db"});
    EXPECT_EQ(reset.status, 0) << reset.err;
    EXPECT_EQ(world.sql("select count(*) from api_tokens"), "0");
    world.start_gateway();
}

TEST(Operation, UsersAreSeededIntoAnEmptyTableOnly) {
    World world;
    world.environment["DEPLOYER_USERS"] = "dev@example.com, Admin@Example.com";
    world.start_gateway();
    EXPECT_EQ(world.sql("select email, roles from users order by email"),
              "admin@example.com|[\"admin\",\"deployer\"]\ndev@example.com|[\"deployer\"]\n"
              "viewer@example.com|[\"viewer\"]");
    world.execute("delete from users where email = 'dev@example.com'");
    world.kill_gateway(SIGTERM);
    ASSERT_EQ(world.wait_gateway(), 0);
    world.start_gateway();
    EXPECT_EQ(world.sql("select count(*) from users where email = 'dev@example.com'"), "0");
}

TEST(Operation, TokenCreateSaysWhatIsWrong) {
    World world;
    world.start_gateway();
    struct Case {
        std::vector<std::string> arguments;
        std::string says;
    };
    const Case cases[] = {
        {{"token", "create", "--email", "nobody@example.com", "--role", "admin", "--name", "a"},
         "nobody@example.com"},
        {{"token", "create", "--email", "admin@example.com", "--role", "king", "--name", "a"},
         "king"},
        {{"token", "create", "--email", "viewer@example.com", "--role", "admin", "--name", "a"},
         "viewer@example.com"},
        {{"token", "create", "--email", "admin@example.com", "--role", "admin", "--name", "a",
          "--expires", "soon"},
         "soon"},
        {{"token", "create", "--email", "admin@example.com", "--role", "admin"}, "--name"},
    };
    for (const Case& c : cases) {
        const Ran ran = world.run_gateway(c.arguments);
        EXPECT_NE(ran.status, 0);
        EXPECT_THAT(ran.err + ran.out, HasSubstr(c.says));
    }
    (void)world.token("viewer");
    const Ran twice = world.run_gateway({"token", "create", "--email", "viewer@example.com",
                                         "--role", "viewer", "--name", "viewer-1"});
    EXPECT_NE(twice.status, 0);
    EXPECT_THAT(twice.err, HasSubstr("viewer-1"));
}

TEST(Operation, TokensMadeOnTheHostAreEventsToo) {
    World world;
    world.start_gateway();
    (void)world.token("viewer");
    EXPECT_TRUE(eventually([&] {
        return world.sql(
                   "select string_agg(phase || ' ' || status, ', ' order by chain_index) "
                   "from audit.audit_event where action = 'api_token.create'") ==
               "intent pending, outcome success";
    }));
}

TEST(Operation, SigtermFinishesWhatIsUnderWayAndThenEnds) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response before = world.call(token, "GET", "/apps");
    ASSERT_EQ(before.status, 200);
    Response large;
    std::thread upload_thread([&] {
        large = upload(world.port(), "/api/v1/rack-proxy/apps/shop/objects/tmp/large.tgz",
                       {{"Authorization", basic(token)}}, 256ULL * 1024 * 1024);
    });
    ASSERT_TRUE(
        eventually([&] { return world.sql("select count(*) from audit.open_intent") == "1"; }));
    world.kill_gateway(SIGTERM);
    upload_thread.join();
    EXPECT_EQ(large.status, 200);
    EXPECT_EQ(world.wait_gateway(), 0);
    EXPECT_EQ(world.sql("select count(*) from audit.open_intent"), "0");
    EXPECT_EQ(world.verify().status, 0);
}

TEST(Operation, NoSecretStandsInAnyLog) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    (void)world.call(token, "GET", "/apps/shop/releases");
    (void)world.call("rgw_wrong-token-planted", "GET", "/apps");
    world.stop_rack();
    (void)world.call(token, "GET", "/apps");
    world.kill_gateway(SIGTERM);
    EXPECT_EQ(world.wait_gateway(), 0);
    const std::string said = world.gateway_log() + world.audit_lines() +
                             world.sql("select string_agg(calls::text, ' ') from calls");
    for (const std::string& secret :
         {token, std::string("rgw_wrong-token-planted"), std::string(World::rack_password),
          std::string(World::audit_secret), std::string("hunter2"), std::string("sk_live_4242")}) {
        EXPECT_THAT(said, Not(HasSubstr(secret)));
    }
}

}  // namespace
}  // namespace rgw::test
