#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rgw/async/cpu_pool.hpp"
#include "rgw/audit/checkpoint_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Checkpoints in PostgreSQL (migrations/0013_checkpoints.sql). From any loop; events are read and
// hashed on `cpu`.
class PgCheckpointStore final : public audit::CheckpointStore {
public:
    PgCheckpointStore(pg::Pool& pool, async::CpuPool& cpu) : pool_(pool), cpu_(cpu) {}

    async::Task<Result<audit::LogEnd>> look(Deadline deadline) override;
    async::Task<Result<std::optional<audit::StoredCheckpoint>>> find(std::int64_t tree_size,
                                                                     Deadline deadline) override;
    async::Task<Result<std::vector<audit::Hash>>> load_leaves(audit::LeafRange leaves,
                                                              Deadline deadline) override;
    async::Task<Result<std::vector<audit::Hash>>> load_groups(std::int64_t count,
                                                              Deadline deadline) override;
    async::Task<Result<Timestamp>> add(audit::NewCheckpoint checkpoint, Deadline deadline) override;
    async::Task<Result<std::vector<audit::UsedKey>>> list_keys(Deadline deadline) override;

    // What a verifier is given: the newest thousand, and of older ones the last of each day (UTC).
    // Notes, by size.
    async::Task<Result<std::vector<std::string>>> list_notes(Deadline deadline);

private:
    async::Task<std::optional<std::vector<audit::Hash>>> find_kept(audit::LeafRange leaves,
                                                                   Deadline deadline);

    pg::Pool& pool_;
    async::CpuPool& cpu_;
};

}  // namespace rgw::storage
