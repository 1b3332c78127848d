#include "pool_state.hpp"

#include <algorithm>
#include <chrono>

namespace rgw::pg {

Pool::State::Waiter::Waiter(State& owner, Deadline deadline)
    : Expiring(owner.loop.deadlines()), state(owner) {
    expire_at(deadline);
    state.waiters.push_back(this);
    state.publish();
}

void Pool::State::Waiter::answer(Grant grant) {
    state.waiters.remove(this);
    never_expire();
    granted->set(std::move(grant));
}

void Pool::State::Waiter::on_expired() {
    ++state.counted.timeouts_total;
    answer({nullptr, Error(Errc::database_timeout, "no database connection became free in time")});
    state.publish();
}

Pool::State::Sweep::Sweep(State& owner) : Expiring(owner.loop.deadlines()), state(owner) {
    expire_at(std::chrono::steady_clock::now());
}

void Pool::State::Sweep::on_expired() {
    expire_at(std::chrono::steady_clock::now());
    state.loop.post([weak = state.weak_from_this()] {
        if (const std::shared_ptr<State> alive = weak.lock()) {
            alive->close_old_ones();
        }
    });
}

Pool::State::State(async::Loop& on, ConnInfo to, PoolOptions with)
    : loop(on), info(std::move(to)), options(with), sweep(*this) {
    counted.max_open = options.max_open;
    publish();
}

bool Pool::State::too_old(const Connection& connection, Deadline now) const {
    return now - connection.opened_at() >= options.max_lifetime ||
           (options.fence != nullptr && options.fence->overtaken(connection.server()));
}

std::unique_ptr<Connection> Pool::State::take_idle() {
    const Deadline now = std::chrono::steady_clock::now();
    while (!idle.empty()) {
        std::unique_ptr<Connection> connection = std::move(idle.back().connection);
        idle.pop_back();
        if (!too_old(*connection, now) && connection->alive()) {
            publish();
            return connection;
        }
        close_slot(std::move(connection));
    }
    return nullptr;
}

async::Task<Pool::State::Grant> Pool::State::wait(Deadline deadline) {
    const Deadline began = std::chrono::steady_clock::now();
    ++counted.waits_total;
    Waiter waiter(*this, deadline);
    Grant grant = co_await waiter.granted->wait();
    counted.wait_time += std::chrono::steady_clock::now() - began;
    publish();
    co_return grant;
}

void Pool::State::give_back(std::unique_ptr<Connection> connection) {
    const Deadline now = std::chrono::steady_clock::now();
    if (closing || !connection->usable() || connection->in_transaction() ||
        too_old(*connection, now)) {
        close_slot(std::move(connection));
        return;
    }
    if (!waiters.empty()) {
        waiters.front()->answer({std::move(connection), std::nullopt});
    } else if (idle.size() < options.max_idle) {
        idle.push_back({std::move(connection), now});
    } else {
        close_slot(std::move(connection));
        return;
    }
    publish();
}

void Pool::State::close_slot(std::unique_ptr<Connection> connection) {
    connection.reset();
    ++counted.closed_total;
    slot_freed();
}

void Pool::State::slot_freed() {
    if (!waiters.empty()) {
        waiters.front()->answer({nullptr, std::nullopt});
    } else {
        --open;
        if (closing && open == 0) {
            all_closed->set(true);
        }
    }
    publish();
}

void Pool::State::close_old_ones() {
    const Deadline now = std::chrono::steady_clock::now();
    std::deque<Idle> kept;
    for (Idle& entry : std::exchange(idle, {})) {
        if (closing || now - entry.since >= options.max_idle_time ||
            too_old(*entry.connection, now) || !entry.connection->alive()) {
            close_slot(std::move(entry.connection));
        } else {
            kept.push_back(std::move(entry));
        }
    }
    idle = std::move(kept);
    publish();
}

void Pool::State::refuse_all(const Error& error) {
    while (!waiters.empty()) {
        waiters.front()->answer({nullptr, error});
    }
    publish();
}

void Pool::State::publish() {
    counted.open = open;
    counted.idle = idle.size();
    counted.waiting = waiters.size();
    const std::lock_guard lock(published_mutex);
    published = counted;
}

OpeningSlot::~OpeningSlot() {
    if (state_ != nullptr) {
        state_->slot_freed();
    }
}

}  // namespace rgw::pg
