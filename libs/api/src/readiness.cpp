#include "rgw/api/readiness.hpp"

namespace rgw::api {

async::Task<Result<void>> Readiness::check() {
    {
        const std::lock_guard lock(mutex_);
        if (draining_) {
            co_return Errc::shutting_down;
        }
        if (answer_ && std::chrono::steady_clock::now() < fresh_until_) {
            co_return *answer_;
        }
        // Those who come while the probe runs get the last answer instead of a probe of their own.
        if (answer_) {
            fresh_until_ = deadline_in(std::chrono::seconds(1));
        }
    }
    Result<void> answer = co_await probe_();
    const std::lock_guard lock(mutex_);
    answer_ = answer;
    fresh_until_ = deadline_in(std::chrono::seconds(1));
    co_return answer;
}

void Readiness::begin_draining() {
    const std::lock_guard lock(mutex_);
    draining_ = true;
}

}  // namespace rgw::api
