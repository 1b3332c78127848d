#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rgw/audit/locked_object_store.hpp"

namespace rgw::audit {

// A bucket in memory. A test may change what lies in it, and what it answers.
class MemoryBucket final : public LockedObjectStore {
public:
    std::map<std::string, LockedObject> objects;
    bool answers = true;
    bool loses_answers = false;  // of the next put, which is written
    std::size_t page = 1000;
    int puts = 0;
    int gets = 0;

    async::Task<Result<std::optional<std::string>>> put(LockedObject object, Deadline) override {
        ++puts;
        if (!answers) {
            co_return no_answer();
        }
        const std::string key = object.key;
        if (!objects.try_emplace(key, std::move(object)).second) {
            co_return Errc::already_exists;
        }
        if (std::exchange(loses_answers, false)) {
            co_return no_answer();
        }
        co_return std::optional<std::string>("version-1");
    }
    async::Task<Result<std::optional<std::string>>> get(std::string key, Deadline) override {
        ++gets;
        if (!answers) {
            co_return no_answer();
        }
        const auto found = objects.find(key);
        co_return found == objects.end() ? std::nullopt : std::optional(found->second.body);
    }
    async::Task<Result<std::vector<std::string>>> list(std::string prefix, std::string after,
                                                       Deadline) override {
        if (!answers) {
            co_return no_answer();
        }
        std::vector<std::string> keys;
        for (auto at = objects.upper_bound(after); at != objects.end() && keys.size() < page;
             ++at) {
            if (at->first.starts_with(prefix)) {
                keys.push_back(at->first);
            }
        }
        co_return keys;
    }

private:
    static Error no_answer() {
        return {Errc::object_storage_unavailable, "audit-anchors: no answer"};
    }
};

}  // namespace rgw::audit
