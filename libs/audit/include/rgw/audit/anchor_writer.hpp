#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rgw/audit/anchor_store.hpp"
#include "rgw/audit/locked_object_store.hpp"

namespace rgw::audit {

struct AnchorOptions {
    std::string bucket;
    std::string chain_id;
    std::chrono::days retention{400};
    std::chrono::minutes interval{60};
    std::int64_t events = 10'000;  // as soon as so many are not anchored
    std::int64_t instance = 0;
};

struct AnchorStats {
    std::int64_t newest_size = 0;
    std::optional<Timestamp> newest_at;
    std::uint64_t failures_total = 0;
    bool overdue = false;       // events wait for an anchor for more than two intervals
    std::string contradiction;  // "" as long as the bucket says nothing else than this database
};

enum class Round : std::uint8_t {
    when_due,
    now,       // whatever is not anchored yet
    restored,  // the same; an operator has put an older copy of the database back, and knows that
               // the anchors after it are passed over
};

// Anchors the newest checkpoint, and looks whether the bucket knows more than this database. One
// per process; of several processes one works at a time. What it anchors is signed already: it
// trusts no row, only the note in it. Lives on one loop.
//
// An object that no row tells of was written by a process that ended before it could say so, and is
// noted now, if this log has that checkpoint. If not, this database is an older copy or another
// history: nothing is anchored until that is decided (Round::restored).
class AnchorWriter {
public:
    struct Parts {
        AnchorStore& store;
        LockedObjectStore& objects;
        const Clock& clock;
    };
    // The first signer is the current one.
    AnchorWriter(Parts parts, std::vector<NoteSigner> signers, std::vector<NoteVerifier> verifiers,
                 AnchorOptions options);

    // One round: the anchor that was written, if there was something to anchor and it was this
    // process's turn. A failure is logged and counted. Errors: those of the stores; invalid_value
    // for a contradiction.
    async::Task<Result<std::optional<AnchorLink>>> write(Deadline give_up,
                                                         Round round = Round::when_due);
    // Writes at the pace of the options until stop(); `contradicted` is told once of each
    // contradiction.
    async::Task<void> run(std::function<async::Task<void>(std::string)> contradicted);
    void stop() { stopping_ = true; }
    // Only looks: "" or what the bucket says against this database.
    async::Task<Result<std::string>> find_contradiction(Deadline give_up);

    [[nodiscard]] AnchorStats stats() const;  // from any thread

private:
    using Written = std::optional<AnchorLink>;
    struct Unknown {
        std::vector<NewAnchor> ours;  // that this log has
        std::string contradiction;
        std::optional<std::string> newest_key;  // of those that speak against this database
    };

    async::Task<Result<Written>> try_write(Round round, Deadline give_up);
    async::Task<Result<Written>> write_in_turn(Round round, Deadline give_up);
    async::Task<Result<Unknown>> find_unknown(const AnchorLook& look, Deadline give_up);
    async::Task<Result<void>> compare_newest(AnchorLink known, Unknown& unknown, Deadline give_up);
    async::Task<Result<std::vector<std::string>>> list_after(std::string after, Deadline give_up);
    async::Task<Result<void>> judge(std::string key, std::int64_t next_index, Unknown& unknown,
                                    Deadline give_up);
    async::Task<Result<Written>> anchor(CheckpointEnd checkpoint,
                                        std::optional<KnownAnchor> previous,
                                        std::optional<std::string> passed_over, Deadline give_up);
    async::Task<Result<std::optional<std::string>>> put(std::string key, std::string body,
                                                        Timestamp retain_until, Deadline give_up);
    [[nodiscard]] bool due(const AnchorLook& look) const;
    void note(const AnchorLook& look);
    void note_failure(const Error& error);

    Parts parts_;
    std::vector<NoteSigner> signers_;
    std::vector<NoteVerifier> verifiers_;
    AnchorOptions options_;
    bool stopping_ = false;
    bool anchored_before_ = false;  // in this process
    mutable std::mutex mutex_;
    AnchorStats stats_;
};

}  // namespace rgw::audit
