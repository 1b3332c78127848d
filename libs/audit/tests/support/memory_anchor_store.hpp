#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "memory_checkpoint_store.hpp"
#include "rgw/audit/anchor_store.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::audit {

// The anchors of a MemoryCheckpointStore's log.
class MemoryAnchorStore final : public AnchorStore {
public:
    explicit MemoryAnchorStore(MemoryCheckpointStore& log) : log_(log) {}
    std::vector<NewAnchor> anchors;
    bool turn = true;
    std::optional<Error> refuse_adding;  // the next time

    async::Task<Result<bool>> take_turn(std::int64_t, std::chrono::seconds, Deadline) override {
        co_return turn;
    }
    async::Task<Result<AnchorLook>> look(std::string bucket, std::string chain_id,
                                         Deadline) override {
        AnchorLook look{.next_index = log_.log.head.next_index};
        for (const NewAnchor& row : anchors) {
            if (row.bucket == bucket && row.anchor.chain_id == chain_id) {
                look.newest = {.link = {.object_key = row.anchor.object_key,
                                        .body_hash = crypto::sha256(row.body)},
                               .tree_size = row.anchor.tree_size,
                               .at = row.anchor.at};
            }
        }
        if (!log_.checkpoints.empty()) {
            const StoredCheckpoint& newest = log_.checkpoints.rbegin()->second;
            look.checkpoint = {.tree_size = newest.tree_size, .note = newest.note};
            const auto& row = log_.log.rows.at(static_cast<std::size_t>(newest.tree_size - 1));
            std::ranges::copy(crypto::bytes_of(row.event_hash), look.checkpoint->last_hash.begin());
        }
        const auto first = static_cast<std::size_t>(look.newest ? look.newest->tree_size : 0);
        if (first < log_.log.rows.size()) {
            look.waiting_since = log_.log.rows[first].event.at;
        }
        co_return look;
    }
    async::Task<Result<std::optional<Hash>>> find_root(std::int64_t tree_size, Deadline) override {
        const auto found = log_.checkpoints.find(tree_size);
        std::optional<Hash> root;
        if (found != log_.checkpoints.end()) {
            std::ranges::copy(crypto::bytes_of(found->second.root), root.emplace().begin());
        }
        co_return root;
    }
    async::Task<Result<void>> add(NewAnchor anchor, Deadline) override {
        if (refuse_adding) {
            co_return *std::exchange(refuse_adding, {});
        }
        const bool known = std::ranges::any_of(anchors, [&anchor](const NewAnchor& row) {
            return row.anchor.object_key == anchor.anchor.object_key;
        });
        if (!known) {
            anchors.push_back(std::move(anchor));
        }
        co_return Result<void>();
    }

private:
    MemoryCheckpointStore& log_;
};

}  // namespace rgw::audit
