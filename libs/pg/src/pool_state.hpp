#pragma once

#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

#include "rgw/async/deadline.hpp"
#include "rgw/async/one_shot.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::pg {

// The bookkeeping: who holds a connection, who waits. `open` counts slots: idle, leased and being
// opened.
struct Pool::State : std::enable_shared_from_this<Pool::State> {
    struct Idle {
        std::unique_ptr<Connection> connection;
        Deadline since;
    };

    // What a waiter gets: a connection, or a refusal, or neither: then a slot to open one in.
    struct Grant {
        std::unique_ptr<Connection> connection;
        std::optional<Error> refusal;
    };

    struct Waiter final : async::Expiring {
        Waiter(State& owner, Deadline deadline);
        void answer(Grant grant);
        void on_expired() override;
        State& state;
        std::shared_ptr<async::OneShot<Grant>> granted = std::make_shared<async::OneShot<Grant>>();
    };

    // Closes what has been idle or open for too long, once a second. The work is posted: a sweep of
    // deadlines may not destroy connections, they are entries of it.
    struct Sweep final : async::Expiring {
        explicit Sweep(State& owner);
        void on_expired() override;
        State& state;
    };

    State(async::Loop& on, ConnInfo to, PoolOptions with);

    // The warmest idle connection that still lives; dead ones are dropped on the way.
    [[nodiscard]] std::unique_ptr<Connection> take_idle();
    async::Task<Grant> wait(Deadline deadline);
    void give_back(std::unique_ptr<Connection> connection);
    // A connection is closed, or could not be opened: its slot goes to the first waiter.
    void close_slot(std::unique_ptr<Connection> connection);
    void slot_freed();
    void close_old_ones();
    void refuse_all(const Error& error);
    // Too long open, or to a server that is not the primary any more.
    [[nodiscard]] bool too_old(const Connection& connection, Deadline now) const;
    void publish();

    async::Loop& loop;
    const ConnInfo info;
    const PoolOptions options;
    std::deque<Idle> idle;  // the most recently used at the back
    std::list<Waiter*> waiters;
    std::size_t open = 0;
    bool closing = false;
    std::shared_ptr<async::OneShot<bool>> all_closed = std::make_shared<async::OneShot<bool>>();
    PoolStats counted;
    Sweep sweep;

    mutable std::mutex published_mutex;
    PoolStats published;
};

// A slot taken for opening a connection; given back unless kept.
class OpeningSlot {
public:
    explicit OpeningSlot(Pool::State& state) : state_(&state) {}
    ~OpeningSlot();
    OpeningSlot(const OpeningSlot&) = delete;
    OpeningSlot& operator=(const OpeningSlot&) = delete;
    void keep() { state_ = nullptr; }

private:
    Pool::State* state_;
};

}  // namespace rgw::pg
