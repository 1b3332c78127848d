#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/audit/checkpoint.hpp"
#include "rgw/audit/checkpoint_store.hpp"
#include "rgw/audit/proof_maker.hpp"
#include "rgw/audit/recorder.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::audit {

// Retention: what is older than a limit leaves the log, from its beginning and in whole groups of
// group_size, whose roots stay (docs/adr/0015-retention.md).

inline constexpr std::string_view prune_action = "audit.prune";
// What a record of pruning says was to be removed: the events below this index. 0 for any other
// event.
[[nodiscard]] std::int64_t pruned_to(const Event& event);

// What has to cover an event before it may go.
enum class PruneBelow : std::uint8_t { checkpoint, anchor, archive };

// What may be removed now; nothing when `to` is `from`.
struct PrunePlan {
    std::int64_t from = 0;      // the first event that is there
    std::int64_t to = 0;        // a multiple of group_size
    std::int64_t boundary = 0;  // size of the smallest stored checkpoint that covers them all
    std::int64_t days = 0;      // the limit that counts: the longer one
};

// Leaves of a group that a proof from a lasting checkpoint will need.
struct KeptGroup {
    std::int64_t index = 0;
    std::vector<Hash> leaves;
};

struct PruneBatch {
    std::int64_t to = 0;
    std::int64_t days = 0;
    std::vector<KeptGroup> kept;
};

// While it lives no other process prunes.
class PruneClaim {
public:
    virtual ~PruneClaim() = default;
};

// What removes events (libs/storage implements it). On the database loop. Errors: those of
// pg::Pool::query.
class RetentionStore {
public:
    virtual ~RetentionStore() = default;

    // Nothing when another process has it.
    virtual async::Task<Result<std::unique_ptr<PruneClaim>>> claim(Deadline deadline) = 0;
    // Nothing when the database allows nothing to be removed.
    virtual async::Task<Result<std::optional<PrunePlan>>> plan(std::int64_t days, PruneBelow below,
                                                               Deadline deadline) = 0;
    // Sizes of the checkpoints from `from` to before `before` that are to stay for ever.
    virtual async::Task<Result<std::vector<std::int64_t>>> lasting(std::int64_t from,
                                                                   std::int64_t before,
                                                                   Deadline deadline) = 0;
    // One transaction; how many events went. The database refuses what retention does not allow.
    virtual async::Task<Result<std::int64_t>> prune(PruneBatch batch, Deadline deadline) = 0;
    // Checkpoints of which one a day is enough; how many went, a bounded number.
    virtual async::Task<Result<std::int64_t>> thin_checkpoints(Deadline deadline) = 0;
};

// Prunes, one run at a time. A run is an event itself: its intent is durable before the first row
// goes, its outcome says how far it came. Nothing goes that is not what was signed: the groups are
// confirmed by the newest checkpoint, and the events by their groups. A run that was cut is gone on
// with by the next. On the database loop.
class Pruner {
public:
    struct Parts {
        RetentionStore& store;
        CheckpointStore& checkpoints;
        ProofMaker& proofs;
        Recorder& recorder;
        const Clock& clock;
    };
    struct Options {
        std::int64_t days = 0;
        PruneBelow below = PruneBelow::checkpoint;
        std::int64_t groups_per_batch = 20;    // about 5,000 events, 40 groups at most
        std::chrono::milliseconds pause{100};  // between two batches
    };

    Pruner(Parts parts, std::vector<NoteVerifier> verifiers, Options options)
        : parts_(parts), verifiers_(std::move(verifiers)), options_(options) {}

    // How many events went; 0 also when another process is at it, or nothing is old enough. Errors:
    // invalid_value when the events are not those that were signed; those of the stores.
    async::Task<Result<std::int64_t>> run();
    // Ends a run between two batches.
    void stop() { stopping_ = true; }

private:
    async::Task<Result<GroupedTree>> confirm(const PrunePlan& plan);
    async::Task<Result<std::int64_t>> remove(PrunePlan plan, const GroupedTree& tree);
    async::Task<Result<std::int64_t>> remove_batch(std::int64_t from, std::int64_t to,
                                                   std::int64_t days, const GroupedTree& tree);
    async::Task<Result<std::int64_t>> recorded(PrunePlan plan);

    Parts parts_;
    std::vector<NoteVerifier> verifiers_;
    Options options_;
    bool stopping_ = false;
};

}  // namespace rgw::audit
