#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "poller.hpp"
#include "waiter.hpp"

namespace rgw::http {

enum class Direction : std::uint8_t { read, write };

// Owns a non-blocking socket and remembers whether it may be ready, so that nobody asks the kernel
// for what it has just said. Lives on its loop.
class PolledSocket {
public:
    PolledSocket(Poller& poller, int fd);
    ~PolledSocket();
    PolledSocket(const PolledSocket&) = delete;
    PolledSocket& operator=(const PolledSocket&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] bool readable() const { return readable_ || ended_; }
    [[nodiscard]] bool writable() const { return writable_; }

    // What the last system call showed. A short read drains a socket only until its end has been
    // seen, because an end that is already there is not announced again.
    void read_short() { readable_ = false; }
    void read_would_block() { readable_ = ended_ = false; }
    void write_would_block() { writable_ = false; }

    // Returns when the socket may be ready or wake() was called. At most two coroutines wait at a
    // time.
    async::Task<void> wait(Direction direction);
    // Ends all waits, from the loop's queue and not before this returns.
    void wake();
    // Calls `act` once, when the peer has closed or reset the connection. An empty function ends
    // the watch.
    void when_ended(std::function<void()> act);

private:
    friend class Poller;

    struct Slot {
        Waiter waiter;
        Direction direction = Direction::read;
    };

    void park(Direction direction, Waiter waiter);
    void on_events(std::uint32_t events);

    Poller& poller_;
    const int fd_;
    bool readable_ = false;
    bool writable_ = false;
    bool ended_ = false;  // the peer's FIN, or an error, has been announced
    std::array<Slot, 2> slots_;
    std::function<void()> when_ended_;
    PolledSocket* previous_ = nullptr;
    PolledSocket* next_ = nullptr;
};

}  // namespace rgw::http
