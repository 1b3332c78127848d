#pragma once

#include <mutex>
#include <unordered_set>
#include <vector>

#include "rgw/base/id.hpp"

namespace rgw::api {

// Which API tokens were used since somebody last asked: last_used_at is written for all of them at once,
// about once a minute, never per call. Thread-safe.
class TokenUsage {
public:
    void note(ApiTokenId token) {
        const std::lock_guard lock(mutex_);
        used_.insert(token);
    }
    [[nodiscard]] std::vector<ApiTokenId> take() {
        const std::lock_guard lock(mutex_);
        std::vector<ApiTokenId> tokens(used_.begin(), used_.end());
        used_.clear();
        return tokens;
    }

private:
    std::mutex mutex_;
    std::unordered_set<ApiTokenId> used_;
};

}  // namespace rgw::api
