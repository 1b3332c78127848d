#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "rgw/async/task.hpp"
#include "rgw/audit/anchor.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::audit {

struct KnownAnchor {
    AnchorLink link;
    std::int64_t tree_size = 0;
    Timestamp at{};
};

// A checkpoint as it lies in the database, and the hash of the event it ends with.
struct CheckpointEnd {
    std::int64_t tree_size = 0;
    std::string note;
    Hash last_hash{};
};

// What there is to anchor, seen at one moment.
struct AnchorLook {
    std::int64_t next_index = 0;              // of the log
    std::optional<KnownAnchor> newest;        // of this chain in this bucket
    std::optional<CheckpointEnd> checkpoint;  // the newest
    std::optional<Timestamp> waiting_since;   // time of the first event that no anchor covers
};

struct NewAnchor {
    Anchor anchor;
    std::string bucket;
    std::optional<std::string> version_id;
    std::string body;
};

// Where it is written down what is anchored (libs/storage implements it). From any loop. Errors:
// those of pg::Pool::query, and what is said here.
class AnchorStore {
public:
    virtual ~AnchorStore() = default;

    // One process anchors at a time: true when it is this one's turn, for so long; 0 s ends it.
    virtual async::Task<Result<bool>> take_turn(std::int64_t instance, std::chrono::seconds length,
                                                Deadline deadline) = 0;
    virtual async::Task<Result<AnchorLook>> look(std::string bucket, std::string chain_id,
                                                 Deadline deadline) = 0;
    // The root in the stored checkpoint of that size.
    virtual async::Task<Result<std::optional<Hash>>> find_root(std::int64_t tree_size,
                                                               Deadline deadline) = 0;
    // After its object was written. What is there already stays.
    virtual async::Task<Result<void>> add(NewAnchor anchor, Deadline deadline) = 0;
};

}  // namespace rgw::audit
