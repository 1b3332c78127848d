#include <set>

#include "audit_fixture.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/migrate.hpp"

namespace rgw::storage {
namespace {

using test::Sql;
using test::TestDatabase;

TEST(PgAuditStore, TwoGatewaysAppendingAtOnceMakeOneGaplessChain) {
    const TestDatabase database;
    Gateway first(database.dsn(), 1);
    Gateway second(database.dsn(), 2);
    std::vector<Answer> answers;
    for (int i = 0; i < 500; ++i) {
        answers.push_back(first.append(audit::sample_event("first")));
        answers.push_back(second.append(audit::sample_event("second")));
    }
    std::set<std::int64_t> indexes;
    for (Answer& answer : answers) {
        indexes.insert(answer.get().value().chain_index);
    }
    EXPECT_EQ(indexes.size(), 1000U);
    EXPECT_EQ(*indexes.rbegin(), 999);
    const audit::VerifyReport report = first.verify();
    EXPECT_TRUE(report.intact()) << report.first_bad->explanation;
    EXPECT_EQ(report.events_seen, 1000);
    Sql sql(database.dsn());
    EXPECT_EQ(sql.value("select string_agg(distinct resource, ',') from audit.audit_event"),
              "first,second");
    EXPECT_EQ(sql.value("select count(*) from audit.audit_event where id = chain_index + 1"),
              "1000");
}

std::vector<audit::Event> nasty_events() {
    std::vector<audit::Event> events = {audit::sample_event(), audit::Event{}};
    for (const std::string address : {"2001:DB8:0:0:0:0:0:1",
                                      "::ffff:192.0.2.7",
                                      "::FFFF:c000:0207",
                                      "::1",
                                      "::",
                                      "::1.2.3.4",
                                      "::5",
                                      "1::",
                                      "0:0:1::",
                                      "1:0:0:2::",
                                      "1:2:3:4:5:6:7:8",
                                      "1:0:3:0:5:0:7:0",
                                      "0::2:0:0:3",
                                      "64:ff9b::192.0.2.33",
                                      "fe80::1%eth0",
                                      "0.0.0.0",
                                      "255.255.255.255",
                                      "not an address",
                                      "::ffff:0:0",
                                      "1:2:3:4:5:6:7::"}) {
        audit::Event event = audit::sample_event();
        event.ip_address = address;
        events.push_back(event);
    }
    std::string all_bytes;
    for (int byte = 0; byte < 256; ++byte) {
        all_bytes += static_cast<char>(byte);
    }
    for (const std::string& text :
         {std::string(), all_bytes, std::string(513, 'u'), std::string(9000, '\xff'),
          std::string(300, '\0'), std::string("{\"a\":\"\\u0000\"}"),
          std::string("'; drop --\n\t\\"), std::string("NULL"), std::string("{}"),
          std::string("  spaces  ")}) {
        audit::Event event;
        event.user_email = event.action_type = event.action = event.status = text;
        event.user_name = event.api_token_name = event.command = event.resource = text;
        event.resource_type = event.details = event.request_id = event.user_agent = text;
        event.rbac_decision = text;
        events.push_back(event);
    }
    audit::Event numbers;
    numbers.api_token_id = std::numeric_limits<std::int64_t>::min();
    numbers.deploy_approval_request_id = std::numeric_limits<std::int64_t>::max();
    numbers.http_status = std::numeric_limits<std::int32_t>::max();
    numbers.response_time_ms = std::numeric_limits<std::int32_t>::max();
    numbers.event_count = std::numeric_limits<std::int32_t>::max();
    events.push_back(numbers);
    for (const std::int64_t micros :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
          std::int64_t{946'684'799'999'999}, std::numeric_limits<std::int64_t>::max()}) {
        audit::Event event = audit::sample_event();
        event.at = Timestamp(std::chrono::microseconds(micros));
        events.push_back(event);
    }
    return events;
}

TEST(PgAuditStore, EveryNormalisedFieldIsExactlyWhatPostgresqlGivesBack) {
    const TestDatabase database;
    Gateway gateway(database.dsn());
    const std::vector<audit::Event> events = nasty_events();
    for (const audit::Event& event : events) {
        gateway.appended(event);
    }
    // Verification recomputes every hash from what the database returns.
    const audit::VerifyReport report = gateway.verify();
    EXPECT_TRUE(report.intact()) << report.first_bad->explanation;
    EXPECT_EQ(report.events_seen, static_cast<std::int64_t>(events.size()));
    Sql sql(database.dsn());
    const std::vector<std::string> stored =
        sql.column("select coalesce(host(ip_address), '-') from audit.audit_event order by 1");
    for (const audit::Event& event : events) {
        const std::string expected = audit::normalise(event).ip_address.value_or("-");
        EXPECT_NE(std::find(stored.begin(), stored.end(), expected), stored.end()) << expected;
    }
}

TEST(PgAuditStore, AnIntentIsOpenUntilItsOutcomeAndALaterOutcomeIsStoredToo) {
    const TestDatabase database;
    Gateway gateway(database.dsn(), 77);
    Sql sql(database.dsn());
    const std::int64_t intent = gateway.appended(intent_event("web"));
    EXPECT_EQ(sql.value("select instance from audit.open_intent"), "77");
    EXPECT_TRUE(gateway.append_outcome(outcome_event(intent)).get());
    EXPECT_EQ(sql.value("select count(*) from audit.open_intent"), "0");
    EXPECT_TRUE(gateway.append_outcome(outcome_event(intent)).get());
    EXPECT_EQ(sql.value("select count(*) from audit.audit_event where intent_index = 0"), "2");
    EXPECT_TRUE(gateway.verify().intact());
}

TEST(PgAuditStore, AnOutcomeWhoseCommitWasNotConfirmedIsWrittenOnce) {
    const TestDatabase database;
    Gateway gateway(database.dsn());
    const std::int64_t intent = gateway.appended(intent_event("web"));
    test::run_on(gateway.loop(), [&] { gateway.accidents().lose_answers(1); });
    EXPECT_EQ(gateway.append_outcome(outcome_event(intent)).get().value().chain_index, 1);
    gateway.tick_until_healthy();
    Sql sql(database.dsn());
    EXPECT_EQ(sql.value("select count(*) from audit.audit_event where intent_index = 0"), "1");
    EXPECT_TRUE(gateway.verify().intact());
}

TEST(PgAuditStore, AnIntentThatWasStoredAfterItsCallWasRefusedIsClosed) {
    const TestDatabase database;
    Gateway gateway(database.dsn());
    test::run_on(gateway.loop(), [&] { gateway.accidents().lose_answers(1); });
    const Result<audit::Receipt> refused = gateway.append(intent_event("web")).get();
    EXPECT_EQ(refused.error().code, Errc::audit_unavailable);
    gateway.tick_until_healthy();
    gateway.appended(audit::sample_event());
    Sql sql(database.dsn());
    EXPECT_EQ(sql.value("select count(*) from audit.open_intent"), "0");
    EXPECT_EQ(sql.value("select status || details from audit.audit_event where intent_index = 0"),
              R"(error{"reason":"commit_unconfirmed"})");
}

TEST(PgAuditStore, IntentsOfADeadProcessAreClosedOnceAndThoseOfTheLivingLeftAlone) {
    const TestDatabase database;
    auto dead = std::make_unique<Gateway>(database.dsn(), 1001);
    Gateway living(database.dsn(), 1002);
    Gateway third(database.dsn(), 1003);
    auto sign_of_life = std::make_unique<Sql>(database.dsn());
    sign_of_life->execute("select pg_advisory_lock(1001)");
    Sql other_sign(database.dsn());
    other_sign.execute("select pg_advisory_lock(1002); select pg_advisory_lock(1003)");

    const std::int64_t closed = dead->appended(intent_event("closed"));
    const std::int64_t open = dead->appended(intent_event("open"));
    EXPECT_TRUE(dead->append_outcome(outcome_event(closed)).get());
    living.appended(intent_event("alive"));

    const SystemClock clock;
    const auto close_in = [&clock](Gateway& gateway, std::chrono::milliseconds min_age) {
        return test::run(gateway.loop(), close_orphaned_intents(gateway.store(), gateway.appender(),
                                                                clock, min_age, deadline_in(60s)))
            .value();
    };
    EXPECT_EQ(close_in(living, 0ms), 0) << "its process lives";
    dead.reset();
    sign_of_life.reset();
    // The session ends on the server a moment after its client has gone.
    while (other_sign.value("select count(*) from pg_locks where locktype = 'advisory' "
                            "and objid = 1001") != "0") {
    }
    EXPECT_EQ(close_in(living, 24h), 0) << "too young";
    EXPECT_EQ(close_in(living, 0ms), 1);
    EXPECT_EQ(close_in(living, 0ms), 0);
    EXPECT_EQ(close_in(third, 0ms), 0);

    Sql sql(database.dsn());
    EXPECT_EQ(sql.value("select status || ' ' || resource || ' ' || details || ' ' || user_email "
                        "from audit.audit_event where intent_index = " +
                        std::to_string(open)),
              R"(unknown open {"reason":"process_ended"} alice@example.com)");
    EXPECT_EQ(sql.value("select count(*) from audit.open_intent"), "1") << "the living one's";
    EXPECT_TRUE(living.verify().intact());
}

TEST(PgAuditStore, AnIntentTakenOverButNotClosedIsFoundAgain) {
    const TestDatabase database;
    Gateway gateway(database.dsn(), 1002);
    {
        Gateway dead(database.dsn(), 1001);
        dead.appended(intent_event("open"));
    }
    for (int i = 0; i < 2; ++i) {
        const auto found =
            test::run(gateway.loop(), gateway.store().find_orphaned_intents(0ms, deadline_in(60s)));
        ASSERT_EQ(found.value().size(), 1U);
        EXPECT_EQ(found.value()[0].event.resource, "open");
    }
}

async::Task<Result<std::vector<std::string>>> apply_all(async::Loop& loop, pg::ConnInfo info) {
    Result<std::vector<std::string>> applied = co_await pg::migrate(loop, info, migrations());
    co_return applied;
}

async::Task<void> produce(audit::Appender& appender, int id, std::vector<std::string>& acknowledged,
                          std::promise<void>& running) {
    for (int i = 0;; ++i) {
        const std::string resource = std::to_string(id) + "-" + std::to_string(i);
        const Result<audit::Receipt> receipt =
            co_await appender.append(audit::sample_event(resource), deadline_in(60s));
        if (!receipt) {
            co_return;
        }
        acknowledged.push_back(resource);
        if (acknowledged.size() == 200) {
            running.set_value();
        }
    }
}

TEST(PgAuditStore, NothingAcknowledgedIsLostWhenTheDatabaseCrashesInTheMiddle) {
    test::PrivateCluster cluster;
    async::Loop loop("migrate");
    loop.start();
    ASSERT_TRUE(test::run(loop, apply_all(loop, pg::ConnInfo::parse(cluster.dsn()).value())));
    std::vector<std::string> acknowledged;  // touched by the gateway's loop
    Gateway gateway(cluster.dsn());
    std::promise<void> running;
    std::vector<std::future<void>> producers;
    for (int id = 0; id < 20; ++id) {
        producers.push_back(
            test::start(gateway.loop(), produce(gateway.appender(), id, acknowledged, running)));
    }
    running.get_future().get();
    cluster.stop(test::StopMode::immediate);
    for (std::future<void>& producer : producers) {
        producer.get();
    }
    EXPECT_FALSE(gateway.appender().healthy());
    const Result<audit::Receipt> refused = gateway.append(audit::sample_event()).get();
    EXPECT_EQ(refused.error().code, Errc::audit_unavailable);
    Answer outcome = gateway.append_outcome(outcome_event(0));

    cluster.start();
    gateway.tick_until_healthy();
    EXPECT_TRUE(outcome.get()) << "it waited for the database";
    Sql sql(cluster.dsn());
    const std::vector<std::string> rows = sql.column("select resource from audit.audit_event");
    const std::set<std::string> stored(rows.begin(), rows.end());
    for (const std::string& resource : acknowledged) {
        EXPECT_TRUE(stored.contains(resource)) << resource << " was acknowledged and is gone";
    }
    const audit::VerifyReport report = gateway.verify();
    EXPECT_TRUE(report.intact()) << report.first_bad->explanation;
    loop.stop();
    loop.join();
}

TEST(PgAuditStore, ARestartBetweenTwoEventsIsNotEvenNoticed) {
    test::PrivateCluster cluster;
    async::Loop loop("migrate");
    loop.start();
    ASSERT_TRUE(test::run(loop, apply_all(loop, pg::ConnInfo::parse(cluster.dsn()).value())));
    Gateway gateway(cluster.dsn());
    gateway.appended(audit::sample_event());
    cluster.stop(test::StopMode::fast);
    cluster.start();
    gateway.appended(audit::sample_event());
    EXPECT_EQ(gateway.appender().stats().failures_total, 0U);
    loop.stop();
    loop.join();
}

}  // namespace
}  // namespace rgw::storage
