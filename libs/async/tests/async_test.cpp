#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>

#include "rgw/async/cpu_pool.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/async/one_shot.hpp"
#include "rgw/async/task_group.hpp"

namespace rgw::async {
namespace {

using namespace std::chrono_literals;

// Runs a task on a loop and waits for it from the test's thread.
template <class T>
T run(Loop& loop, Task<T> task) {
    return boost::asio::co_spawn(loop.executor(), std::move(task), boost::asio::use_future).get();
}

Task<bool> is_on(Loop& loop) {
    co_return loop.is_current();
}

Task<std::string> hop(Loop& from, Loop& to) {
    const bool there = co_await on(to, is_on(to));
    const bool back = from.is_current();
    co_return std::string(there ? "there" : "lost") + (back ? " and back" : " and lost");
}

TEST(Loop, ATaskRunsOnTheOtherLoopAndTheCallerResumesOnItsOwn) {
    Loop a("a");
    Loop b("b");
    a.start();
    b.start();
    EXPECT_EQ(run(a, hop(a, b)), "there and back");
    EXPECT_EQ(run(a, hop(a, a)), "there and back");
}

Task<int> wait_for(std::shared_ptr<OneShot<int>> value) {
    const int got = co_await value->wait();
    co_return got;
}

TEST(OneShot, DeliversWhetherSetBeforeOrAfterTheWaitAndOnlyTheFirstValue) {
    Loop loop("loop");
    loop.start();
    auto early = std::make_shared<OneShot<int>>();
    early->set(1);
    early->set(2);
    EXPECT_EQ(run(loop, wait_for(early)), 1);

    auto late = std::make_shared<OneShot<int>>();
    auto waiting = boost::asio::co_spawn(loop.executor(), wait_for(late), boost::asio::use_future);
    EXPECT_EQ(waiting.wait_for(20ms), std::future_status::timeout);
    std::thread setter([late] { late->set(7); });
    EXPECT_EQ(waiting.get(), 7);
    setter.join();
}

Task<void> finish_when(std::shared_ptr<OneShot<int>> gate, int& count) {
    co_await gate->wait();
    ++count;
}

Task<void> throws() {
    throw std::runtime_error("a bug");
    co_return;
}

Task<int> group_of_three(Loop& loop) {
    TaskGroup group(loop);
    int count = 0;
    auto first = std::make_shared<OneShot<int>>();
    auto second = std::make_shared<OneShot<int>>();
    group.spawn(finish_when(first, count));
    group.spawn(finish_when(second, count));
    group.spawn(throws());
    first->set(0);
    second->set(0);
    co_await group.join();
    co_return count * 10 + static_cast<int>(group.active());
}

TEST(TaskGroup, JoinWaitsForAllAndSurvivesAnException) {
    Loop loop("loop");
    loop.start();
    EXPECT_EQ(run(loop, group_of_three(loop)), 20);
}

struct Probe final : Expiring {
    explicit Probe(Deadlines& d) : Expiring(d) {}
    void on_expired() override { ++expired; }
    int expired = 0;
};

TEST(Deadlines, ASweepExpiresOnlyWhatIsPastItsDeadlineAndOnlyOnce) {
    Loop loop("loop");
    const Deadline now = std::chrono::steady_clock::now();
    Probe due(loop.deadlines());
    Probe later(loop.deadlines());
    Probe never(loop.deadlines());
    due.expire_at(now - 1s);
    later.expire_at(now + 10s);
    loop.deadlines().sweep(now);
    loop.deadlines().sweep(now);
    EXPECT_EQ(due.expired, 1);
    EXPECT_EQ(later.expired, 0);
    loop.deadlines().sweep(now + 10s);
    EXPECT_EQ(later.expired, 1);
    EXPECT_EQ(never.expired, 0);
}

Task<bool> compute_elsewhere(Loop& loop, CpuPool& pool) {
    const std::thread::id here = std::this_thread::get_id();
    const std::thread::id there = co_await pool.run([] { return std::this_thread::get_id(); });
    co_return here != there&& loop.is_current();
}

TEST(CpuPool, WorkRunsOnThePoolAndTheCallerResumesOnItsLoop) {
    Loop loop("loop");
    CpuPool pool(1);
    loop.start();
    EXPECT_TRUE(run(loop, compute_elsewhere(loop, pool)));
}

}  // namespace
}  // namespace rgw::async
