#pragma once

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "rgw/async/deadline.hpp"
#include "rgw/async/task.hpp"

namespace rgw::async {

// One io_context driven by exactly one thread. What lives on a loop is touched by that thread only,
// so it needs no lock (docs/adr/0002-one-loop-per-thread.md).
class Loop {
public:
    explicit Loop(std::string name);
    // Stops and joins. Coroutines still suspended are destroyed.
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void start();  // runs on a thread of its own
    void run();    // runs on the calling thread until stop()
    void stop();   // from any thread
    void join();

    [[nodiscard]] boost::asio::io_context& context() { return context_; }
    [[nodiscard]] Executor executor() { return context_.get_executor(); }
    [[nodiscard]] Deadlines& deadlines() { return deadlines_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] bool is_current() const;

    template <class F>
    void post(F&& work) {
        boost::asio::post(context_, std::forward<F>(work));
    }

private:
    std::string name_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<Executor> keep_running_;
    Deadlines deadlines_;
    std::atomic<std::thread::id> thread_id_{};
    std::thread thread_;
};

// Runs `task` on `loop` and resumes the caller on the caller's own loop with its result.
template <class T>
Task<T> on(Loop& loop, Task<T> task) {
    if (loop.is_current()) {
        return task;
    }
    return boost::asio::co_spawn(loop.executor(), std::move(task), use_task);
}

// Waits on the current loop.
Task<void> sleep_for(std::chrono::milliseconds span);

}  // namespace rgw::async
