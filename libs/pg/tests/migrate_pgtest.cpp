#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <future>

#include "migrate_fixture.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::pg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Migration first{"0001", "first", "0001_first.sql", "aaa",
                          "create table first (n int);\n"};
constexpr Migration second{"0002", "second", "0002_second.sql", "bbb",
                           "insert into first values (2);\ncreate table second (n int);\n"};
constexpr auto both = std::to_array<Migration>({first, second});

class Migrate : public testing::Test {
protected:
    std::vector<std::string> ledger() {
        return sql_.column(
            "select version || ' ' || name || ' ' || checksum from schema_migrations"
            " order by version");
    }
    test::TestDatabase database_{test::Schema::empty};
    test::Sql sql_{database_.dsn()};
};

TEST_F(Migrate, AppliesEachFileOnceInOrderAndASecondRunDoesNothing) {
    EXPECT_THAT(run_migrations(database_.dsn(), both).value(), ElementsAre("0001", "0002"));
    EXPECT_THAT(ledger(), ElementsAre("0001 first aaa", "0002 second bbb"));
    EXPECT_THAT(run_migrations(database_.dsn(), both).value(), IsEmpty());
    EXPECT_EQ(sql_.value("select count(*) from first"), "1");
    EXPECT_EQ(
        sql_.value("select count(*) from schema_migrations where applied_at > now() - interval"
                   " '1 hour'"),
        "2");
}

TEST_F(Migrate, AppliesOnlyWhatIsMissing) {
    ASSERT_TRUE(run_migrations(database_.dsn(), std::span(both).first(1)));
    EXPECT_THAT(run_migrations(database_.dsn(), both).value(), ElementsAre("0002"));
}

TEST_F(Migrate, ManyProcessesAtOnceOnAnEmptyDatabaseApplyEachFileOnce) {
    constexpr auto slow = std::to_array<Migration>(
        {{"0001", "one", "0001_one.sql", "a", "create table t (n int); select pg_sleep(0.2)"},
         {"0002", "two", "0002_two.sql", "b", "insert into t values (2); select pg_sleep(0.2)"}});
    std::vector<std::future<Result<Versions>>> runners;
    for (int i = 0; i < 6; ++i) {
        runners.push_back(std::async(
            std::launch::async, [this, &slow] { return run_migrations(database_.dsn(), slow); }));
    }
    std::size_t applied = 0;
    for (auto& runner : runners) {
        const Result<Versions> versions = runner.get();
        ASSERT_TRUE(versions) << describe(versions.error());
        applied += versions->size();
    }
    EXPECT_EQ(applied, 2U);
    EXPECT_EQ(sql_.value("select count(*) from t"), "1");
}

TEST_F(Migrate, GivesUpWaitingForAnotherProcessAfterItsLimit) {
    sql_.execute("select pg_advisory_lock(728443218)");
    const Result<Versions> blocked =
        run_migrations(database_.dsn(), both, {.lock_wait = std::chrono::milliseconds(50)});
    ASSERT_FALSE(blocked);
    EXPECT_EQ(blocked.error().code, Errc::database_timeout);
    EXPECT_THAT(blocked.error().detail, HasSubstr("728443218"));
    sql_.execute("select pg_advisory_unlock(728443218)");
    EXPECT_TRUE(run_migrations(database_.dsn(), both));
}

TEST_F(Migrate, AFailureNamesFileLineAndSqlstateAndLeavesNothingOfItsFile) {
    struct Case {
        std::string_view sql;
        std::string_view says;
    };
    const Case cases[] = {
        {"create table bad (n int);\nselect 'ä';\ncreat table worse (n int);",
         "0002_bad.sql:3: 42601 syntax error"},
        {"create table bad (n int);\n-- a; comment\n\nselect\n  oops\nfrom bad;",
         "0002_bad.sql:5: 42703 column \"oops\" does not exist"},
        {"create table bad (n int);\ninsert into bad values (1);\n\nselect 1 / n - 1 / (n - n) "
         "from bad;",
         "0002_bad.sql:4: 22012 division by zero"},
        {"create table bad (n int);\ndo $$\nbegin\n  raise exception 'told so';\nend $$;",
         "0002_bad.sql:2: P0001 told so"},
        {"create table bad (n int unique);\ninsert into bad values (7), (7);",
         "0002_bad.sql:2: 23505 duplicate key"},
        {"create table bad (n int);\ncommit;", "0002_bad.sql"},
    };
    for (const Case& c : cases) {
        test::TestDatabase database(test::Schema::empty);
        ASSERT_TRUE(run_migrations(database.dsn(), std::span(both).first(1)));
        const auto bad =
            std::to_array<Migration>({first, {"0002", "bad", "0002_bad.sql", "x", c.sql}});
        test::Sql sql(database.dsn());
        const std::vector<std::string> before = objects_of(sql);
        const Result<Versions> failed = run_migrations(database.dsn(), bad);
        ASSERT_FALSE(failed) << c.sql;
        EXPECT_THAT(failed.error().detail, HasSubstr(std::string(c.says)));
        if (c.sql.find("commit") == std::string_view::npos) {
            EXPECT_EQ(objects_of(sql), before) << c.sql;
        }
        EXPECT_THAT(sql.column("select version from schema_migrations"), ElementsAre("0001"));
    }
}

TEST_F(Migrate, WhenTheVeryFirstFileFailsTheDatabaseStaysEmpty) {
    const std::vector<std::string> before = objects_of(sql_);
    constexpr auto bad = std::to_array<Migration>(
        {{"0001", "bad", "0001_bad.sql", "x", "create table t (n int); oops"}});
    EXPECT_FALSE(run_migrations(database_.dsn(), bad));
    EXPECT_EQ(objects_of(sql_), before);
}

TEST_F(Migrate, ADatabaseNewerThanTheBinaryIsRefusedByName) {
    ASSERT_TRUE(run_migrations(database_.dsn(), both));
    const Result<Versions> refused = run_migrations(database_.dsn(), std::span(both).first(1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::configuration_invalid);
    EXPECT_THAT(refused.error().detail, HasSubstr("0002"));
}

TEST_F(Migrate, ALedgerOfTheGoImplementationIsRefusedAndLeftAsItIs) {
    sql_.execute(
        "create table schema_migrations (version text primary key, applied_at timestamptz"
        " not null default now()); insert into schema_migrations values ('20251008173101')");
    const std::vector<std::string> before = objects_of(sql_);
    const Result<Versions> refused = run_migrations(database_.dsn(), both);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::configuration_invalid);
    EXPECT_THAT(refused.error().detail, HasSubstr("20251008173101"));
    EXPECT_EQ(objects_of(sql_), before);
}

TEST_F(Migrate, AnAppliedFileWithAnotherChecksumIsRefusedByName) {
    ASSERT_TRUE(run_migrations(database_.dsn(), both));
    auto changed = both;
    changed[1].checksum = "ccc";
    const Result<Versions> refused = run_migrations(database_.dsn(), changed);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::configuration_invalid);
    EXPECT_THAT(refused.error().detail, HasSubstr("0002_second.sql"));
}

TEST_F(Migrate, AnUpToDateDatabaseNeedsNoMoreThanSelectOnTheLedger) {
    ASSERT_TRUE(run_migrations(database_.dsn(), both));
    const std::string role = database_.name() + "_app";
    sql_.execute("create role " + role + " login; grant select on schema_migrations to " + role);
    const std::string dsn = test::with_parameter(database_.dsn(), "user", role);
    EXPECT_THAT(run_migrations(dsn, both).value(), IsEmpty());
    sql_.execute("drop owned by " + role + "; drop role " + role);
}

TEST_F(Migrate, PendingMigrationsAreListedAndRefusedLikeTheRunnerWould) {
    async::Loop loop("pending");
    auto pool =
        std::make_unique<Pool>(loop, ConnInfo::parse(database_.dsn()).value(), PoolOptions());
    loop.start();
    const auto pending = [&](std::span<const Migration> migrations) {
        return test::run(loop, pending_migrations(*pool, migrations, deadline_in(20s)));
    };
    EXPECT_THAT(pending(both).value(), ElementsAre("0001", "0002"));
    ASSERT_TRUE(run_migrations(database_.dsn(), std::span(both).first(1)));
    EXPECT_THAT(pending(both).value(), ElementsAre("0002"));
    ASSERT_TRUE(run_migrations(database_.dsn(), both));
    EXPECT_THAT(pending(both).value(), IsEmpty());
    EXPECT_EQ(pending(std::span(both).first(1)).error().code, Errc::configuration_invalid);
    test::run(loop, pool->close(deadline_in(5s)));
    test::run_on(loop, [&] { pool.reset(); });
}

TEST_F(Migrate, TheEmbeddedFilesAreNumberedInOrderWithTheirChecksums) {
    ASSERT_FALSE(migrations().empty());
    for (std::size_t i = 0; i < migrations().size(); ++i) {
        const Migration& migration = migrations()[i];
        EXPECT_EQ(std::stoul(std::string(migration.version)), i + 1) << migration.file;
        EXPECT_EQ(migration.checksum.size(), 64U);
        Client client(database_.dsn());
        const Result<Rows> rows =
            client.run(Statement{"", "select encode(sha256(convert_to($1, 'UTF8')), 'hex')"},
                       Params().add(migration.sql));
        EXPECT_EQ((*rows)[0].get<std::string_view>(0), migration.checksum);
    }
}

}  // namespace
}  // namespace rgw::pg
