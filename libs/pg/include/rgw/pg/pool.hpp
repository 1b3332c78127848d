#pragma once

#include <chrono>
#include <cstddef>
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
};

struct PoolStats {
    std::size_t open = 0;
    std::size_t idle = 0;
    std::size_t waiting = 0;
    std::size_t max_open = 0;
    std::uint64_t opened_total = 0;
    std::uint64_t closed_total = 0;
    std::uint64_t timeouts_total = 0;
};

class Pool;

// A connection of the pool, given back when destroyed (on the pool's loop). A connection that is not
// usable, or has a transaction open, is closed instead of given back.
class Lease {
public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection);
    ~Lease();
    Lease(Lease&&) noexcept;
    Lease& operator=(Lease&&) = delete;
    Connection* operator->() const { return connection_.get(); }
    Connection& operator*() const { return *connection_; }

private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
};

// All connections of the process but the LISTEN one. The pool and its connections live on one loop (the
// database loop); query() and transaction() may be called from any loop and resume on the caller's.
class Pool {
public:
    Pool(async::Loop& loop, ConnInfo info, PoolOptions options);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // One statement. Retried once on a fresh connection when a pooled one turns out to be dead before
    // anything was sent.
    async::Task<Result<Rows>> query(const Statement& statement, Params params, Deadline deadline);

    // Runs `body` on the database loop inside BEGIN … COMMIT; an error or exception rolls back.
    template <class T>
    async::Task<Result<T>> transaction(std::function<async::Task<Result<T>>(Connection&)> body,
                                       Deadline deadline);

    // On the database loop only. Errors: overloaded, database_timeout, database_unavailable.
    async::Task<Result<Lease>> acquire(Deadline deadline);

    [[nodiscard]] async::Loop& loop() { return loop_; }
    [[nodiscard]] PoolStats stats() const;  // from any thread
    // Refuses new acquires with `shutting_down`, closes idle connections, waits for leases to come back
    // (until the deadline). On the database loop only.
    async::Task<void> close(Deadline deadline);

private:
    friend class Lease;
    struct State;
    async::Loop& loop_;
    std::unique_ptr<State> state_;
};

}  // namespace rgw::pg
