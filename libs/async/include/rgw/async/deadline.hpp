#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"

namespace rgw::async {

class Deadlines;

// Something that gives up at a moment: a connection, a waiter. Setting the moment is one store; a
// sweep once a second finds what is past it (a timer per operation costs 20 % of a proxied call,
// stack §6.2). Lives on one loop.
class Expiring {
public:
    explicit Expiring(Deadlines& deadlines);
    Expiring(const Expiring&) = delete;
    Expiring& operator=(const Expiring&) = delete;

    void expire_at(Deadline at) { at_ = at; }
    void never_expire() { at_ = Deadline::max(); }
    [[nodiscard]] Deadline deadline() const { return at_; }

protected:
    ~Expiring();

private:
    friend class Deadlines;
    // Called once by the sweep; the deadline is already reset. It may end other waits and may
    // destroy this object, but no other Expiring of the same loop.
    virtual void on_expired() = 0;

    Deadlines& deadlines_;
    Deadline at_ = Deadline::max();
    Expiring* previous_ = nullptr;
    Expiring* next_ = nullptr;
};

class Deadlines {
public:
    static constexpr std::chrono::milliseconds interval{1000};

    explicit Deadlines(boost::asio::io_context& context);
    void start();
    void stop();

    // Expires what is past `now`; the timer calls it, and tests may.
    void sweep(Deadline now);

private:
    friend class Expiring;
    void arm();

    using Timer = boost::asio::basic_waitable_timer<
        std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
    Timer timer_;
    Expiring* first_ = nullptr;
    Expiring* cursor_ = nullptr;  // next to look at, kept valid while on_expired() unlinks entries
};

}  // namespace rgw::async
