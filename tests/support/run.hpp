#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <utility>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"

namespace rgw::test {

// Starts a task on a loop; the test's own thread waits on the future.
template <class T>
std::future<T> start(async::Loop& loop, async::Task<T> task) {
    return boost::asio::co_spawn(loop.executor(), std::move(task), boost::asio::use_future);
}

template <class T>
T run(async::Loop& loop, async::Task<T> task) {
    return start(loop, std::move(task)).get();
}

// Runs a plain function on a loop's thread and waits for it: what lives on a loop dies there too.
template <class F>
void run_on(async::Loop& loop, F work) {
    std::packaged_task<void()> task(std::move(work));
    std::future<void> done = task.get_future();
    loop.post([&task] { task(); });
    done.get();
}

}  // namespace rgw::test
