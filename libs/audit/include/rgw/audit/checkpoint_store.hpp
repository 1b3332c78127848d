#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/audit/chain.hpp"
#include "rgw/audit/grouped_tree.hpp"
#include "rgw/audit/proof.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::audit {

// As it lies in the database, nothing about it trusted.
struct StoredCheckpoint {
    std::int64_t tree_size = 0;
    Timestamp created_at{};
    std::string root;  // raw bytes
    std::string tree;
    std::string note;
};

// The end of the log and its newest checkpoint, seen at one moment.
struct LogEnd {
    Head head;
    std::optional<StoredCheckpoint> newest;
    std::int64_t pruned_before = 0;  // a multiple of group_size; what is below was removed
};

struct NewCheckpoint {
    Head head;  // of the events it is about
    std::string note;
    std::vector<std::string> keys;  // that signed it, as NoteSigner::verifier_text()
    std::int64_t first_group = 0;   // all before it are stored
    std::vector<Hash> groups;       // their roots, up to the last full one
};

struct UsedKey {
    std::string verifier;
    Timestamp first_used_at{};
};

// Where checkpoints lie, and what they are proven with (libs/storage implements it). From any loop.
// Errors: those of pg::Pool::query, and what is said here.
class CheckpointStore {
public:
    virtual ~CheckpointStore() = default;

    // One query. Error: invalid_value when the head cannot be one.
    virtual async::Task<Result<LogEnd>> look(Deadline deadline) = 0;
    virtual async::Task<Result<std::optional<StoredCheckpoint>>> find(std::int64_t tree_size,
                                                                      Deadline deadline) = 0;
    // The leaves recomputed from the events, some thousand at most; of a group whose events were
    // removed, those that were kept. Errors: not_found when an event is not there, invalid_value
    // when one cannot be read.
    virtual async::Task<Result<std::vector<Hash>>> load_leaves(LeafRange leaves,
                                                               Deadline deadline) = 0;
    // The roots of the first `count` groups. Error: not_found when one is not there.
    virtual async::Task<Result<std::vector<Hash>>> load_groups(std::int64_t count,
                                                               Deadline deadline) = 0;
    // With its groups, or not at all; when it was stored. What is there already stays and must be
    // the same.
    virtual async::Task<Result<Timestamp>> add(NewCheckpoint checkpoint, Deadline deadline) = 0;
    // Newest first.
    virtual async::Task<Result<std::vector<UsedKey>>> list_keys(Deadline deadline) = 0;
};

}  // namespace rgw::audit
