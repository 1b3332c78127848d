#include "rgw/async/loop.hpp"

#include <pthread.h>

#include <boost/asio/this_coro.hpp>

namespace rgw::async {

Loop::Loop(std::string name)
    : name_(std::move(name)), keep_running_(context_.get_executor()), deadlines_(context_) {}

Loop::~Loop() {
    stop();
    join();
}

void Loop::start() {
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
        run();
    });
}

void Loop::run() {
    thread_id_.store(std::this_thread::get_id());
    deadlines_.start();
    context_.run();
}

void Loop::stop() {
    context_.stop();
}

void Loop::join() {
    if (thread_.joinable()) {
        thread_.join();
    }
}

bool Loop::is_current() const {
    return thread_id_.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

Task<void> sleep_for(std::chrono::milliseconds span) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
        timer(executor, span);
    co_await timer.async_wait(use_task);
}

}  // namespace rgw::async
