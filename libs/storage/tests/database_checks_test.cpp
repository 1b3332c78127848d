#include "rgw/storage/database_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace rgw::storage {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// A database that is as it should be.
DatabaseReport sound() {
    DatabaseReport report;
    report.server.version_number = 160'003;
    report.server.version = "16.3";
    report.server.tls = "TLSv1.3";
    report.server.connections = 20;
    report.server.max_connections = 100;
    report.server.database_bytes = 5'000'000'000;
    report.schema.there = true;
    report.rights.role = "rack_gateway_app";
    report.audit = AuditFigures{.next_index = 70'000, .events = 70'000, .newest_age = 3s};
    report.growth = GrowthFigures{.recent_events = 7'000,
                                  .observed = std::chrono::hours(7 * 24),
                                  .events = 70'000,
                                  .log_bytes = 35'000'000};
    return report;
}

std::function<void(DatabaseReport&)> hosts_of(
    std::vector<std::pair<std::string, std::optional<std::int64_t>>> timelines) {
    return [timelines](DatabaseReport& report) {
        for (const auto& [host, timeline] : timelines) {
            report.hosts.push_back(
                {.host = host,
                 .server = {.standby = !timeline, .system = 7, .timeline = timeline},
                 .problem = ""});
        }
    };
}

Check check_of(const DatabaseReport& report, std::string_view id,
               std::optional<std::int64_t> disk = std::nullopt) {
    const std::vector<Check> checks = check_database(report, disk);
    const auto found = std::ranges::find(checks, id, &Check::id);
    EXPECT_NE(found, checks.end()) << id;
    return found != checks.end() ? *found : Check{};
}

TEST(DatabaseChecks, ASoundDatabaseIsOk) {
    for (const Check& check : check_database(sound(), 50'000'000'000)) {
        EXPECT_EQ(check.verdict, Verdict::ok) << check.id << ": " << check.value;
        EXPECT_NE(check.threshold, "") << check.id;
    }
}

TEST(DatabaseChecks, EveryThresholdFromBothSides) {
    using Change = std::function<void(DatabaseReport&)>;
    struct Case {
        std::string_view id;
        Change change;
        Verdict verdict;
        std::string says;
    };
    const auto server = [](auto change) {
        return Change([change](DatabaseReport& report) { change(report.server); });
    };
    const auto audit = [](auto change) {
        return Change([change](DatabaseReport& report) { change(*report.audit); });
    };
    const auto anchored = [](auto change) {
        return Change([change](DatabaseReport& report) {
            report.anchoring = AnchorFigures{.interval = 60min};
            change(report);
        });
    };
    const auto rights = [](auto change) {
        return Change([change](DatabaseReport& report) { change(report.rights); });
    };
    constexpr Verdict ok = Verdict::ok;
    constexpr Verdict warning = Verdict::warning;
    constexpr Verdict critical = Verdict::critical;
    const Case cases[] = {
        {"version", server([](auto& s) { s.version_number = 130'014; }), critical, "14 or later"},
        {"version", server([](auto& s) { s.version_number = 140'000; }), ok, "16 or later"},
        {"version", server([](auto& s) { s.version_number = 159'999; }), ok, "16 or later"},
        {"version", server([](auto& s) { s.version_number = 180'001; }), ok, "16.3"},
        {"tls", server([](auto& s) { s.tls = ""; }), warning, "sslmode=verify-full"},
        {"tls", server([](auto& s) {
             s.tls = "";
             s.local = true;
         }),
         ok, "on one host"},
        {"pooler", [](auto& r) { r.pooling = pg::Pooling::by_session; }, ok, "by session"},
        {"pooler", [](auto& r) { r.pooling = pg::Pooling::otherwise; }, critical,
         "pool_mode = session"},
        {"hosts", hosts_of({{"a:1", 1}, {"b:2", std::nullopt}}), ok,
         "a:1 primary of timeline 1, b:2 standby"},
        {"hosts", hosts_of({{"a:1", 1}, {"b:2", 2}}), critical, "a:1 accepts writes"},
        {"hosts", [](auto& r) { r.hosts = {{.host = "a:1", .server = {}, .problem = "refused"}}; },
         warning, "refused"},
        {"connections", server([](auto& s) { s.connections = 69; }), ok, "69 of 100 (69 %)"},
        {"connections", server([](auto& s) { s.connections = 70; }), warning, "70 of 100"},
        {"connections", server([](auto& s) { s.connections = 89; }), warning, "DB_MAX_OPEN_CONNS"},
        {"connections", server([](auto& s) { s.connections = 90; }), critical, "90 of 100"},
        {"replication", server([](auto& s) { s.standbys = 1; }), ok, "standbys: 1, none behind"},
        {"replication", server([](auto& s) {
             s.standbys = 1;
             s.lag = 999ms;
         }),
         ok, "1.0 s behind"},
        {"replication", server([](auto& s) {
             s.standbys = 1;
             s.lag = 1000ms;
         }),
         warning, "pg_stat_replication"},
        {"replication", server([](auto& s) {
             s.standbys = 2;
             s.lag = 9999ms;
         }),
         warning, "standbys: 2"},
        {"replication", server([](auto& s) {
             s.standbys = 1;
             s.lag = 10s;
         }),
         critical, "10.0 s behind"},
        {"replication", server([](auto& s) {
             s.standbys = 2;
             s.hidden_standbys = 2;
         }),
         ok, "pg_monitor"},
        {"replication", server([](auto& s) { s.standby = true; }), critical, "cannot write here"},
        {"disk", server([](auto& s) { s.database_bytes = 69'900'000'000; }), ok, "(70 %)"},
        {"disk", server([](auto& s) { s.database_bytes = 70'000'000'000; }), warning, "enlarge"},
        {"disk", server([](auto& s) { s.database_bytes = 84'999'000'000; }), warning, "enlarge"},
        {"disk", server([](auto& s) { s.database_bytes = 85'000'000'000; }), critical, "85.00 GB"},
        {"durability", server([](auto& s) { s.fsync = false; }), critical, "fsync is off"},
        {"durability", server([](auto& s) { s.full_page_writes = false; }), critical,
         "full_page_writes is off"},
        {"durability", server([](auto& s) { s.synchronous_commit = false; }), warning,
         "synchronous_commit is off"},
        {"autovacuum", server([](auto& s) { s.autovacuum = false; }), warning, "track_counts"},
        {"clock", [](auto& r) { r.clock_ahead = 1s; }, ok, "1.0 s ahead"},
        {"clock", [](auto& r) { r.clock_ahead = -1001ms; }, warning, "1.0 s behind"},
        {"clock", [](auto& r) { r.clock_ahead = 10s; }, warning, "NTP"},
        {"clock", [](auto& r) { r.clock_ahead = -10001ms; }, critical, "behind"},
        {"migrations", [](auto& r) { r.schema.pending = {"0012", "0013"}; }, warning,
         "pending: 0012, 0013"},
        {"migrations", [](auto& r) { r.schema.there = false; }, critical, "migrate"},
        {"migrations", [](auto& r) { r.schema.mismatch = "the database has migration 0099"; },
         critical, "0099"},
        {"privileges", rights([](auto& x) { x.superuser = true; }), warning, "is a superuser"},
        {"privileges", rights([](auto& x) { x.owns_log = true; }), warning, "owns the audit log"},
        {"privileges", rights([](auto& x) { x.owns_tables = true; }), warning, "owns the tables"},
        {"privileges", rights([](auto& x) { x.writes_log = true; }), warning,
         "rack-gateway-api grant"},
        {"privileges", rights([](auto& x) { x.missing = {"GRANT SELECT ON TABLE x TO y"}; }),
         critical, "rack-gateway-api grant 'rack_gateway_app'"},
        {"indexes", [](auto& r) { r.indexes = {{"i", 40'000'000, false, 14'000'000}}; }, ok,
         "none"},
        {"indexes", [](auto& r) { r.indexes = {{"i", 42'000'001, false, 14'000'000}}; }, warning,
         "REINDEX"},
        {"indexes", [](auto& r) { r.indexes = {{"i", 8'000'000, false, 8'192}}; }, ok, "none"},
        {"indexes", [](auto& r) { r.indexes = {{"i", 900'000'000, false, std::nullopt}}; }, ok,
         "none"},
        {"indexes", [](auto& r) { r.indexes = {{"i", 2'000'000, true, 2'000'000}}; }, ok,
         "not used since"},
        {"indexes", [](auto& r) { r.indexes = {{"i", 900'000, true, 2'000'000}}; }, ok, "none"},
        {"audit_head", audit([](auto& a) { a.head_matches = false; }), critical, "audit verify"},
        {"audit_head", [](auto& r) { r.audit.reset(); }, critical, "cannot be read"},
        {"audit_intents", audit([](auto& a) { a.overdue_intents = 2; }), ok, "2"},
        {"checkpoint", audit([](auto&) {}), ok, "none"},
        {"checkpoint", audit([](auto& a) {
             a.checkpoint_size = 69'000;
             a.checkpoint_age = 90s;
         }),
         ok, "over 69000 events, 2 min ago"},
        {"checkpoint", audit([](auto& a) { a.unsigned_age = 5min; }), ok, "none"},
        {"checkpoint", audit([](auto& a) { a.unsigned_age = 5min + 1ms; }), warning,
         "an event of 5 min ago is not signed"},
        {"anchor", anchored([](auto& r) { r.audit->unanchored_age = 2h; }), ok, "none"},
        {"anchor", anchored([](auto& r) { r.audit->unanchored_age = 2h + 1ms; }), warning,
         "an event of 2.0 h ago is in none"},
        {"anchor", anchored([](auto& r) { r.audit->unanchored_age = 24h + 1ms; }), critical,
         "its log says why"},
        {"anchor", anchored([](auto& r) { r.anchoring->unreachable = "AccessDenied"; }), warning,
         "AccessDenied"},
        {"anchor", anchored([](auto& r) { r.anchoring->contradiction = "the log had 20"; }),
         critical, "the log had 20"},
        {"anchor", audit([](auto&) {}), ok, "none"},
        {"anchor", audit([](auto& a) {
             a.anchor_size = 5;
             a.anchor_age = std::chrono::hours(100);
         }),
         ok, "over 5 events, 4 days ago"},
        {"growth", [](auto&) {}, ok, "1000 events a day of 500 bytes: 0.18 GB a year"},
        {"growth", [](auto& r) { r.growth->observed = std::chrono::hours(23); }, ok, "needs a day"},
        {"growth", [](auto& r) { r.growth->events = 999; }, ok, "a thousand events"},
        {"growth", [](auto& r) { r.growth.reset(); }, ok, "not read"},
    };
    for (const Case& c : cases) {
        DatabaseReport report = sound();
        c.change(report);
        const Check check = check_of(report, c.id, 100'000'000'000);
        EXPECT_EQ(check.verdict, c.verdict) << c.id << ": " << check.value;
        EXPECT_THAT(check.value + " " + check.advice, HasSubstr(c.says)) << c.id;
        if (check.verdict != Verdict::ok) {
            EXPECT_NE(check.advice, "") << c.id << " must say what to do";
        }
    }
}

TEST(DatabaseChecks, WithoutTheSizeOfTheDiskSaysThatItCannotKnow) {
    DatabaseReport report = sound();
    report.server.database_bytes = 900'000'000'000;
    const Check check = check_of(report, "disk");
    EXPECT_EQ(check.verdict, Verdict::ok);
    EXPECT_THAT(check.advice, HasSubstr("RGW_DB_DISK_BYTES"));
    EXPECT_FALSE(check.measured);
}

TEST(DatabaseChecks, NumbersForScripts) {
    const DatabaseReport report = sound();
    EXPECT_EQ(check_of(report, "connections").measured, 20);
    EXPECT_EQ(check_of(report, "disk", 50'000'000'000).measured, 10);
    EXPECT_EQ(check_of(report, "growth").measured, 1000);
    EXPECT_EQ(check_of(report, "audit_head").measured, 70'000);
}

TEST(DatabaseChecks, TheWorstOneCounts) {
    EXPECT_EQ(worst({}), Verdict::ok);
    EXPECT_EQ(worst({{.verdict = Verdict::warning}, {.verdict = Verdict::ok}}), Verdict::warning);
    EXPECT_EQ(worst({{.verdict = Verdict::critical}, {.verdict = Verdict::warning}}),
              Verdict::critical);
}

}  // namespace
}  // namespace rgw::storage
