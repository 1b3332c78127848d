#include "rgw/pg/pool.hpp"

#include <algorithm>
#include <exception>

#include "pool_state.hpp"

namespace rgw::pg {
namespace {

// A rollback is worth a moment of its own even when the caller's time is up.
constexpr std::chrono::seconds rollback_limit{2};

struct CloseLimit final : async::Expiring {
    CloseLimit(Pool::State& s, Deadline deadline) : Expiring(s.loop.deadlines()), state(s) {
        expire_at(deadline);
    }
    void on_expired() override { state.all_closed->set(false); }
    Pool::State& state;
};

async::Task<Result<void>> commit(Connection& connection, Deadline deadline) {
    if (connection.transaction_failed()) {
        co_await connection.script("rollback", deadline);
        co_return Error(Errc::internal,
                        "a transaction reported success after one of its statements had failed");
    }
    Result<void> committed = co_await connection.script("commit", deadline);
    co_return committed;
}

}  // namespace

Lease::Lease(Pool& pool, std::unique_ptr<Connection> connection)
    : pool_(&pool), connection_(std::move(connection)) {}

Lease::Lease(Lease&& other) noexcept = default;

Lease::~Lease() {
    if (connection_) {
        pool_->state_->give_back(std::move(connection_));
    }
}

Pool::Pool(async::Loop& loop, ConnInfo info, PoolOptions options)
    : loop_(loop), state_(std::make_shared<State>(loop, std::move(info), options)) {}

Pool::~Pool() = default;

async::Task<Result<Lease>> Pool::acquire(Deadline deadline) {
    State& state = *state_;
    if (state.closing) {
        co_return Error(Errc::shutting_down);
    }
    if (std::unique_ptr<Connection> connection = state.take_idle()) {
        co_return Lease(*this, std::move(connection));
    }
    if (state.open < std::max<std::size_t>(state.options.max_open, 1)) {
        ++state.open;
        state.publish();
    } else if (state.waiters.size() >= state.options.max_waiting) {
        co_return Error(Errc::overloaded, "too many calls wait for a database connection");
    } else {
        State::Grant grant = co_await state.wait(deadline);
        if (grant.refusal) {
            co_return *grant.refusal;
        }
        if (grant.connection) {
            co_return Lease(*this, std::move(grant.connection));
        }
    }
    OpeningSlot slot(state);
    Result<std::unique_ptr<Connection>> opened =
        co_await Connection::connect(loop_, state.info, deadline, state.options.fence);
    if (!opened) {
        ++state.counted.connect_failures_total;
        co_return opened.error();
    }
    (*opened)->tell(state.options.observer);
    slot.keep();
    ++state.counted.opened_total;
    state.publish();
    co_return Lease(*this, std::move(*opened));
}

async::Task<Result<Rows>> Pool::query(const Statement& statement, Params params,
                                      Deadline deadline) {
    return async::on(loop_, query_here(statement, std::move(params), deadline));
}

async::Task<Result<Rows>> Pool::query_here(const Statement& statement, Params params,
                                           Deadline deadline) {
    // acquire() has looked at the socket: a connection that died while idle is never handed out.
    // One that dies now may have executed the statement, so that is for the caller to judge.
    Result<Lease> lease = co_await acquire(deadline);
    if (!lease) {
        co_return lease.error();
    }
    Result<Rows> rows = co_await (*lease)->run(statement, std::move(params), deadline);
    co_return rows;
}

async::Task<Result<void>> Pool::transact(TransactionWork& work, Deadline deadline) {
    return async::on(loop_, transact_here(work, deadline));
}

async::Task<Result<void>> Pool::transact_here(TransactionWork& work, Deadline deadline) {
    Result<Lease> lease = co_await acquire(deadline);
    if (!lease) {
        co_return lease.error();
    }
    Connection& connection = **lease;
    Result<void> done = co_await connection.script("begin", deadline);
    if (!done) {
        co_return done.error();
    }
    std::exception_ptr thrown;
    try {
        Result<void> outcome = co_await work.run(connection);
        done = std::move(outcome);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (!thrown && done) {
        Result<void> committed = co_await commit(connection, deadline);
        co_return committed;
    }
    if (connection.usable()) {
        co_await connection.script("rollback", deadline_in(rollback_limit));
    }
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    co_return done;
}

PoolStats Pool::stats() const {
    const std::lock_guard lock(state_->published_mutex);
    return state_->published;
}

async::Task<void> Pool::close(Deadline deadline) {
    State& state = *state_;
    state.closing = true;
    state.refuse_all(Error(Errc::shutting_down));
    state.close_old_ones();
    if (state.open != 0) {
        const CloseLimit limit(state, deadline);
        const std::shared_ptr<async::OneShot<bool>> all_closed = state.all_closed;
        co_await all_closed->wait();
    }
}

}  // namespace rgw::pg
