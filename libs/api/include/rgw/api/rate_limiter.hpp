#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/rate_limit_store.hpp"

namespace rgw::api {

// Which calls count together towards a limit of their rate: of a peer until it is known who calls,
// then of a user.
enum class Throttle : std::uint8_t { none, sign_in, second_factor, tokens };

// Limits the rate of calls that guess or make credentials, over all replicas. Who is past the limit
// costs no query until there may be an attempt left. Thread-safe; memory is bounded.
class RateLimiter {
public:
    static constexpr std::size_t max_remembered = 10'000;

    RateLimiter(identity::RateLimitStore& store, const Clock& clock, identity::RateLimit limit)
        : store_(store), clock_(clock), limit_(limit) {}

    // `subject`: rate_subject() of an address, or "user:7". Errors: rate_limited; database_*.
    async::Task<Result<void>> admit(Throttle throttle, std::string subject, Deadline deadline);

private:
    bool is_remembered(const std::string& key, Timestamp now);
    void remember(const std::string& key, Timestamp until);

    identity::RateLimitStore& store_;
    const Clock& clock_;
    const identity::RateLimit limit_;
    std::mutex mutex_;  // guards what follows; never held across an await
    std::unordered_map<std::string, Timestamp> limited_until_;
};

// An IPv4 address as it is; of an IPv6 address its /64, which is what one customer is given.
[[nodiscard]] std::string rate_subject(std::string_view address);

}  // namespace rgw::api
