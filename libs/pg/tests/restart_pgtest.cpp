#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <vector>

#include "pool_fixture.hpp"

namespace rgw::pg {
namespace {

constexpr Statement insert{"restart.insert", "insert into t values ($1)"};

// Writers that go on whatever happens, and remember what the server acknowledged.
struct Load {
    std::atomic<std::int64_t> next = 0;
    std::atomic<std::int64_t> succeeded = 0;
    std::atomic<std::int64_t> failed = 0;
    std::atomic<bool> stop = false;
    std::mutex mutex;
    std::set<std::int64_t> acknowledged;
    std::set<Errc> failures;

    void count(std::int64_t id, const Result<Rows>& rows) {
        const std::lock_guard lock(mutex);
        if (rows) {
            acknowledged.insert(id);
            ++succeeded;
        } else {
            failures.insert(rows.error().code);
            ++failed;
        }
    }
};

async::Task<void> write_on(Pool& pool, Load& load) {
    while (!load.stop) {
        const std::int64_t id = ++load.next;
        const Result<Rows> rows = co_await pool.query(insert, Params().add(id), deadline_in(5s));
        load.count(id, rows);
    }
}

void expect_all_acknowledged_are_stored(test::Sql& sql, const Load& load) {
    std::set<std::int64_t> stored;
    for (const std::string& id : sql.column("select n from t")) {
        stored.insert(std::stoll(id));
    }
    EXPECT_TRUE(std::includes(stored.begin(), stored.end(), load.acknowledged.begin(),
                              load.acknowledged.end()));
}

TEST(Restart, ThePoolOutlivesCrashesOfTheServerUnderLoadAndLosesNothingAcknowledged) {
    test::PrivateCluster cluster;
    test::Sql(cluster.dsn()).execute("create table t (n int8 primary key)");
    {
        PoolUnderTest pool(cluster.dsn(), {.max_open = 4, .max_idle = 4});
        Load load;
        std::vector<std::future<void>> writers;
        for (int i = 0; i < 12; ++i) {
            writers.push_back(test::start(pool.loop(), write_on(*pool, load)));
        }
        for (const test::StopMode mode : {test::StopMode::immediate, test::StopMode::fast}) {
            const std::int64_t before = load.succeeded;
            wait_until([&] { return load.succeeded > before + 200; });
            const std::int64_t failed_before = load.failed;
            cluster.stop(mode);
            wait_until([&] { return load.failed > failed_before; });
            cluster.start();
            const std::int64_t after = load.succeeded;
            wait_until([&] { return load.succeeded > after + 200; });
        }
        load.stop = true;
        for (auto& writer : writers) {
            writer.get();
        }
        for (const Errc code : load.failures) {
            EXPECT_TRUE(code == Errc::database_unavailable || code == Errc::database_timeout)
                << id(code);
        }
        test::Sql sql(cluster.dsn());
        expect_all_acknowledged_are_stored(sql, load);
        EXPECT_LE(pool->stats().open, 4U);
        EXPECT_EQ(pool->stats().opened_total - pool->stats().closed_total, pool->stats().open);
        wait_until([&] {
            return sql.value(
                       "select count(*) from pg_stat_activity where application_name ="
                       " 'rack-gateway' and pid <> pg_backend_pid()") ==
                   std::to_string(pool->stats().open);
        });
    }
    // Nothing is left behind once the pool is closed.
    test::Sql sql(cluster.dsn());
    wait_until([&] {
        return sql.value(
                   "select count(*) from pg_stat_activity where application_name ="
                   " 'rack-gateway' and pid <> pg_backend_pid()") == "0";
    });
}

TEST(Restart, WithTheServerDownACallFailsCleanlyAndSaysWhy) {
    test::PrivateCluster cluster;
    PoolUnderTest pool(cluster.dsn(), {.max_open = 1});
    EXPECT_TRUE(pool.query(Statement{"", "select 1"}));
    cluster.stop(test::StopMode::fast);
    for (int i = 0; i < 3; ++i) {
        const Result<Rows> rows = pool.query(Statement{"", "select 1"});
        ASSERT_FALSE(rows);
        EXPECT_EQ(rows.error().code, Errc::database_unavailable);
        EXPECT_NE(rows.error().detail.find("connection to server"), std::string::npos)
            << rows.error().detail;
    }
    EXPECT_EQ(pool->stats().open, 0U);
    cluster.start();
    EXPECT_TRUE(pool.query(Statement{"", "select 1"}));
}

}  // namespace
}  // namespace rgw::pg
