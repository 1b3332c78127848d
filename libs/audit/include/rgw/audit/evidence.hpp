#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rgw/audit/checkpoint.hpp"
#include "rgw/audit/verify.hpp"

namespace rgw::audit {

// What a log is checked with, apart from its events; anything may be missing, and less is shown
// then.
struct Evidence {
    std::vector<Key> keys;                 // of the HMAC chain
    std::vector<NoteVerifier> verifiers;   // public keys of who signs checkpoints
    std::vector<std::string> checkpoints;  // notes as they were found, in any order
    std::string origin;                    // the log's; empty: the name of any of `verifiers`
    Head start;                            // before the first event to come; taken on trust
    bool start_is_pruned =
        false;  // retention removed what is before; then it is not taken on trust
};

enum class Verdict : std::uint8_t {
    reproduced,      // the events give its root
    contradicted,    // they give another one
    beyond,          // it is of more events than were given
    not_computable,  // an event below its size is missing or cannot be read
    before_start,    // it is of fewer events than the start has
    unknown_signer,  // no key that was given signed it: it proves nothing
    other_log,       // signed, but of another origin: it proves nothing here
    wrongly_signed,  // it names a known key, which did not sign this text
    malformed,       // it is no checkpoint
};
[[nodiscard]] std::string_view name(Verdict verdict);

struct CheckpointFinding {
    Verdict verdict = Verdict::malformed;
    std::int64_t tree_size = 0;  // as it claims
    std::string explanation;     // a sentence
};

// Two signed checkpoints that no one log can have had: their places in Evidence::checkpoints.
struct Conflict {
    std::size_t one = 0;
    std::size_t other = 0;
    std::string explanation;
};

// Chain indexes, `end` one past the last.
struct IndexRange {
    std::int64_t begin = 0;
    std::int64_t end = 0;

    bool operator==(const IndexRange&) const = default;
};

struct EvidenceReport {
    VerifyReport log;  // of the events alone; what they cannot show is said below
    std::vector<CheckpointFinding> checkpoints;  // in the order of Evidence::checkpoints
    // Where an event differs from what was signed: from the end of the last checkpoint that agrees
    // to the end of the first one that does not.
    std::optional<IndexRange> differs_within;
    std::vector<Conflict> conflicts;
    bool pruned = false;         // as Evidence::start_is_pruned
    std::int64_t confirmed = 0;  // all events below this index are in a checkpoint that agrees
    std::vector<std::string> not_proven;  // what these inputs cannot show, as sentences

    // Nothing that was given speaks against the log.
    [[nodiscard]] bool intact() const;
};

// Checks a log with everything there is beside it, without a database. Events come in index order,
// oldest first; of a checkpoint it needs the root when its size is reached, so that every size is
// known before the first event.
class EvidenceCheck {
public:
    // Error: std::invalid_argument when the start's tree does not fit its next_index.
    explicit EvidenceCheck(const Evidence& evidence);

    void add(const StoredEvent& stored);
    // With the head stored beside the events, if there is one.
    [[nodiscard]] EvidenceReport finish(const std::optional<Head>& stored_head = {}) const;

private:
    struct Statement {
        CheckpointFinding finding;
        std::optional<Checkpoint> signed_one;  // one that counts
    };

    static Statement read(std::string_view note, const Evidence& evidence);
    // Goes on with the tree after the chain was found broken.
    void follow(const StoredEvent& stored);
    void reached(const CompactTree& tree);
    [[nodiscard]] CheckpointFinding judge(const Checkpoint& checkpoint) const;
    void find_differences(EvidenceReport& report) const;
    void find_double_statements(EvidenceReport& report) const;
    void judge_start(EvidenceReport& report) const;

    std::vector<Statement> statements_;
    std::map<std::int64_t, std::optional<Hash>> roots_;  // at the sizes that are asked for
    Verifier verifier_;
    std::int64_t start_;
    bool pruned_;
    bool keyed_;
    bool has_verifiers_;
    std::int64_t recorded_ = 0;  // what events of this log say was removed
    std::optional<CompactTree> tree_after_fault_;
    std::optional<std::int64_t> hole_;  // the index from which no leaf is known
};

}  // namespace rgw::audit
