#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"

namespace rgw {

// A moment as PostgreSQL's timestamptz keeps it: UTC, microseconds.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
// A moment by which something must have happened; passed down by value.
using Deadline = std::chrono::steady_clock::time_point;

[[nodiscard]] inline Deadline deadline_in(std::chrono::milliseconds span) {
    return std::chrono::steady_clock::now() + span;
}

// Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override;
};

class FakeClock final : public Clock {
public:
    explicit FakeClock(Timestamp start) : now_(start) {}
    [[nodiscard]] Timestamp now() const override { return now_; }
    void advance(std::chrono::microseconds by) { now_ += by; }

private:
    Timestamp now_;
};

// RFC 3339, UTC: "2026-11-22T21:09:04Z" or with ".123456" before the Z.
[[nodiscard]] std::string rfc3339_seconds(Timestamp at);
[[nodiscard]] std::string rfc3339_micros(Timestamp at);
// Reads "2026-11-22T21:09:04[.fraction]Z", the same with an offset ("+02:00") for the Z, or a bare
// date (midnight UTC). Error: invalid_value.
[[nodiscard]] Result<Timestamp> parse_rfc3339(std::string_view text);
// Go duration syntax as the seed page writes it ("30m", "1h30m", "250ms"); also "90d". Error:
// invalid_value.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace rgw
