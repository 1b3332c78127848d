#include "tries.hpp"

#include "rgw/crypto/random.hpp"

namespace rgw::outbound {
namespace {

constexpr int most_tries = 4;

// From half of it to all of it.
std::chrono::milliseconds jittered(std::chrono::milliseconds span) {
    const std::chrono::milliseconds half = span / 2;
    const auto range = static_cast<std::uint64_t>((span - half).count()) + 1;
    return half + std::chrono::milliseconds(crypto::random_u64() % range);
}

}  // namespace

bool Tries::again() {
    if (made_ == most_tries) {
        return false;
    }
    ++made_;
    const std::chrono::milliseconds wait = jittered(wait_);
    wait_ *= 2;
    if (Deadline::clock::now() + wait >= deadline_) {
        return false;
    }
    return !stopping_.wait_for(wait);
}

}  // namespace rgw::outbound
