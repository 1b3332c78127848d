#pragma once

#include <chrono>
#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::identity {

// One attempt each `interval` in the long run, `burst` at once.
struct RateLimit {
    std::chrono::microseconds interval{};
    int burst = 1;
};

// How much of its burst a subject has used, for all replicas.
class RateLimitStore {
public:
    virtual ~RateLimitStore() = default;
    // Takes one attempt; false when there is none left, and then nothing is taken. Errors:
    // database_*.
    virtual async::Task<Result<bool>> take(std::string subject, RateLimit limit,
                                           Deadline deadline) = 0;
    // Drops what says nothing any more.
    virtual async::Task<Result<void>> forget_free(Deadline deadline) = 0;
};

}  // namespace rgw::identity
