#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace rgw::outbound {

// Says to calls under way that they are to end. Any thread.
class Stopping {
public:
    void set() {
        {
            const std::lock_guard lock(mutex_);
            set_ = true;
        }
        changed_.notify_all();
    }
    [[nodiscard]] bool is_set() const {
        const std::lock_guard lock(mutex_);
        return set_;
    }
    // Waits for that long, or until set(); whether it is set.
    bool wait_for(std::chrono::milliseconds span) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, span, [this] { return set_; });
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool set_ = false;
};

}  // namespace rgw::outbound
