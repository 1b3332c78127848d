#pragma once

#include <cstddef>
#include <memory>

#include "rgw/async/loop.hpp"
#include "rgw/async/one_shot.hpp"
#include "rgw/async/task.hpp"

namespace rgw::async {

// Owns the coroutines spawned into it; the only place that detaches. Lives on one loop, and must be
// joined before what its tasks refer to is destroyed. To make tasks end, close what they wait for.
class TaskGroup {
public:
    explicit TaskGroup(Loop& loop) : loop_(loop) {}
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // Starts `task` on the group's loop, before returning as far as it runs without waiting. An
    // exception that leaves it is a bug of ours: it is logged and the task counts as ended.
    void spawn(Task<void> task);
    // Returns when no task is left. One waiter at a time.
    Task<void> join();

    [[nodiscard]] std::size_t active() const { return active_; }

private:
    void ended();

    Loop& loop_;
    std::size_t active_ = 0;
    std::shared_ptr<OneShot<bool>> joined_;
};

}  // namespace rgw::async
