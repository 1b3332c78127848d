#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/pg/connection.hpp"

namespace rgw::pg {

// The seed page's four settings.
struct PoolOptions {
    std::size_t max_open = 25;
    std::size_t max_idle = 5;
    std::chrono::milliseconds max_lifetime = std::chrono::minutes(30);
    std::chrono::milliseconds max_idle_time = std::chrono::minutes(10);
    std::size_t max_waiting = 1024;  // beyond this an acquire fails at once with `overloaded`
    Observer* observer = nullptr;    // of every connection; outlives the pool
    Fence* fence = nullptr;          // which servers may be used; without one any
};

struct PoolStats {
    std::size_t open = 0;
    std::size_t idle = 0;
    std::size_t waiting = 0;
    std::size_t max_open = 0;
    std::uint64_t opened_total = 0;
    std::uint64_t closed_total = 0;
    std::uint64_t timeouts_total = 0;
    std::uint64_t connect_failures_total = 0;
    std::uint64_t waits_total = 0;          // acquires that found no connection free
    std::chrono::nanoseconds wait_time{0};  // of all these together
};

class Pool;

// The body of a transaction with its result kept inside, so that the machinery is no template.
class TransactionWork {
public:
    virtual ~TransactionWork() = default;
    virtual async::Task<Result<void>> run(Connection& connection) = 0;
};

// A connection of the pool, given back when destroyed (on the pool's loop). A connection that is
// not usable, or has a transaction open, is closed instead of given back.
class Lease {
public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection);
    ~Lease();
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&&) = delete;
    Connection* operator->() const { return connection_.get(); }
    Connection& operator*() const { return *connection_; }

private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
};

// All connections of the process but the LISTEN one. The pool and its connections live on one loop
// (the database loop); query() and transaction() may be called from any loop and resume on the
// caller's.
class Pool {
public:
    Pool(async::Loop& loop, ConnInfo info, PoolOptions options);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // One statement. Retried once on a fresh connection when a pooled one turns out to be dead
    // before anything was sent.
    async::Task<Result<Rows>> query(const Statement& statement, Params params, Deadline deadline);

    // Runs `body` on the database loop inside BEGIN … COMMIT; an error or exception rolls back.
    // After database_timeout or database_unavailable it may have been committed: nobody knows.
    template <class T>
    async::Task<Result<T>> transaction(std::function<async::Task<Result<T>>(Connection&)> body,
                                       Deadline deadline);

    // On the database loop only. Errors: overloaded, database_timeout, database_unavailable.
    async::Task<Result<Lease>> acquire(Deadline deadline);

    [[nodiscard]] async::Loop& loop() { return loop_; }
    [[nodiscard]] PoolStats stats() const;  // from any thread
    // Refuses new acquires with `shutting_down`, closes idle connections, waits for leases to come
    // back (until the deadline). On the database loop only.
    async::Task<void> close(Deadline deadline);

    struct State;

private:
    friend class Lease;
    async::Task<Result<Rows>> query_here(const Statement& statement, Params params,
                                         Deadline deadline);
    async::Task<Result<void>> transact(TransactionWork& work, Deadline deadline);
    async::Task<Result<void>> transact_here(TransactionWork& work, Deadline deadline);

    async::Loop& loop_;
    std::shared_ptr<State> state_;
};

template <class T>
class TransactionBody final : public TransactionWork {
public:
    using Function = std::function<async::Task<Result<T>>(Connection&)>;
    explicit TransactionBody(Function function) : function_(std::move(function)) {}

    async::Task<Result<void>> run(Connection& connection) override {
        Result<T> outcome = co_await function_(connection);
        if (!outcome) {
            co_return outcome.error();
        }
        outcome_ = std::move(outcome);
        co_return Result<void>();
    }
    Result<T> take() { return std::move(outcome_); }

private:
    Function function_;
    Result<T> outcome_{Errc::internal};
};

template <class T>
async::Task<Result<T>> Pool::transaction(std::function<async::Task<Result<T>>(Connection&)> body,
                                         Deadline deadline) {
    TransactionBody<T> work(std::move(body));
    const Result<void> done = co_await transact(work, deadline);
    if (!done) {
        co_return done.error();
    }
    co_return work.take();
}

}  // namespace rgw::pg
