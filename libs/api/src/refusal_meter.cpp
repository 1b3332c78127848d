#include "rgw/api/refusal_meter.hpp"

#include <chrono>

namespace rgw::api {
namespace {

constexpr std::string_view everyone_else = "*";

Timestamp minute_of(Timestamp at) {
    return std::chrono::floor<std::chrono::minutes>(at);
}

}  // namespace

std::string RefusalMeter::key(std::string_view peer) const {
    const bool full = peers_.size() >= max_peers && !peers_.contains(std::string(peer));
    return std::string(full ? everyone_else : peer);
}

RefusalMeter::Verdict RefusalMeter::note(std::string_view peer, Timestamp now,
                                         const audit::Event& event) {
    const std::lock_guard lock(mutex_);
    Minute& minute = peers_[key(peer)];
    if (minute.start != minute_of(now)) {
        if (minute.surplus > 0) {
            minute.sample.event_count = static_cast<std::int32_t>(minute.surplus);
            finished_.push_back(std::move(minute.sample));
        }
        minute = Minute{.start = minute_of(now)};
    }
    ++minute.refusals;
    if (minute.refusals <= events_per_minute) {
        return Verdict::record;
    }
    ++minute.surplus;
    minute.sample = event;
    return Verdict::count_only;
}

bool RefusalMeter::exhausted(std::string_view peer, Timestamp now) const {
    const std::lock_guard lock(mutex_);
    const auto found = peers_.find(key(peer));
    return found != peers_.end() && found->second.start == minute_of(now) &&
           found->second.refusals >= attempts_per_minute;
}

std::vector<audit::Event> RefusalMeter::take_surplus(Timestamp now, Which which) {
    const std::lock_guard lock(mutex_);
    std::vector<audit::Event> events = std::move(finished_);
    finished_.clear();
    for (auto it = peers_.begin(); it != peers_.end();) {
        Minute& minute = it->second;
        if (which == Which::finished_minutes && minute.start == minute_of(now)) {
            ++it;
            continue;
        }
        if (minute.surplus > 0) {
            minute.sample.event_count = static_cast<std::int32_t>(minute.surplus);
            events.push_back(std::move(minute.sample));
        }
        it = peers_.erase(it);
    }
    return events;
}

}  // namespace rgw::api
