#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rgw/audit/event.hpp"
#include "rgw/base/clock.hpp"

namespace rgw::api {

// Bounds what callers nobody could identify can write into the log (design §2.1): per peer and
// minute the first refusals are events of their own, the surplus becomes one event with a count. It
// also says when a peer has failed so often that its next attempts are refused unheard.
// Thread-safe; memory is bounded: beyond `max_peers` addresses share one entry.
class RefusalMeter {
public:
    static constexpr std::uint32_t events_per_minute = 10;
    static constexpr std::uint32_t attempts_per_minute = 120;
    static constexpr std::size_t max_peers = 10'000;

    enum class Verdict : std::uint8_t { record, count_only };

    // One more refusal from `peer`. `event` becomes the sample of the surplus event.
    Verdict note(std::string_view peer, Timestamp now, const audit::Event& event);
    // Whether the peer is past its attempts for this minute.
    [[nodiscard]] bool exhausted(std::string_view peer, Timestamp now) const;
    // The surplus of the minutes that are over: one event per peer, event_count set. Called every
    // few seconds and, with `everything`, at shutdown.
    enum class Which : std::uint8_t { finished_minutes, everything };
    [[nodiscard]] std::vector<audit::Event> take_surplus(Timestamp now, Which which);

private:
    struct Minute {
        Timestamp start{};
        std::uint32_t refusals = 0;
        std::uint32_t surplus = 0;
        audit::Event sample;
    };
    [[nodiscard]] std::string key(std::string_view peer) const;

    mutable std::mutex mutex_;
    std::unordered_map<std::string, Minute> peers_;
    std::vector<audit::Event> finished_;
};

}  // namespace rgw::api
