#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "client.hpp"
#include "rgw/async/one_shot.hpp"
#include "rgw/async/task_group.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::pg {

using Gate = std::shared_ptr<async::OneShot<bool>>;

inline Gate make_gate() {
    return std::make_shared<async::OneShot<bool>>();
}

// A pool on its own loop; closed and destroyed as a program would.
class PoolUnderTest {
public:
    PoolUnderTest(std::string_view dsn, PoolOptions options)
        : pool_(std::make_unique<Pool>(loop_, ConnInfo::parse(dsn).value(), options)) {
        loop_.start();
    }
    ~PoolUnderTest() {
        test::run(loop_, pool_->close(deadline_in(5s)));
        test::run_on(loop_, [this] { pool_.reset(); });
    }
    PoolUnderTest(const PoolUnderTest&) = delete;
    PoolUnderTest& operator=(const PoolUnderTest&) = delete;

    Pool* operator->() { return pool_.get(); }
    Pool& operator*() { return *pool_; }
    async::Loop& loop() { return loop_; }

    Result<Rows> query(const Statement& statement, Params params = {},
                       std::chrono::milliseconds limit = 20s) {
        return test::run(loop_, pool_->query(statement, std::move(params), deadline_in(limit)));
    }
    std::int64_t number(const Statement& statement) {
        return query(statement).value()[0].get<std::int64_t>(0);
    }
    // The sweep of the loop's deadlines, now instead of within a second, and what it posts.
    void sweep() {
        test::run_on(loop_, [this] { loop_.deadlines().sweep(std::chrono::steady_clock::now()); });
        test::run_on(loop_, [] {});
    }

private:
    async::Loop loop_{"database"};
    std::unique_ptr<Pool> pool_;
};

// Holds a connection until the gate opens; says whether it got one.
inline async::Task<Result<void>> hold(Pool& pool, Gate until, Deadline deadline) {
    Result<Lease> lease = co_await pool.acquire(deadline);
    if (!lease) {
        co_return lease.error();
    }
    co_await until->wait();
    co_return Result<void>();
}

}  // namespace rgw::pg
