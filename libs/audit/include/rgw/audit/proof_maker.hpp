#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rgw/async/cpu_pool.hpp"
#include "rgw/async/task.hpp"
#include "rgw/audit/checkpoint_store.hpp"
#include "rgw/audit/grouped_tree.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::audit {

struct InclusionProof {
    std::int64_t chain_index = 0;
    std::int64_t tree_size = 0;
    Hash leaf{};
    std::vector<Hash> nodes;
    std::string note;  // of the checkpoint it leads to
};

struct ConsistencyProof {
    std::int64_t from = 0;
    std::int64_t to = 0;
    std::vector<Hash> nodes;
    std::string from_note;
    std::string to_note;
};

// Makes proofs that lead to stored checkpoints. Each was checked against the root of its checkpoint
// before it is handed out; a log that was changed since is an error, never a wrong proof. From any
// loop. Errors: not_found, with a sentence for who asked; internal when what is stored does not
// give the checkpoint's root; those of CheckpointStore.
class ProofMaker {
public:
    // `cpu` is for the hashing: a tree of millions of events has thousands of groups.
    ProofMaker(CheckpointStore& store, async::CpuPool& cpu) : store_(store), cpu_(cpu) {}

    // Without a size: to the newest checkpoint.
    async::Task<Result<InclusionProof>> prove_inclusion(std::int64_t chain_index,
                                                        std::optional<std::int64_t> tree_size,
                                                        Deadline deadline);
    async::Task<Result<ConsistencyProof>> prove_consistency(std::int64_t from, std::int64_t to,
                                                            Deadline deadline);
    // The tree below a checkpoint, and the checkpoint; without a size the newest.
    struct Proven {
        StoredCheckpoint checkpoint;
        GroupedTree tree;
    };
    async::Task<Result<Proven>> load(std::optional<std::int64_t> tree_size, Deadline deadline);
    // A group's leaves are loaded where they are not known.
    async::Task<Result<void>> open_group_of(std::int64_t chain_index, GroupedTree& tree,
                                            Deadline deadline);

private:
    async::Task<Result<StoredCheckpoint>> find(std::optional<std::int64_t> tree_size,
                                               Deadline deadline);

    CheckpointStore& store_;
    async::CpuPool& cpu_;
};

}  // namespace rgw::audit
