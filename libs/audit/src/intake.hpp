#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "rgw/async/one_shot.hpp"
#include "rgw/audit/appender.hpp"

namespace rgw::audit {

enum class Urgency : std::uint8_t { ordinary, outcome };

// The caller of append(), until it has been answered.
struct Waiter {
    using Answer = async::OneShot<Result<Receipt>>;

    Urgency urgency = Urgency::ordinary;
    Deadline deadline;
    std::shared_ptr<Answer> answer;  // empty once answered, or when nobody waits

    void resolve(Result<Receipt> result) {
        if (answer) {
            std::exchange(answer, nullptr)->set(std::move(result));
        }
    }
};

// Events and their waiters, index by index: apart, because seal() wants the events in one piece.
struct Batch {
    std::vector<PreparedEvent> events;
    std::vector<Waiter> waiters;

    void add(PreparedEvent event, Waiter waiter) {
        events.push_back(std::move(event));
        waiters.push_back(std::move(waiter));
    }
    [[nodiscard]] bool empty() const { return events.empty(); }
};

// The queue between producers on any thread and the one writer. Owns its lock; nothing is called
// while it is held.
class Intake {
public:
    using Signal = async::OneShot<bool>;

    explicit Intake(std::size_t max_waiting) : max_waiting_(max_waiting) {}

    // Errors: shutting_down; for ordinary events also audit_unavailable and overloaded.
    Result<std::shared_ptr<Waiter::Answer>> push(PreparedEvent event, Urgency urgency,
                                                 Deadline deadline);

    // For the writer. At most `max` events, outcomes first; while unhealthy outcomes only.
    Batch take(std::size_t max, Deadline now);
    // A signal that is set by the next push; already set when something waits or the intake is
    // closed.
    std::shared_ptr<Signal> next_arrival();
    // Puts outcomes back to the front, in their order.
    void put_back(Batch outcomes);
    // An outcome nobody waits for.
    void push_own(PreparedEvent outcome);
    // Answers who has waited long enough.
    void expire(Deadline now);
    // Refuses ordinary events from now on, those already waiting included.
    void set_unhealthy(const Error& why);
    void set_healthy();
    // Refuses every event from now on.
    void close();
    // Answers everybody and drops what is left. Returns how many outcomes were lost.
    std::size_t abandon(const Error& why);

    [[nodiscard]] bool healthy() const;
    [[nodiscard]] bool closed() const;
    [[nodiscard]] std::size_t waiting() const;

private:
    struct Entry {
        PreparedEvent event;
        Waiter waiter;
    };

    mutable std::mutex mutex_;
    std::deque<Entry> outcomes_;
    std::deque<Entry> ordinary_;
    std::shared_ptr<Signal> idle_writer_;
    std::size_t max_waiting_;
    bool healthy_ = true;
    bool closed_ = false;
};

}  // namespace rgw::audit
