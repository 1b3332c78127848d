#include "rgw/api/rate_limiter.hpp"

#include <arpa/inet.h>

#include <array>
#include <utility>

namespace rgw::api {
namespace {

std::string_view name(Throttle throttle) {
    switch (throttle) {
        case Throttle::none:
            return "none";
        case Throttle::sign_in:
            return "sign_in";
        case Throttle::second_factor:
            return "second_factor";
        case Throttle::tokens:
            return "tokens";
    }
    return "";
}

}  // namespace

async::Task<Result<void>> RateLimiter::admit(Throttle throttle, std::string subject,
                                             Deadline deadline) {
    if (throttle == Throttle::none) {
        co_return Result<void>();
    }
    const std::string key = std::string(name(throttle)) + ":" + subject;
    const Timestamp now = clock_.now();
    if (is_remembered(key, now)) {
        co_return Errc::rate_limited;
    }
    const Result<bool> taken = co_await store_.take(key, limit_, deadline);
    if (!taken) {
        co_return taken.error();
    }
    if (!*taken) {
        remember(key, now + limit_.interval);
        co_return Errc::rate_limited;
    }
    co_return Result<void>();
}

bool RateLimiter::is_remembered(const std::string& key, Timestamp now) {
    const std::lock_guard lock(mutex_);
    const auto found = limited_until_.find(key);
    if (found == limited_until_.end()) {
        return false;
    }
    if (found->second <= now) {
        limited_until_.erase(found);
        return false;
    }
    return true;
}

void RateLimiter::remember(const std::string& key, Timestamp until) {
    const std::lock_guard lock(mutex_);
    if (limited_until_.size() >= max_remembered) {
        limited_until_.clear();  // the store still knows
    }
    limited_until_[key] = until;
}

std::string rate_subject(std::string_view address) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::string text(address);
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) {
        return text;
    }
    constexpr std::size_t prefix_bytes = 8;
    std::fill(bytes.begin() + prefix_bytes, bytes.end(), 0);
    std::array<char, INET6_ADDRSTRLEN> out{};
    ::inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
    return std::string(out.data()) + "/64";
}

}  // namespace rgw::api
