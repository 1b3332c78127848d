#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "rgw/base/clock.hpp"

namespace rgw::identity {

// Bounds how often somebody may guess: after `most` wrong ones within `window` the next are not
// looked at. Each try counts as wrong until it is taken back, so that many at once are not all
// heard. Of this process alone: with N replicas there are N times as many. Memory is bounded:
// beyond `max_keys` all further ones share one. Thread-safe.
class GuessLimit {
public:
    static constexpr std::size_t max_keys = 10'000;

    GuessLimit(std::uint32_t most, std::chrono::seconds window) : most_(most), window_(window) {}

    // False when any of the keys has no try left; then none is counted.
    [[nodiscard]] bool try_once(const std::vector<std::string>& keys, Timestamp now);
    // The guess was right, or was no guess.
    void take_back(const std::vector<std::string>& keys);

private:
    std::deque<Timestamp>& tries_of(const std::string& key);
    void forget_old(Timestamp now);

    const std::uint32_t most_;
    const std::chrono::seconds window_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::deque<Timestamp>> tries_;
};

}  // namespace rgw::identity
