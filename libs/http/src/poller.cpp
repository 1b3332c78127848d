#include "poller.hpp"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "polled_socket.hpp"

namespace rgw::http {

boost::asio::execution_context::id Poller::id;

namespace {

int new_epoll_set() {
    const int fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0) {
        throw std::system_error(errno, std::system_category(), "epoll_create1");
    }
    return fd;
}

}  // namespace

Poller::Poller(boost::asio::execution_context& context)
    : service(context),
      descriptor_(static_cast<boost::asio::io_context&>(context).get_executor(), new_epoll_set()) {
    arm();
}

Poller& Poller::of(async::Loop& loop) {
    return boost::asio::use_service<Poller>(loop.context());
}

void Poller::shutdown() {
    std::vector<Waiter> dropped;
    for (PolledSocket* socket = first_; socket != nullptr; socket = socket->next_) {
        for (PolledSocket::Slot& slot : socket->slots_) {
            dropped.push_back(std::move(slot.waiter));
        }
    }
    boost::system::error_code ignored;
    descriptor_.close(ignored);
}

void Poller::arm() {
    descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                           [this](boost::system::error_code closed) {
                               if (!closed) {
                                   dispatch();
                                   arm();
                               }
                           });
}

void Poller::dispatch() {
    const int count = ::epoll_wait(descriptor_.native_handle(), batch_.data(),
                                   static_cast<int>(batch_.size()), 0);
    batch_size_ = count > 0 ? static_cast<std::size_t>(count) : 0;
    batch_next_ = 0;
    while (batch_next_ < batch_size_) {
        const epoll_event event = batch_[batch_next_++];
        if (event.data.ptr != nullptr) {
            static_cast<PolledSocket*>(event.data.ptr)->on_events(event.events);
        }
    }
}

void Poller::add(PolledSocket& socket) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &socket;
    if (::epoll_ctl(descriptor_.native_handle(), EPOLL_CTL_ADD, socket.fd(), &event) != 0) {
        throw std::system_error(errno, std::system_category(), "epoll_ctl");
    }
    socket.next_ = first_;
    if (first_ != nullptr) {
        first_->previous_ = &socket;
    }
    first_ = &socket;
}

void Poller::remove(PolledSocket& socket) {
    (socket.previous_ != nullptr ? socket.previous_->next_ : first_) = socket.next_;
    if (socket.next_ != nullptr) {
        socket.next_->previous_ = socket.previous_;
    }
    for (std::size_t i = batch_next_; i < batch_size_; ++i) {
        if (batch_[i].data.ptr == &socket) {
            batch_[i].data.ptr = nullptr;
        }
    }
}

}  // namespace rgw::http
