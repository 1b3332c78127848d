#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "rgw/pg/observer.hpp"

namespace rgw::pg {

// What became of one statement so far.
struct QueryFigures {
    std::string_view name;
    std::vector<std::uint64_t> counts;  // one for each of QueryWatch::bounds, and one beyond them
    double seconds = 0;
    std::uint64_t slow = 0;
    std::vector<std::pair<Errc, std::uint64_t>> errors;
};

// Counts statements by name, and logs the slow ones: name, milliseconds, rows. A slow database
// cannot flood the log: of one statement there is one line in `quiet`, and the next says how many
// were left out.
class QueryWatch final : public Observer {
public:
    static constexpr std::array bounds = {0.001, 0.01, 0.1, 1.0, 10.0};  // seconds
    static constexpr std::chrono::seconds quiet{60};

    // 0: nothing is slow.
    explicit QueryWatch(std::chrono::milliseconds slow);
    ~QueryWatch() override;

    void on_round_trip(std::span<const Answered> statements, std::chrono::nanoseconds took,
                       std::chrono::steady_clock::time_point ended) override;
    // From any thread.
    [[nodiscard]] std::vector<QueryFigures> figures() const;

private:
    struct Counted;
    Counted& counted(std::string_view name);
    void log_slow(std::span<const Answered> statements, std::chrono::nanoseconds took,
                  std::chrono::steady_clock::time_point ended);

    const std::chrono::nanoseconds slow_;
    // Written by the loop alone, so it reads without the lock; a new name is added under it.
    std::map<std::string_view, std::unique_ptr<Counted>> by_name_;
    mutable std::mutex adding_;
};

}  // namespace rgw::pg
