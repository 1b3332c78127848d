#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/audit/grouped_tree.hpp"
#include "rgw/audit/proof.hpp"
#include "rgw/audit/verify.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

// Segments: events in order, as lines of `audit export --proofs`, compressed with gzip. Each proof
// leads to the checkpoint of an anchor, so that whoever has the bucket and a public key needs no
// database (docs/audit-anchors.md).
namespace rgw::audit {

inline constexpr std::int64_t segment_groups = 32;

// "<chain_id>/segments/000000000000-000000008191.ndjson.gz": the first and the last index.
[[nodiscard]] std::string segment_key(std::string_view chain_id, LeafRange events);

// Writes a segment event by event; the events begin and end with groups of the tree.
class SegmentWriter {
public:
    explicit SegmentWriter(GroupedTree tree);
    ~SegmentWriter();
    SegmentWriter(SegmentWriter&&) noexcept;
    SegmentWriter& operator=(SegmentWriter&&) = delete;

    // One whole group, the next. Error: invalid_value when these are not the events the tree is of.
    [[nodiscard]] Result<void> add(const std::vector<StoredEvent>& group);
    [[nodiscard]] const std::vector<Hash>& leaves() const { return leaves_; }
    // The compressed bytes; nothing can be added any more.
    [[nodiscard]] std::string finish();

private:
    class Compression;
    GroupedTree tree_;
    std::vector<Hash> leaves_;
    std::unique_ptr<Compression> compression_;
};

// What a segment that was found says, its proofs not checked.
struct SegmentContent {
    std::int64_t first_index = 0;
    std::int64_t tree_size = 0;  // that all its proofs lead to
    std::vector<Hash> leaves;
};
// Error: invalid_value, saying what is wrong.
[[nodiscard]] Result<SegmentContent> read_segment(std::string_view body);

struct ArchivedSegment {
    LeafRange events;
    std::int64_t tree_size = 0;  // of the anchor that its proofs lead to
    Timestamp retain_until{};
    std::string bucket;
    std::string object_key;
    std::optional<std::string> version_id;
    Hash body_hash{};  // SHA-256 of the object
};

struct ArchiveState {
    std::int64_t archived_before = 0;  // all events before it are archived, or were pruned before
    std::int64_t anchored_before = 0;  // size of the newest anchor; 0 without any
};

// Where it is written down what is archived (libs/storage implements it). From any loop. Errors:
// those of pg::Pool::query, and what is said here.
class ArchiveStore {
public:
    virtual ~ArchiveStore() = default;

    virtual async::Task<Result<ArchiveState>> look(Deadline deadline) = 0;
    // A group of events or a few. Error: not_found when one is not there.
    virtual async::Task<Result<std::vector<StoredEvent>>> load_events(LeafRange events,
                                                                      Deadline deadline) = 0;
    // Error: database_conflict when it does not follow what is archived.
    virtual async::Task<Result<void>> add(ArchivedSegment segment, Deadline deadline) = 0;
};

}  // namespace rgw::audit
