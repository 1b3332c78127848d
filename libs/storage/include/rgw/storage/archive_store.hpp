#pragma once

#include <vector>

#include "rgw/async/cpu_pool.hpp"
#include "rgw/audit/archive.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// What is archived, in PostgreSQL (migrations/0016_archive.sql). From any loop; events are read on
// `cpu`.
class PgArchiveStore final : public audit::ArchiveStore {
public:
    PgArchiveStore(pg::Pool& pool, async::CpuPool& cpu) : pool_(pool), cpu_(cpu) {}

    async::Task<Result<audit::ArchiveState>> look(Deadline deadline) override;
    async::Task<Result<std::vector<audit::StoredEvent>>> load_events(audit::LeafRange events,
                                                                     Deadline deadline) override;
    async::Task<Result<void>> add(audit::ArchivedSegment segment, Deadline deadline) override;

private:
    pg::Pool& pool_;
    async::CpuPool& cpu_;
};

}  // namespace rgw::storage
