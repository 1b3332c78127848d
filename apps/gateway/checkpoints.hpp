#pragma once

#include "configuration.hpp"
#include "database.hpp"
#include "rgw/api/metrics.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/cpu_pool.hpp"
#include "rgw/audit/checkpoint_writer.hpp"
#include "rgw/audit/proof_maker.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/storage/checkpoint_store.hpp"

namespace rgw::app {

// Signed checkpoints of the audit log: what writes them, and what proves to them.
class Checkpoints {
public:
    Checkpoints(Database& database, async::CpuPool& cpu, const CheckpointKeys& keys);

    [[nodiscard]] audit::CheckpointWriter& writer() { return writer_; }
    [[nodiscard]] audit::CheckpointStore& store() { return store_; }
    [[nodiscard]] audit::ProofMaker& proofs() { return proofs_; }
    [[nodiscard]] api::CheckpointAccess& access() { return access_; }
    void set_gauges(const api::Metrics::Set& set, Timestamp now) const;

private:
    storage::PgCheckpointStore store_;
    audit::CheckpointWriter writer_;
    audit::ProofMaker proofs_;
    api::CheckpointAccess access_;
};

}  // namespace rgw::app
