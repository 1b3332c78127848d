#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "rgw/async/cpu_pool.hpp"
#include "rgw/audit/archive.hpp"
#include "rgw/audit/locked_object_store.hpp"
#include "rgw/audit/proof_maker.hpp"

namespace rgw::audit {

struct ArchiveOptions {
    std::string bucket;
    std::string chain_id;
    std::chrono::days retention{400};
    std::int64_t groups = segment_groups;  // in one segment
};

struct ArchiveStats {
    std::int64_t archived_before = 0;
    std::uint64_t failures_total = 0;
};

// Copies segments of the log to object storage once an anchor covers them. What it copies was
// checked against the anchor's checkpoint; what differs is never archived, and so never pruned.
// Several processes do no harm: the first one's object counts, and the others find it to be the
// same events.
class Archiver {
public:
    Archiver(ArchiveStore& store, LockedObjectStore& objects, ProofMaker& proofs,
             async::CpuPool& cpu, const Clock& clock, ArchiveOptions options)
        : store_(store),
          objects_(objects),
          proofs_(proofs),
          cpu_(cpu),
          clock_(clock),
          options_(std::move(options)) {}

    // Every segment that is due; how many. A failure is logged and counted, and the next call goes
    // on from there. Errors: those of the stores; invalid_value when the log is not what was
    // signed, or when other events lie under a segment's key.
    async::Task<Result<int>> archive(Deadline give_up);

    // Whether a segment is due. Errors: those of the store.
    async::Task<Result<bool>> due(Deadline deadline);

    [[nodiscard]] ArchiveStats stats() const;  // from any thread

private:
    [[nodiscard]] LeafRange next_after(std::int64_t archived_before) const;
    async::Task<Result<int>> archive_all(Deadline give_up);
    async::Task<Result<void>> archive_one(LeafRange events, std::int64_t tree_size,
                                          Deadline give_up);
    async::Task<Result<SegmentWriter>> fill(LeafRange events, GroupedTree tree, Deadline give_up);
    async::Task<Result<void>> put(ArchivedSegment& segment, std::string body,
                                  std::vector<Hash> leaves, Deadline give_up);
    async::Task<Result<void>> adopt(ArchivedSegment& segment, std::vector<Hash> leaves,
                                    Deadline give_up);

    ArchiveStore& store_;
    LockedObjectStore& objects_;
    ProofMaker& proofs_;
    async::CpuPool& cpu_;
    const Clock& clock_;
    ArchiveOptions options_;
    mutable std::mutex mutex_;
    ArchiveStats stats_;
};

}  // namespace rgw::audit
