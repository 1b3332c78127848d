#pragma once

#include <atomic>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/async/one_shot.hpp"
#include "rgw/http/listener.hpp"

namespace rgw::http::test {

// Runs a task on a loop and waits for it from the test's thread.
template <class T>
T run(async::Loop& loop, async::Task<T> task) {
    return boost::asio::co_spawn(loop.executor(), std::move(task), boost::asio::use_future).get();
}

// Lets the deadlines of a loop see a later time.
void pass_time(async::Loop& loop, std::chrono::milliseconds span);

// Answers by the target's path:
//   /hello "hello" · /echo the body, streamed · /count the body's size · /early 413 without reading
//   · /head-only begin and finish · /chunks two chunks · /big/N N bytes with a length · /throw ·
//   /silent · /cut fewer bytes than begun · /cut-chunked · /bad-field · /whole the body up to 10
//   bytes · /gate waits for open_gate() · /204 · /peer the peer's address · /impatient a body read
//   with 1 s limit
class TestHandler final : public Handler {
public:
    async::Task<void> handle(Exchange& exchange) override;
    async::Task<void> on_bad_request(std::string_view peer, const Error& error,
                                     std::string_view line) override;

    void open_gate() { gate_->set(true); }
    void note(std::string text);
    // Waits until that many notes have been made.
    std::vector<std::string> notes(std::size_t count);

private:
    async::Task<void> handle_body(Exchange& exchange, std::string_view path);
    async::Task<void> handle_odd(Exchange& exchange, std::string_view path);
    async::Task<void> echo(Exchange& exchange);
    async::Task<void> big(Exchange& exchange, std::uint64_t bytes);

    std::shared_ptr<async::OneShot<bool>> gate_ = std::make_shared<async::OneShot<bool>>();
    std::mutex mutex_;
    std::condition_variable noted_;
    std::vector<std::string> notes_;
};

// A listener with a TestHandler on a loop of its own.
class TestServer {
public:
    explicit TestServer(ListenerOptions options = {}, ServerTls* tls = nullptr);
    ~TestServer();
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
    [[nodiscard]] async::Loop& loop() { return loop_; }
    [[nodiscard]] Listener& listener() { return *listener_; }
    [[nodiscard]] TestHandler& handler() { return handler_; }

private:
    TestHandler handler_;
    async::Loop loop_{"server"};
    std::unique_ptr<Listener> listener_;
};

// Waits for something another thread brings about; false after ten seconds.
template <class Condition>
bool eventually(Condition condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

}  // namespace rgw::http::test
