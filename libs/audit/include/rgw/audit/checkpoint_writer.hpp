#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/audit/checkpoint.hpp"
#include "rgw/audit/checkpoint_store.hpp"
#include "rgw/audit/merkle.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::audit {

// When the log is looked at: `interval` after the last time, or as soon as this process has
// appended `events` more.
class CheckpointPace {
public:
    static constexpr std::chrono::seconds interval{10};
    static constexpr std::uint64_t events = 1000;

    // True starts the next interval.
    bool due(Deadline now, std::uint64_t appended_total);

private:
    std::optional<Deadline> last_;
    std::uint64_t appended_ = 0;
};

struct CheckpointStats {
    std::uint64_t failures_total = 0;
    bool contradicted = false;  // nothing is signed until the process starts again
    std::int64_t newest_size = 0;
    std::optional<Timestamp> newest_at;
};

// Signs and stores checkpoints, one of these per process; several processes do no harm. What it
// signs it has recomputed from the events, starting from the newest checkpoint that it signed or
// found signed, so that each process also watches what the others sign and what becomes of the
// database. A log that is not the one that was signed before is never signed: not its head put
// back, not its events changed since. Lives on one loop; never in the way of the appender.
class CheckpointWriter {
public:
    // The first signer is the current one; there is one at least, and all have the origin as name.
    CheckpointWriter(CheckpointStore& store, std::vector<NoteSigner> signers);

    // Looks at the log and signs it when there is something new; nothing more than that look when
    // there is not. A failure is logged and counted. Errors: those of the store; timed_out at
    // `give_up`; invalid_value when the log contradicts what was signed.
    async::Task<Result<void>> write(Deadline give_up);
    // Writes as CheckpointPace says, until stop().
    async::Task<void> run(std::function<std::uint64_t()> appended_total);
    void stop() { stopping_ = true; }

    [[nodiscard]] CheckpointStats stats() const;  // from any thread

private:
    async::Task<Result<void>> try_write(Deadline give_up);
    async::Task<Result<void>> recompute(std::int64_t size, Deadline give_up);
    async::Task<Result<void>> start_at_pruned(std::int64_t pruned_before, Deadline give_up);
    async::Task<Result<void>> failed(Error reading, Deadline give_up);
    async::Task<Result<void>> sign(Head head, Deadline give_up);
    [[nodiscard]] Result<void> begin(const LogEnd& end);
    [[nodiscard]] Result<void> check_sizes(const LogEnd& end) const;
    [[nodiscard]] Result<void> append(const Hash& leaf);
    [[nodiscard]] Result<void> check_claim();
    void groups_are_stored();
    void note_newest(std::int64_t size, Timestamp at);
    void note_failure(const Error& error);

    CheckpointStore& store_;
    std::vector<NoteSigner> signers_;
    std::vector<NoteVerifier> verifiers_;
    bool begun_ = false;
    bool stopping_ = false;

    CompactTree tree_;              // recomputed so far
    CompactTree group_;             // its last group, which is not full
    std::int64_t first_group_ = 0;  // the first of groups_
    std::vector<Hash> groups_;      // roots that are not stored yet
    std::int64_t stored_ = 0;       // size of the newest checkpoint that is stored for certain
    std::optional<StoredCheckpoint> claim_;  // of another process, not yet reached
    std::string contradiction_;

    mutable std::mutex mutex_;
    CheckpointStats stats_;
};

}  // namespace rgw::audit
