#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rgw/base/error.hpp"

namespace rgw::pg {

// One statement of a round trip: its name, never its text or its values.
struct Answered {
    std::string_view name;  // Statement::name: one of a closed set, there for the whole process
    std::int64_t rows = 0;  // read or written
    std::optional<Errc> failed;
};

// Who wants to know how long statements take. A batch is one round trip, and its answers come
// together: no time of a single statement in it can be told.
class Observer {
public:
    virtual ~Observer() = default;
    // On the pool's loop, once for each round trip that was sent.
    virtual void on_round_trip(std::span<const Answered> statements, std::chrono::nanoseconds took,
                               std::chrono::steady_clock::time_point ended) = 0;
};

}  // namespace rgw::pg
