#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <vector>

#include "pool_fixture.hpp"

namespace rgw::pg {
namespace {

using testing::ElementsAre;

constexpr Statement one{"pool.one", "select 1::int8"};
constexpr Statement backend{"pool.backend", "select pg_backend_pid()::int8"};
constexpr Statement insert{"pool.insert", "insert into t values ($1)"};
constexpr Statement count{"pool.count", "select count(*) from t"};

class PoolTest : public testing::Test {
protected:
    test::TestDatabase database_{test::Schema::empty};
};

TEST_F(PoolTest, ReusesOneConnectionForCallsOneAfterTheOther) {
    PoolUnderTest pool(database_.dsn(), {});
    const std::int64_t first = pool.number(backend);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(pool.number(backend), first);
    }
    const PoolStats stats = pool->stats();
    EXPECT_EQ(stats.open, 1U);
    EXPECT_EQ(stats.idle, 1U);
    EXPECT_EQ(stats.opened_total, 1U);
}

TEST_F(PoolTest, NeverOpensMoreThanItsLimitAndServesEverybodyInTheEnd) {
    PoolUnderTest pool(database_.dsn(), {.max_open = 3, .max_idle = 2});
    std::vector<std::future<Result<Rows>>> answers;
    for (int i = 0; i < 60; ++i) {
        answers.push_back(test::start(pool.loop(), pool->query(one, {}, deadline_in(20s))));
    }
    for (auto& answer : answers) {
        EXPECT_TRUE(answer.get());
    }
    const PoolStats stats = pool->stats();
    EXPECT_LE(stats.opened_total, 3U + stats.closed_total);
    EXPECT_LE(stats.open, 3U);
    EXPECT_LE(stats.idle, 2U);
    test::Sql sql(test::test_server_dsn());
    wait_until([&] {
        return sql.value("select count(*) from pg_stat_activity where datname = '" +
                         database_.name() + "'") == std::to_string(pool->stats().open);
    });
}

async::Task<void> note_turn(Pool& pool, int id, std::vector<int>& turns) {
    Result<Lease> lease = co_await pool.acquire(deadline_in(20s));
    if (lease) {
        turns.push_back(id);
    }
}

TEST_F(PoolTest, WaitersAreServedInTheOrderTheyCame) {
    PoolUnderTest pool(database_.dsn(), {.max_open = 1});
    const Gate gate = make_gate();
    auto holder = test::start(pool.loop(), hold(*pool, gate, deadline_in(20s)));
    wait_until([&] { return pool->stats().opened_total == 1; });
    std::vector<int> turns;
    std::vector<std::future<void>> waiting;
    for (int id = 1; id <= 5; ++id) {
        waiting.push_back(test::start(pool.loop(), note_turn(*pool, id, turns)));
    }
    wait_until([&] { return pool->stats().waiting == 5; });
    gate->set(true);
    for (auto& waiter : waiting) {
        waiter.get();
    }
    EXPECT_TRUE(holder.get());
    EXPECT_THAT(turns, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(PoolTest, WaitingIsBoundedInNumberAndTime) {
    PoolUnderTest pool(database_.dsn(), {.max_open = 1, .max_waiting = 2});
    const Gate gate = make_gate();
    auto holder = test::start(pool.loop(), hold(*pool, gate, deadline_in(20s)));
    wait_until([&] { return pool->stats().opened_total == 1; });
    auto patient = test::start(pool.loop(), pool->query(one, {}, deadline_in(20s)));
    auto hasty = test::start(pool.loop(), pool->query(one, {}, deadline_in(1ms)));
    wait_until([&] { return pool->stats().waiting == 2; });
    EXPECT_EQ(pool.query(one).error().code, Errc::overloaded);
    EXPECT_EQ(hasty.get().error().code, Errc::database_timeout);
    EXPECT_EQ(pool->stats().timeouts_total, 1U);
    gate->set(true);
    EXPECT_TRUE(patient.get());
    EXPECT_TRUE(holder.get());
}

TEST_F(PoolTest, KeepsNoMoreIdleConnectionsThanAllowedAndNoneWhenThatIsZero) {
    for (const std::size_t max_idle : {std::size_t{0}, std::size_t{2}}) {
        PoolUnderTest pool(database_.dsn(), {.max_open = 4, .max_idle = max_idle});
        std::vector<Gate> gates;
        std::vector<std::future<Result<void>>> holders;
        for (int i = 0; i < 4; ++i) {
            gates.push_back(make_gate());
            holders.push_back(
                test::start(pool.loop(), hold(*pool, gates.back(), deadline_in(20s))));
        }
        wait_until([&] { return pool->stats().opened_total == 4; });
        for (const Gate& gate : gates) {
            gate->set(true);
        }
        for (auto& holder : holders) {
            EXPECT_TRUE(holder.get());
        }
        wait_until([&] { return pool->stats().open == max_idle; });
        EXPECT_EQ(pool->stats().idle, max_idle);
        EXPECT_TRUE(pool.query(one));
        EXPECT_EQ(pool->stats().idle, max_idle);
    }
}

TEST_F(PoolTest, AConnectionPastItsLifetimeIsReplaced) {
    PoolUnderTest pool(database_.dsn(), {.max_lifetime = 1ms});
    const std::int64_t first = pool.number(backend);
    EXPECT_NE(pool.number(backend), first);
    EXPECT_GE(pool->stats().closed_total, 1U);
}

TEST_F(PoolTest, AConnectionIdleForTooLongIsClosedByTheSweep) {
    PoolUnderTest pool(database_.dsn(), {.max_idle_time = 1ms});
    EXPECT_TRUE(pool.query(one));
    wait_until([&] {
        pool.sweep();
        return pool->stats().open == 0;
    });
    EXPECT_TRUE(pool.query(one));
}

TEST_F(PoolTest, AConnectionWhoseCallPassedItsDeadlineIsReplaced) {
    PoolUnderTest pool(database_.dsn(), {.max_open = 1});
    const std::int64_t first = pool.number(backend);
    const Statement sleep{"pool.sleep", "select pg_sleep(600)"};
    EXPECT_EQ(pool.query(sleep, {}, 1ms).error().code, Errc::database_timeout);
    EXPECT_NE(pool.number(backend), first);
    EXPECT_EQ(pool->stats().open, 1U);
}

TEST_F(PoolTest, AConnectionThatDiedWhileIdleIsReplacedWithoutAnError) {
    PoolUnderTest pool(database_.dsn(), {});
    const std::int64_t first = pool.number(backend);
    test::Sql sql(test::test_server_dsn());
    sql.value("select pg_terminate_backend(" + std::to_string(first) + ", 20000)");
    EXPECT_NE(pool.number(backend), first);
    EXPECT_EQ(pool->stats().open, 1U);
}

async::Task<Result<std::int64_t>> insert_and_count(Connection& connection) {
    const Result<Rows> inserted =
        co_await connection.run(insert, Params().add(1), deadline_in(20s));
    if (!inserted) {
        co_return inserted.error();
    }
    const Result<Rows> rows = co_await connection.run(count, {}, deadline_in(20s));
    if (!rows) {
        co_return rows.error();
    }
    co_return (*rows)[0].get<std::int64_t>(0);
}

async::Task<Result<std::int64_t>> insert_and_refuse(Connection& connection) {
    const Result<std::int64_t> counted = co_await insert_and_count(connection);
    co_return counted ? Error(Errc::invalid_value, "changed my mind") : counted.error();
}

async::Task<Result<std::int64_t>> insert_and_throw(Connection& connection) {
    const Result<std::int64_t> counted = co_await insert_and_count(connection);
    throw std::runtime_error(counted ? "a bug" : "not even inserted");
}

async::Task<Result<void>> swallow_an_error(Connection& connection) {
    const Result<Rows> failed =
        co_await connection.run(Statement{"pool.bad", "select 1/0"}, {}, deadline_in(20s));
    co_return failed ? Result<void>(Error(Errc::internal, "1/0 worked")) : Result<void>();
}

TEST_F(PoolTest, ATransactionCommitsOnSuccessAndRollsBackOnErrorAndException) {
    PoolUnderTest pool(database_.dsn(), {.max_open = 1});
    ASSERT_TRUE(pool.query(Statement{"", "create table t (n int8)"}));
    const auto transact = [&](auto body) {
        return test::run(pool.loop(), pool->transaction<std::int64_t>(body, deadline_in(20s)));
    };
    EXPECT_EQ(transact(insert_and_count).value(), 1);
    EXPECT_EQ(transact(insert_and_refuse).error().detail, "changed my mind");
    EXPECT_THROW((void)transact(insert_and_throw), std::runtime_error);
    EXPECT_EQ(test::run(pool.loop(), pool->transaction<void>(swallow_an_error, deadline_in(20s)))
                  .error()
                  .code,
              Errc::internal);
    EXPECT_EQ(pool.number(count), 1);
    EXPECT_EQ(pool->stats().opened_total, 1U);
}

async::Task<bool> query_from(async::Loop& mine, Pool& pool) {
    const Result<Rows> rows = co_await pool.query(one, {}, deadline_in(20s));
    co_return rows.has_value() && mine.is_current();
}

TEST_F(PoolTest, MayBeAskedFromAnyLoopAndTheCallerResumesOnItsOwn) {
    PoolUnderTest pool(database_.dsn(), {.max_open = 2});
    async::Loop worker("worker");
    worker.start();
    std::vector<std::future<bool>> answers;
    for (int i = 0; i < 50; ++i) {
        answers.push_back(test::start(worker, query_from(worker, *pool)));
    }
    for (auto& answer : answers) {
        EXPECT_TRUE(answer.get());
    }
}

TEST_F(PoolTest, ClosingRefusesWaitersAndNewcomersAndWaitsForLeases) {
    PoolUnderTest pool(database_.dsn(), {.max_open = 1});
    const Gate gate = make_gate();
    auto holder = test::start(pool.loop(), hold(*pool, gate, deadline_in(20s)));
    wait_until([&] { return pool->stats().opened_total == 1; });
    auto waiter = test::start(pool.loop(), pool->query(one, {}, deadline_in(20s)));
    wait_until([&] { return pool->stats().waiting == 1; });
    auto closed = test::start(pool.loop(), pool->close(deadline_in(20s)));
    EXPECT_EQ(waiter.get().error().code, Errc::shutting_down);
    EXPECT_EQ(pool.query(one).error().code, Errc::shutting_down);
    EXPECT_EQ(pool->stats().open, 1U);
    gate->set(true);
    closed.get();
    EXPECT_EQ(pool->stats().open, 0U);
    EXPECT_TRUE(holder.get());
}

}  // namespace
}  // namespace rgw::pg
