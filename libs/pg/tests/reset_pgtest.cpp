#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrate_fixture.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::pg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

const ResetGuards development{"DELETE_ALL_DATA", "true", ""};
const ResetGuards emergency{"DELETE_ALL_DATA", "", "1"};

constexpr std::string_view add_user =
    "insert into users (email, name, roles) values ('a@example.com', 'A', '[\"admin\"]')";

class Reset : public testing::Test {
protected:
    // What a freshly migrated database has.
    static std::vector<std::string> migrated_objects() {
        test::TestDatabase migrated;
        test::Sql sql(migrated.dsn());
        return objects_of(sql);
    }
    static Result<void> reset(const test::TestDatabase& database, const ResetGuards& guards) {
        return run_reset(database.dsn(), guards, drop_sql(), migrations());
    }
    static void expect_clean(const test::TestDatabase& database, std::string_view marker) {
        test::Sql sql(database.dsn());
        EXPECT_EQ(objects_of(sql), migrated_objects());
        EXPECT_EQ(sql.value("select count(*) from users"), "0");
        EXPECT_EQ(sql.value("select count(*) from audit.audit_event"), "0");
        EXPECT_EQ(sql.value("select environment from rgw_internal_metadata"), marker);
        EXPECT_EQ(sql.value("select count(*) from schema_migrations"),
                  std::to_string(migrations().size()));
    }
};

TEST_F(Reset, WorksOnAFreshDatabase) {
    test::TestDatabase database(test::Schema::empty);
    const Result<void> done = reset(database, development);
    ASSERT_TRUE(done) << describe(done.error());
    expect_clean(database, "development");
}

TEST_F(Reset, WorksOnAMigratedDatabaseAgainAndAgain) {
    test::TestDatabase database;
    for (int i = 0; i < 2; ++i) {
        {
            test::Sql sql(database.dsn());
            sql.execute(add_user);
        }
        const Result<void> done = reset(database, emergency);
        ASSERT_TRUE(done) << describe(done.error());
        expect_clean(database, "production");
    }
}

TEST_F(Reset, WorksOnAHalfMigratedDatabase) {
    test::TestDatabase half(test::Schema::empty);
    ASSERT_TRUE(run_migrations(half.dsn(), migrations().first(1)));
    ASSERT_TRUE(reset(half, development));
    expect_clean(half, "development");

    test::TestDatabase damaged;
    {
        test::Sql sql(damaged.dsn());
        sql.execute(
            "drop table settings, jobs, rgw_internal_metadata, schema_migrations;"
            " drop table mfa_attempts; drop table audit.open_intent");
    }
    ASSERT_TRUE(reset(damaged, development));
    expect_clean(damaged, "development");
}

TEST_F(Reset, WithoutItsGuardsTouchesNothing) {
    struct Case {
        std::string_view marker;  // empty: no row
        ResetGuards guards;
        std::string_view missing;
    };
    const Case cases[] = {
        {"development", {"", "true", "1"}, "RESET_RACK_GATEWAY_DATABASE"},
        {"", {"DELETE_ALL_DATA", "", ""}, "DEV_MODE"},
        {"production", {"DELETE_ALL_DATA", "true", ""}, "DISABLE_DATABASE_ENVIRONMENT_CHECK"},
        {"production", {"DELETE_ALL_DATA", "true", "0"}, "DISABLE_DATABASE_ENVIRONMENT_CHECK"},
    };
    for (const Case& c : cases) {
        test::TestDatabase database;
        test::Sql sql(database.dsn());
        sql.execute(add_user);
        if (!c.marker.empty()) {
            sql.execute("insert into rgw_internal_metadata (environment) values ('" +
                        std::string(c.marker) + "')");
        }
        const Result<void> refused = reset(database, c.guards);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::configuration_invalid);
        EXPECT_THAT(refused.error().detail, HasSubstr(std::string(c.missing)));
        EXPECT_EQ(sql.value("select count(*) from users"), "1");
    }
}

TEST_F(Reset, ThatFailsInTheMiddleLosesNothing) {
    test::TestDatabase database;
    test::Sql sql(database.dsn());
    sql.execute(add_user);
    const std::vector<std::string> before = objects_of(sql);
    std::vector<Migration> failing(migrations().begin(), migrations().end());
    failing.push_back({"9999", "bad", "9999_bad.sql", "x", "create table bad (n int);\noops"});
    const Result<void> failed = run_reset(database.dsn(), development, drop_sql(), failing);
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().detail, HasSubstr("9999_bad.sql:2: 42601"));
    EXPECT_EQ(objects_of(sql), before);
    EXPECT_EQ(sql.value("select email from users"), "a@example.com");
    EXPECT_EQ(sql.value("select count(*) from schema_migrations"),
              std::to_string(migrations().size()));
}

TEST_F(Reset, WhatTheGatewayDidNotCreateSurvives) {
    test::TestDatabase database;
    test::Sql sql(database.dsn());
    sql.execute(
        "create table notes (t text); insert into notes values ('mine');"
        " create view shout as select upper(t) as t from notes;"
        " create schema reporting; create table reporting.users (n int);"
        " create function helper() returns int language sql as 'select 1';"
        " create type mood as enum ('good')");
    const Result<void> done = reset(database, development);
    ASSERT_TRUE(done) << describe(done.error());
    EXPECT_EQ(sql.value("select t from shout"), "MINE");
    EXPECT_THAT(objects_of(sql),
                IsSupersetOf({"relation notes", "relation reporting.users", "relation shout",
                              "function helper()", "schema reporting", "type mood"}));
}

TEST_F(Reset, IsRefusedWhenSomebodyElsesObjectDependsOnOurs) {
    const std::pair<std::string_view, std::string_view> dependents[] = {
        {"create view admins as select * from users", "view admins"},
        {"create table notes (user_id bigint references users)", "notes"},
        {"create view audit.mine as select 1", "view audit.mine"},
    };
    for (const auto& [create, named] : dependents) {
        test::TestDatabase database;
        test::Sql sql(database.dsn());
        sql.execute(create);
        sql.execute(add_user);
        const std::vector<std::string> before = objects_of(sql);
        const Result<void> refused = reset(database, development);
        ASSERT_FALSE(refused) << create;
        EXPECT_THAT(refused.error().detail, HasSubstr(std::string(named)));
        EXPECT_EQ(objects_of(sql), before);
        EXPECT_EQ(sql.value("select count(*) from users"), "1");
    }
}

TEST_F(Reset, DropSqlNamesEverythingTheMigrationsCreate) {
    test::TestDatabase empty(test::Schema::empty);
    test::TestDatabase migrated;
    test::Sql empty_sql(empty.dsn());
    test::Sql sql(migrated.dsn());
    sql.execute(drop_sql());
    EXPECT_EQ(objects_of(sql), objects_of(empty_sql));
    sql.execute(drop_sql());
}

TEST_F(Reset, TheMarkerIsWrittenOnceAndNotChangedLater) {
    test::TestDatabase database;
    async::Loop loop("marker");
    auto pool =
        std::make_unique<Pool>(loop, ConnInfo::parse(database.dsn()).value(), PoolOptions());
    loop.start();
    for (const Environment environment : {Environment::development, Environment::production}) {
        EXPECT_TRUE(test::run(loop, mark_environment(*pool, environment, deadline_in(20s))));
        test::Sql sql(database.dsn());
        EXPECT_THAT(sql.column("select environment from rgw_internal_metadata"),
                    ElementsAre("development"));
    }
    test::run(loop, pool->close(deadline_in(5s)));
    test::run_on(loop, [&] { pool.reset(); });
}

}  // namespace
}  // namespace rgw::pg
