#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

#include "rgw/base/clock.hpp"

namespace rgw::pg {

// timestamptz on the wire: microseconds since 2000-01-01 UTC; the extremes are ±infinity.
inline constexpr std::int64_t micros_to_2000 = 946'684'800'000'000;

[[nodiscard]] inline std::int64_t to_wire(Timestamp at) {
    const std::int64_t micros = at.time_since_epoch().count();
    if (at == Timestamp::max() || at == Timestamp::min()) {
        return micros;
    }
    return micros - micros_to_2000;
}

[[nodiscard]] inline Timestamp from_wire(std::int64_t micros) {
    if (micros == std::numeric_limits<std::int64_t>::max()) {
        return Timestamp::max();
    }
    if (micros == std::numeric_limits<std::int64_t>::min()) {
        return Timestamp::min();
    }
    return Timestamp(std::chrono::microseconds(micros + micros_to_2000));
}

}  // namespace rgw::pg
