#include "rgw/storage/audit_log_store.hpp"

#include "audit_fixture.hpp"
#include "log_pages_contract.hpp"

namespace rgw::audit {
namespace {

class PgFixture {
public:
    LogStore& log() { return log_; }
    async::Loop& loop() { return gateway_.loop(); }
    std::int64_t append(Event event) { return gateway_.appended(std::move(event)); }
    void add_user(std::int64_t id, const std::string& email) {
        test::Sql(database_.dsn())
            .execute("insert into users (id, email, name, roles) overriding system value values (" +
                     std::to_string(id) + ", '" + email + "', 'A', '[]')");
    }

private:
    test::TestDatabase database_;
    storage::Gateway gateway_{database_.dsn()};
    storage::PgAuditLogStore log_{gateway_.pool()};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Pg, LogContract, PgFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Pg, LogPagesContract, PgFixture);

TEST(PgAuditLogStore, SearchFoldsWhatTheDatabasesLocaleFolds) {
    PgFixture fixture;
    Event event = sample_event();
    event.user_name = "Carol Ångström";
    fixture.append(event);
    const auto counted =
        test::run(fixture.loop(), fixture.log().count({.search = "CAROL åNGSTRÖM"},
                                                      {.from = 0, .before = 1, .as_of = 1},
                                                      Show::actions, 10, soon()));
    EXPECT_EQ(counted.value(), 1);
}

TEST(PgAuditLogStore, BoundsFollowTheTimesOfALongLog) {
    const test::TestDatabase database;
    test::Sql sql(database.dsn());
    // A minute apart; every tenth is an outcome stored two hours late, and so are the last twenty.
    sql.execute(
        "insert into audit.audit_event (chain_index, \"timestamp\", intent_index, key_id,"
        " response_time_ms, event_count, format, previous_hash, event_hash, phase, user_email,"
        " action_type, action, status)"
        " select i, '2026-01-01T00:00:00Z'::timestamptz + i * interval '1 minute'"
        "  - case when i % 10 = 9 or i >= 980 then interval '2 hours' else interval '0' end,"
        "  case when i % 10 = 9 or i >= 980 then i - 1 end, 1, 1, 1, 1,"
        "  case when i > 0 then sha256(int8send(i - 1)) end, sha256(int8send(i)),"
        "  case when i % 10 = 9 or i >= 980 then 'outcome' else 'single' end, 'a', 'b', 'c',"
        "  'success' from generate_series(0, 999) i;"
        "update audit.head set next_index = 1000, last_hash = sha256(int8send(999))");
    storage::Gateway gateway(database.dsn());
    storage::PgAuditLogStore log(gateway.pool());
    const Timestamp first = parse_rfc3339("2026-01-01T00:00:00Z").value();
    struct Case {
        std::optional<std::chrono::minutes> start;
        std::optional<std::chrono::minutes> end;
        std::int64_t from;
        std::int64_t before;
    };
    const Case cases[] = {
        {std::nullopt, std::nullopt, 0, 1000},
        {0min, std::nullopt, 0, 1000},
        {300min, std::nullopt, 295, 1000},
        {300min, 340min, 295, 400},
        {304min, 345min, 299, 405},  // 299 is an outcome: nothing says when it was written
        {100'000min, std::nullopt, 979, 1000},
        {std::nullopt, 919min, 0, 1000},
        {std::nullopt, -90min, 0, 0},
        {std::nullopt, 100'000min, 0, 1000},
    };
    for (const Case& c : cases) {
        const auto at = [first](const std::optional<std::chrono::minutes>& minutes) {
            return minutes ? std::optional(first + *minutes) : std::nullopt;
        };
        const Bounds bounds =
            test::run(gateway.loop(), log.find_bounds(at(c.start), at(c.end), soon())).value();
        EXPECT_EQ(bounds.from, c.from) << c.start.value_or(-1min).count();
        EXPECT_EQ(bounds.before, c.before) << c.end.value_or(-1min).count();
        EXPECT_EQ(bounds.next_index, 1000);
    }
}

}  // namespace
}  // namespace rgw::audit
