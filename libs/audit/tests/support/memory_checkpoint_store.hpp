#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rgw/audit/checkpoint_store.hpp"
#include "rgw/crypto/digest.hpp"
#include "sealed_log.hpp"

namespace rgw::audit {

// The checkpoints of a SealedLog. A test may change everything that is in it.
class MemoryCheckpointStore final : public CheckpointStore {
public:
    SealedLog log;
    std::map<std::int64_t, StoredCheckpoint> checkpoints;
    std::vector<Hash> groups;
    std::vector<UsedKey> keys;
    int looks = 0;
    std::int64_t leaves_read = 0;
    std::optional<Error> refuse_adding;

    // Events, and nobody who signs meanwhile.
    void grow(std::int64_t count) {
        log.append(full_events(count), sample_key(), count + 1'000'000);
    }

    async::Task<Result<LogEnd>> look(Deadline) override {
        ++looks;
        LogEnd end{.head = log.head, .newest = {}};
        if (!checkpoints.empty()) {
            end.newest = checkpoints.rbegin()->second;
        }
        co_return end;
    }
    async::Task<Result<std::optional<StoredCheckpoint>>> find(std::int64_t tree_size,
                                                              Deadline) override {
        const auto at = checkpoints.find(tree_size);
        co_return at == checkpoints.end() ? std::nullopt : std::optional(at->second);
    }
    async::Task<Result<std::vector<Hash>>> load_leaves(LeafRange range, Deadline) override {
        std::vector<Hash> leaves;
        for (std::int64_t i = range.begin; i < range.end; ++i) {
            const auto row = std::ranges::find(log.rows, i, &StoredEvent::chain_index);
            if (row == log.rows.end()) {
                co_return Error(Errc::not_found, "event " + std::to_string(i) + " is not there");
            }
            ++leaves_read;
            const std::optional<Hash> leaf = leaf_of(*row);
            if (!leaf) {
                co_return Error(Errc::invalid_value, "event " + std::to_string(i));
            }
            leaves.push_back(*leaf);
        }
        co_return leaves;
    }
    async::Task<Result<std::vector<Hash>>> load_groups(std::int64_t count, Deadline) override {
        if (std::ssize(groups) < count) {
            co_return Error(Errc::not_found, "a group is missing");
        }
        co_return std::vector<Hash>(groups.begin(), groups.begin() + count);
    }
    async::Task<Result<Timestamp>> add(NewCheckpoint next, Deadline) override {
        if (refuse_adding) {
            co_return *refuse_adding;
        }
        for (std::size_t i = 0; i < next.groups.size(); ++i) {
            const std::size_t place = static_cast<std::size_t>(next.first_group) + i;
            if (place == groups.size()) {
                groups.push_back(next.groups[i]);
            } else if (place > groups.size() || groups[place] != next.groups[i]) {
                co_return Error(Errc::database_rejected, "groups that do not fit");
            }
        }
        const std::int64_t size = next.head.next_index;
        checkpoints.try_emplace(
            size, StoredCheckpoint{.tree_size = size,
                                   .created_at = now,
                                   .root = std::string(crypto::text_of(next.head.tree.root())),
                                   .tree = next.head.tree.serialise(),
                                   .note = next.note});
        for (const std::string& key : next.keys) {
            if (std::ranges::find(keys, key, &UsedKey::verifier) == keys.end()) {
                keys.insert(keys.begin(), {.verifier = key, .first_used_at = now});
            }
        }
        co_return now;
    }
    async::Task<Result<std::vector<UsedKey>>> list_keys(Deadline) override { co_return keys; }

    Timestamp now{std::chrono::seconds(1'795'000'000)};
};

}  // namespace rgw::audit
