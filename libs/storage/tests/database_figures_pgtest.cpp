#include "rgw/storage/database_figures.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>

#include "audit_fixture.hpp"
#include "rgw/migrations.hpp"
#include "rgw/storage/database_checks.hpp"

namespace rgw::storage {
namespace {

using test::Sql;
using test::TestDatabase;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class FiguresTest : public testing::Test {
protected:
    DatabaseReport read() { return read_on(gateway_); }
    static DatabaseReport read_on(Gateway& gateway) {
        const Result<DatabaseReport> report =
            test::run(gateway.loop(),
                      read_database_report(gateway.pool(), schema_source(), deadline_in(60s)));
        EXPECT_TRUE(report) << describe(report.error());
        return report.value();
    }

    TestDatabase database_;
    Sql sql_{database_.dsn()};
    Gateway gateway_{database_.dsn()};
};

TEST_F(FiguresTest, WhatTheServerSaysOfItself) {
    const DatabaseReport report = read();
    const ServerFigures& server = report.server;
    EXPECT_EQ(std::to_string(server.version_number),
              sql_.value("select current_setting('server_version_num')"));
    EXPECT_EQ(server.version, sql_.value("select current_setting('server_version')"));
    EXPECT_TRUE(server.local);
    EXPECT_EQ(server.tls, "");
    EXPECT_GE(server.connections, 2);
    EXPECT_EQ(std::to_string(server.max_connections),
              sql_.value("select current_setting('max_connections')"));
    EXPECT_FALSE(server.standby);
    EXPECT_EQ(server.standbys, 0);
    EXPECT_EQ(server.lag, std::nullopt);
    EXPECT_GT(server.database_bytes, 5'000'000);
    EXPECT_GT(server.transactions, 0);
    EXPECT_TRUE(server.fsync && server.full_page_writes && server.synchronous_commit &&
                server.autovacuum);
    EXPECT_LT(std::chrono::abs(report.clock_ahead), 1s) << "the same clock, in fact";
    EXPECT_THAT(report.schema.pending, IsEmpty());
    EXPECT_EQ(report.schema.mismatch, "");
    EXPECT_TRUE(report.schema.there);
    EXPECT_TRUE(report.rights.superuser);
}

TEST_F(FiguresTest, SettingsThatLoseDataAreSeen) {
    Gateway careless(test::with_parameter(database_.dsn(), "options",
                                          "-c synchronous_commit=off -c search_path=pg_catalog"));
    EXPECT_FALSE(read_on(careless).server.synchronous_commit);
    const test::PrivateCluster cluster(
        "fsync = off\nfull_page_writes = off\ntrack_counts = off\nmax_connections = 17");
    Gateway there(cluster.dsn());
    const DatabaseReport report = read_on(there);
    EXPECT_FALSE(report.server.fsync);
    EXPECT_FALSE(report.server.full_page_writes);
    EXPECT_FALSE(report.server.autovacuum) << "it cannot work without track_counts";
    EXPECT_EQ(report.server.max_connections, 17);
    EXPECT_FALSE(report.schema.there);
    EXPECT_THAT(report.schema.pending, Contains("0001"));
    EXPECT_FALSE(report.audit);
}

TEST_F(FiguresTest, TheEndOfTheLog) {
    const AuditFigures empty = read().audit.value();
    EXPECT_EQ(empty.next_index, 0);
    EXPECT_EQ(empty.events, 0);
    EXPECT_EQ(empty.newest_age, std::nullopt);
    EXPECT_TRUE(empty.head_matches);
    EXPECT_EQ(empty.checkpoint_size, std::nullopt);
    EXPECT_EQ(empty.anchor_size, std::nullopt);

    gateway_.appended(audit::sample_event("a"));
    const std::int64_t intent = gateway_.appended(intent_event("b"));
    sql_.execute(
        "insert into audit.checkpoint values (1, now() - interval '1 hour', sha256('a'),"
        " sha256('a'), '', 'note');"
        "insert into audit.anchor (last_index, tree_size, retain_until, chain_id, bucket,"
        " object_key, body, body_hash) values (0, 1, now(), 'c', 'b', 'k', '', sha256('a'))");
    const AuditFigures some = read().audit.value();
    EXPECT_EQ(some.next_index, 2);
    EXPECT_EQ(some.events, 2);
    EXPECT_TRUE(some.newest_age);
    EXPECT_TRUE(some.head_matches);
    EXPECT_EQ(some.overdue_intents, 0);
    EXPECT_EQ(some.checkpoint_size, 1);
    EXPECT_GE(some.checkpoint_age, 1h);
    EXPECT_EQ(some.anchor_size, 1);
    sql_.execute(
        "update audit.open_intent set opened_at = now() - interval '2 minutes'"
        " where chain_index = " +
        std::to_string(intent));
    EXPECT_EQ(read().audit->overdue_intents, 1);
}

// What only somebody can do who switches the triggers off.
TEST_F(FiguresTest, AHeadThatIsNotTheNewestEventIsSeen) {
    gateway_.appended(audit::sample_event("a"));
    gateway_.appended(audit::sample_event("b"));
    const std::string off =
        "alter table audit.audit_event disable trigger all; alter table"
        " audit.head disable trigger all; ";
    const std::string attacks[] = {
        "delete from audit.audit_event where chain_index = 1",
        "delete from audit.audit_event",
        "update audit.audit_event set event_hash = sha256('x') where chain_index = 1",
        "update audit.head set next_index = 1, last_hash = (select event_hash from"
        " audit.audit_event where chain_index = 0)",
        "update audit.head set next_index = 0, last_hash = null",
    };
    EXPECT_TRUE(read().audit->head_matches);
    for (const std::string& attack : attacks) {
        sql_.execute(
            "create table kept as select * from audit.audit_event; create table kept_head"
            " as select * from audit.head; " +
            off + attack);
        EXPECT_FALSE(read().audit->head_matches) << attack;
        sql_.execute(
            "delete from audit.audit_event; alter table kept drop column id; insert into"
            " audit.audit_event (chain_index, \"timestamp\", api_token_id, key_id,"
            " response_time_ms, event_count, format, previous_hash, event_hash, phase,"
            " user_email, action_type, action, status) select chain_index, \"timestamp\","
            " api_token_id, key_id, response_time_ms, event_count, format, previous_hash,"
            " event_hash, phase, user_email, action_type, action, status from kept;"
            "update audit.head set next_index = k.next_index, last_hash = k.last_hash from"
            " kept_head k; drop table kept, kept_head");
        EXPECT_TRUE(read().audit->head_matches);
    }
}

TEST_F(FiguresTest, GrowthIsOfTheLastSevenDaysAndOfAsMuchOfThemAsThereIs) {
    audit::Event event = audit::sample_event("old");
    const Timestamp now = SystemClock().now();
    EXPECT_EQ(read().growth->observed, 0ms);
    event.at = now - std::chrono::days(3);
    gateway_.appended(event);
    event.at = now;
    gateway_.appended(event);
    const GrowthFigures young = read().growth.value();
    EXPECT_EQ(young.recent_events, 2);
    EXPECT_EQ(young.events, 2);
    EXPECT_GE(young.observed, std::chrono::hours(72));
    EXPECT_LT(young.observed, std::chrono::hours(73));
    EXPECT_GT(young.log_bytes, 0);
    sql_.execute(
        "alter table audit.audit_event disable trigger all; update audit.audit_event set"
        " \"timestamp\" = now() - interval '30 days' where chain_index = 0");
    const GrowthFigures old = read().growth.value();
    EXPECT_EQ(old.recent_events, 1);
    EXPECT_EQ(old.observed, std::chrono::hours(7 * 24));
}

TEST_F(FiguresTest, ABloatedIndexIsFoundAndASoundOneIsNot) {
    sql_.execute(
        "insert into rate_limits select 'subject-' || n, now() from"
        " generate_series(1, 300000) as n");
    sql_.execute("analyze rate_limits");
    const auto bytes_over = [this] {
        std::vector<std::string> names;
        for (const IndexFigures& index : read().indexes) {
            if (index.expected_bytes && index.bytes > 3 * *index.expected_bytes &&
                index.bytes > 1'000'000) {
                names.push_back(index.name);
            }
        }
        return names;
    };
    EXPECT_THAT(bytes_over(), IsEmpty());
    sql_.execute("delete from rate_limits where subject !~ '99$'");
    sql_.execute("vacuum analyze rate_limits");
    EXPECT_THAT(bytes_over(), Contains("public.rate_limits_pkey"));
    const std::vector<Check> checks = check_database(read(), std::nullopt);
    const auto found = std::ranges::find(checks, "indexes", &Check::id);
    EXPECT_EQ(found->verdict, Verdict::warning);
    EXPECT_THAT(found->value, HasSubstr("public.rate_limits_pkey"));
    sql_.execute("reindex table rate_limits");
    EXPECT_THAT(bytes_over(), IsEmpty());
}

TEST_F(FiguresTest, OnlyTheGatewaysOwnIndexesAreJudged) {
    sql_.execute("create table operators_own (n int); create index on operators_own (n)");
    for (const IndexFigures& index : read().indexes) {
        EXPECT_THAT(index.name, Not(HasSubstr("operators_own")));
    }
    std::vector<std::string> names;
    for (const IndexFigures& index : read().indexes) {
        names.push_back(index.name);
    }
    EXPECT_THAT(names, Contains("audit.audit_event_user_email_ix"));
}

TEST_F(FiguresTest, RightsOfALoginThatServesOnlyAndWhatItLacks) {
    const std::string role = "rgw_figures_" + std::to_string(::getpid());
    sql_.execute("create role " + role + " login");
    {
        Gateway app(test::with_parameter(database_.dsn(), "user", role));
        DatabaseReport report = read_on(app);
        EXPECT_EQ(report.rights.role, role);
        EXPECT_THAT(report.rights.missing, Contains(HasSubstr("GRANT USAGE ON SCHEMA audit TO ")));
        EXPECT_THAT(report.schema.mismatch, HasSubstr("permission denied"));
        EXPECT_FALSE(report.audit);
        const auto granted = test::run(
            app.loop(), pg::grant_to_role(app.loop(), pg::ConnInfo::parse(database_.dsn()).value(),
                                          role, pg::GrantMode::exactly, schema_source()));
        ASSERT_TRUE(granted) << describe(granted.error());
        report = read_on(app);
        EXPECT_THAT(report.rights.missing, IsEmpty());
        EXPECT_FALSE(report.rights.superuser || report.rights.owns_tables ||
                     report.rights.owns_log || report.rights.writes_log);
        EXPECT_EQ(report.schema.mismatch, "");
        EXPECT_TRUE(report.audit);
        sql_.execute("grant delete on audit.head to " + role);
        EXPECT_TRUE(read_on(app).rights.writes_log);
    }
    sql_.execute("drop owned by " + role + "; drop role " + role);
}

TEST_F(FiguresTest, APendingMigrationAndANewerSchemaAreSeen) {
    sql_.execute("delete from schema_migrations where version = '0012'");
    EXPECT_THAT(read().schema.pending, ElementsAre("0012"));
    sql_.execute("insert into schema_migrations values ('9999', 'later', 'x')");
    EXPECT_THAT(read().schema.mismatch, HasSubstr("9999"));
}

// A connection without TLS over a network needs a network: the checks judge it.
TEST(Transport, TlsIsSeen) {
    std::string directory = "/tmp/rgw-tls.XXXXXX";
    ASSERT_NE(::mkdtemp(directory.data()), nullptr);
    const std::string key = directory + "/key";
    const std::string certificate = directory + "/certificate";
    const std::string make =
        "chmod 755 " + directory +
        " && openssl req -x509 -newkey ec -pkeyopt"
        " ec_paramgen_curve:P-256 -nodes -days 3 -subj /CN=localhost -keyout " +
        key + " -out " + certificate + " 2>" + directory + "/log && chmod 600 " + key +
        " && if [ $(id -u) = 0 ]; then chown postgres " + key + "; fi";
    ASSERT_EQ(std::system(make.c_str()), 0);
    const test::PrivateCluster cluster(
        "listen_addresses = '127.0.0.1'\nport = " + std::to_string(test::free_port()) +
        "\nssl = on\nssl_cert_file = '" + certificate + "'\nssl_key_file = '" + key + "'");
    const std::string dsn = test::with_parameter(cluster.dsn(), "host", "127.0.0.1");
    const auto figures = [](const std::string& dsn_there) {
        Gateway there(dsn_there);
        return test::run(there.loop(), read_server_figures(there.pool(), deadline_in(30s))).value();
    };
    EXPECT_THAT(figures(test::with_parameter(dsn, "sslmode", "require")).tls,
                testing::StartsWith("TLSv1."));
    const ServerFigures plain = figures(test::with_parameter(dsn, "sslmode", "disable"));
    EXPECT_EQ(plain.tls, "");
    EXPECT_TRUE(plain.local);
    std::filesystem::remove_all(directory);
}

// A real primary with a real standby.
TEST(Replication, AStandbyIsSeenFromBothSidesAndItsLagWhenItStopsReplaying) {
    const test::PrivateCluster primary;
    Sql sql(primary.dsn());
    sql.execute("create table t (n int); create role plain login");
    const test::PrivateCluster standby(test::StandbyOf{primary});
    Gateway gateway(primary.dsn());
    Gateway plain(test::with_parameter(primary.dsn(), "user", "plain"));
    Gateway replica(standby.dsn());
    const auto figures = [](Gateway& at) {
        return test::run(at.loop(), read_server_figures(at.pool(), deadline_in(30s))).value();
    };
    while (figures(gateway).standbys == 0) {
    }
    EXPECT_EQ(figures(gateway).hidden_standbys, 0);
    EXPECT_EQ(figures(plain).standbys, 1);
    EXPECT_EQ(figures(plain).hidden_standbys, 1);
    EXPECT_FALSE(figures(gateway).standby);

    Sql there(standby.dsn());
    sql.execute("insert into t values (1)");
    while (there.value("select count(*) from t") != "1") {
    }
    EXPECT_TRUE(figures(replica).standby);
    // However long ago the last change was: nothing is behind.
    while (figures(replica).lag != 0ms) {
    }
    there.execute("select pg_wal_replay_pause()");
    sql.execute("insert into t values (2)");
    while (figures(replica).lag.value() <= 0ms) {
    }
    there.execute("select pg_wal_replay_resume()");
    while (figures(replica).lag != 0ms) {
    }
    EXPECT_EQ(there.value("select count(*) from t"), "2");
}

}  // namespace
}  // namespace rgw::storage
