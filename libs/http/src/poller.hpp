#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstddef>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"

namespace rgw::http {

class PolledSocket;

// One edge-triggered epoll set per loop for all sockets of this library, itself watched by the
// loop. Asio's own wait costs a system call per wait; here a socket is registered once, its
// readiness is remembered (PolledSocket), and a whole batch of events costs three system calls.
class Poller final : public boost::asio::execution_context::service {
public:
    static boost::asio::execution_context::id id;

    explicit Poller(boost::asio::execution_context& context);
    // The loop's own; made at the first use, on the loop or before it runs.
    static Poller& of(async::Loop& loop);

    [[nodiscard]] async::Executor executor() { return descriptor_.get_executor(); }

private:
    friend class PolledSocket;

    // Drops the coroutines that still wait: they own the sockets that hold them.
    void shutdown() override;
    void arm();
    void dispatch();
    void add(PolledSocket& socket);
    void remove(PolledSocket& socket);

    boost::asio::posix::basic_stream_descriptor<async::Executor> descriptor_;
    PolledSocket* first_ = nullptr;
    std::array<epoll_event, 64> batch_{};
    std::size_t batch_next_ = 0;  // entries from here on are still to be delivered
    std::size_t batch_size_ = 0;
};

}  // namespace rgw::http
