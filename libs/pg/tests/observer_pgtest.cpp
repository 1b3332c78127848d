// What a real server's answers become: names, times, codes, and never a value.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pool_fixture.hpp"
#include "rgw/base/log.hpp"
#include "rgw/pg/query_watch.hpp"

namespace rgw::pg {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

constexpr std::string_view planted = "pl4nted-v4lue";
constexpr Statement slow_one{"test.slow",
                             "select $1::text from pg_sleep(0.05), generate_series(1, 2)"};
constexpr Statement slow_failure{
    "test.slow_failure", "select (case when pg_sleep(0.05) is not null then $1::text end)::int8"};
constexpr Statement quick{"test.quick", "select 1::int8"};
constexpr Statement second{"test.second", "select 1/0"};
constexpr Statement endless{"test.endless", "select pg_sleep(600)"};

class ObserverTest : public testing::Test {
protected:
    [[nodiscard]] QueryFigures figures(std::string_view name) const {
        for (const QueryFigures& each : watch_.figures()) {
            if (each.name == name) {
                return each;
            }
        }
        return {};
    }
    static Params secret() { return std::move(Params().add(planted)); }

    test::TestDatabase database_{test::Schema::empty};
    QueryWatch watch_{50ms};
    PoolUnderTest pool_{database_.dsn(), {.max_open = 1, .observer = &watch_}};
};

TEST_F(ObserverTest, ASlowStatementIsLoggedWithoutItsValues) {
    testing::internal::CaptureStderr();
    EXPECT_TRUE(pool_.query(slow_one, secret()));
    EXPECT_FALSE(pool_.query(slow_failure, secret()));
    EXPECT_TRUE(pool_.query(quick));
    log::flush();
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_THAT(text, AllOf(HasSubstr(R"("query":"test.slow")"), HasSubstr(R"("rows":2)"),
                            HasSubstr(R"("query":"test.slow_failure")"),
                            HasSubstr(R"("outcome":"database_rejected")")));
    EXPECT_THAT(text, AllOf(Not(HasSubstr(std::string(planted))), Not(HasSubstr("pg_sleep"))));
    EXPECT_EQ(figures("test.slow").slow, 1U);
    EXPECT_GE(figures("test.slow").seconds, 0.05);
    EXPECT_THAT(figures("test.slow_failure").errors, ElementsAre(Pair(Errc::database_rejected, 1)));
    EXPECT_THAT(figures("test.quick").errors, IsEmpty());
    EXPECT_EQ(watch_.figures().size(), 3U);
}

async::Task<Result<void>> run_batch(Pool& pool, Batch batch) {
    Result<Lease> lease = co_await pool.acquire(deadline_in(20s));
    if (!lease) {
        co_return lease.error();
    }
    const Result<std::vector<Rows>> answers =
        co_await (*lease)->run(std::move(batch), deadline_in(20s));
    co_return answers ? Result<void>() : Result<void>(answers.error());
}

TEST_F(ObserverTest, TheStatementOfABatchThatFailedIsTheOneThatCounts) {
    Batch batch;
    batch.add(quick).add(second).add(slow_one, secret());
    EXPECT_FALSE(test::run(pool_.loop(), run_batch(*pool_, std::move(batch))));
    EXPECT_THAT(figures("test.quick").errors, IsEmpty());
    EXPECT_THAT(figures("test.second").errors, ElementsAre(Pair(Errc::database_rejected, 1)));
    EXPECT_THAT(figures("test.slow").errors, IsEmpty());
}

TEST_F(ObserverTest, ADeadlineThatPassesCountsForItsStatement) {
    std::future<Result<Rows>> answer =
        test::start(pool_.loop(), pool_->query(endless, {}, deadline_in(20s)));
    test::Sql sql(test::test_server_dsn());
    wait_until([&] {
        return sql.value(
                   "select count(*) from pg_stat_activity where state = 'active' and "
                   "query like 'select pg_sleep(600)%' and datname = '" +
                   database_.name() + "'") == "1";
    });
    test::run_on(pool_.loop(), [this] {
        pool_.loop().deadlines().sweep(std::chrono::steady_clock::now() + 30s);
    });
    EXPECT_FALSE(answer.get());
    EXPECT_THAT(figures("test.endless").errors, ElementsAre(Pair(Errc::database_timeout, 1)));
}

TEST_F(ObserverTest, ThePoolCountsWhoHadToWait) {
    const Gate gate = make_gate();
    std::future<Result<void>> held =
        test::start(pool_.loop(), hold(*pool_, gate, deadline_in(20s)));
    wait_until([&] { return pool_->stats().opened_total == 1; });
    std::future<Result<Rows>> waiting =
        test::start(pool_.loop(), pool_->query(quick, {}, deadline_in(20s)));
    wait_until([&] { return pool_->stats().waiting == 1; });
    EXPECT_EQ(pool_->stats().waits_total, 1U);
    EXPECT_EQ(pool_->stats().wait_time.count(), 0) << "nobody is done waiting yet";
    test::run_on(pool_.loop(), [&] { gate->set(true); });
    EXPECT_TRUE(held.get());
    EXPECT_TRUE(waiting.get());
    EXPECT_GT(pool_->stats().wait_time.count(), 0);
    EXPECT_EQ(pool_->stats().connect_failures_total, 0U);
}

TEST(PoolFailures, AConnectionThatCannotBeOpenedIsCounted) {
    PoolUnderTest pool(test::with_parameter(test::test_server_dsn(), "dbname", "no_such_database"),
                       {});
    EXPECT_FALSE(pool.query(quick));
    test::run_on(pool.loop(), [] {});
    EXPECT_EQ(pool->stats().connect_failures_total, 1U);
}

}  // namespace
}  // namespace rgw::pg
