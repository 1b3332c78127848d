#include "rgw/identity/guess_limit.hpp"

#include <algorithm>
#include <iterator>

namespace rgw::identity {
namespace {

const std::string everyone_else = "*";

}  // namespace

bool GuessLimit::try_once(const std::vector<std::string>& keys, Timestamp now) {
    const std::lock_guard lock(mutex_);
    forget_old(now);
    const bool free = std::ranges::all_of(
        keys, [this](const std::string& key) { return tries_of(key).size() < most_; });
    if (free) {
        for (const std::string& key : keys) {
            tries_of(key).push_back(now);
        }
    }
    return free;
}

void GuessLimit::take_back(const std::vector<std::string>& keys) {
    const std::lock_guard lock(mutex_);
    for (const std::string& key : keys) {
        if (auto& tries = tries_of(key); !tries.empty()) {
            tries.pop_back();
        }
    }
}

std::deque<Timestamp>& GuessLimit::tries_of(const std::string& key) {
    const bool full = tries_.size() >= max_keys && !tries_.contains(key);
    return tries_[full ? everyone_else : key];
}

void GuessLimit::forget_old(Timestamp now) {
    for (auto at = tries_.begin(); at != tries_.end();) {
        std::deque<Timestamp>& tries = at->second;
        while (!tries.empty() && tries.front() + window_ <= now) {
            tries.pop_front();
        }
        at = tries.empty() ? tries_.erase(at) : std::next(at);
    }
}

}  // namespace rgw::identity
