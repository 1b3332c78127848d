#include "polled_socket.hpp"

#include <unistd.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <cstddef>
#include <utility>

namespace rgw::http {

PolledSocket::PolledSocket(Poller& poller, int fd) : poller_(poller), fd_(fd) {
    try {
        poller_.add(*this);
    } catch (...) {
        ::close(fd_);
        throw;
    }
}

PolledSocket::~PolledSocket() {
    poller_.remove(*this);
    ::close(fd_);  // which also takes it out of the epoll set
}

async::Task<void> PolledSocket::wait(Direction direction) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<async::Executor>&,
                                       void()>(
        [this, direction](auto handler) { park(direction, Waiter(std::move(handler))); },
        async::use_task);
}

void PolledSocket::park(Direction direction, Waiter waiter) {
    const bool ready = direction == Direction::read ? readable() : writable();
    if (ready) {
        boost::asio::post(poller_.executor(), [w = std::move(waiter)]() mutable { w.resume(); });
        return;
    }
    Slot& slot = slots_[0].waiter.waits() ? slots_[1] : slots_[0];
    assert(!slot.waiter.waits() && "more than two coroutines wait for one socket");
    slot.waiter = std::move(waiter);
    slot.direction = direction;
}

void PolledSocket::wake() {
    for (Slot& slot : slots_) {
        if (slot.waiter.waits()) {
            boost::asio::post(poller_.executor(),
                              [w = std::move(slot.waiter)]() mutable { w.resume(); });
        }
    }
}

void PolledSocket::when_ended(std::function<void()> act) {
    when_ended_ = std::move(act);
    if (ended_ && when_ended_) {
        boost::asio::post(poller_.executor(), std::exchange(when_ended_, nullptr));
    }
}

void PolledSocket::on_events(std::uint32_t events) {
    constexpr std::uint32_t ends = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    ended_ = ended_ || (events & ends) != 0;
    readable_ = readable_ || (events & (EPOLLIN | ends)) != 0;
    writable_ = writable_ || (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;

    std::array<Waiter, 2> due;
    std::size_t count = 0;
    for (Slot& slot : slots_) {
        const bool ready = slot.direction == Direction::read ? readable() : writable();
        if (ready && slot.waiter.waits()) {
            due[count++] = std::move(slot.waiter);
        }
    }
    const std::function<void()> ended = ended_ ? std::exchange(when_ended_, nullptr) : nullptr;
    // From here on *this may be destroyed by what is resumed.
    for (std::size_t i = 0; i < count; ++i) {
        due[i].resume();
    }
    if (ended) {
        ended();
    }
}

}  // namespace rgw::http
