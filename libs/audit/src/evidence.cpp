#include "rgw/audit/evidence.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "evidence_gaps.hpp"
#include "note.hpp"
#include "rgw/audit/retention.hpp"

namespace rgw::audit {
namespace {

bool is_of_this_log(const Checkpoint& checkpoint, const Evidence& evidence) {
    if (!evidence.origin.empty()) {
        return checkpoint.origin == evidence.origin;
    }
    return std::ranges::any_of(evidence.verifiers, [&](const NoteVerifier& verifier) {
        return verifier.name() == checkpoint.origin;
    });
}

bool speaks_against(Verdict verdict) {
    switch (verdict) {
        case Verdict::reproduced:
        case Verdict::before_start:
        case Verdict::unknown_signer:
        case Verdict::other_log:
            return false;
        case Verdict::contradicted:
        case Verdict::beyond:
        case Verdict::not_computable:
        case Verdict::wrongly_signed:
        case Verdict::malformed:
            break;
    }
    return true;
}

std::string events(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " event" : " events");
}

CheckpointFinding finding(Verdict verdict, std::int64_t tree_size, std::string_view sentence) {
    return {.verdict = verdict,
            .tree_size = tree_size,
            .explanation = "the checkpoint of " + events(tree_size) + ": " + std::string(sentence)};
}

}  // namespace

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::reproduced:
            return "reproduced";
        case Verdict::contradicted:
            return "contradicted";
        case Verdict::beyond:
            return "beyond";
        case Verdict::not_computable:
            return "not_computable";
        case Verdict::before_start:
            return "before_start";
        case Verdict::unknown_signer:
            return "unknown_signer";
        case Verdict::other_log:
            return "other_log";
        case Verdict::wrongly_signed:
            return "wrongly_signed";
        case Verdict::malformed:
            break;
    }
    return "malformed";
}

bool EvidenceReport::intact() const {
    return log.intact() && conflicts.empty() &&
           std::ranges::none_of(checkpoints, [](const CheckpointFinding& checkpoint) {
               return speaks_against(checkpoint.verdict);
           });
}

EvidenceCheck::Statement EvidenceCheck::read(std::string_view note, const Evidence& evidence) {
    const Result<Note> parsed = parse_note(note);
    const Result<Checkpoint> checkpoint =
        parsed ? parse_checkpoint_text(parsed->text) : parsed.error();
    if (!checkpoint) {
        return {.finding = {.verdict = Verdict::malformed,
                            .tree_size = 0,
                            .explanation = "no checkpoint: " + checkpoint.error().detail}};
    }
    const std::int64_t size = checkpoint->tree_size;
    switch (check_signatures(*parsed, evidence.verifiers)) {
        case Signed::by_nobody_known:
            return {.finding = finding(Verdict::unknown_signer, size,
                                       "it is signed by no key that was given")};
        case Signed::wrongly:
            return {.finding = finding(Verdict::wrongly_signed, size,
                                       "the key it names did not sign this text")};
        case Signed::by_a_known_key:
            break;
    }
    if (!is_of_this_log(*checkpoint, evidence)) {
        return {.finding = finding(Verdict::other_log, size, "it is of another log")};
    }
    return {.finding = {}, .signed_one = *checkpoint};
}

EvidenceCheck::EvidenceCheck(const Evidence& evidence)
    : verifier_(evidence.keys, evidence.start),
      start_(evidence.start.next_index),
      pruned_(evidence.start_is_pruned),
      keyed_(!evidence.keys.empty()),
      has_verifiers_(!evidence.verifiers.empty()) {
    if (evidence.start.tree.size() != start_) {
        throw std::invalid_argument("a start whose tree is of another size");
    }
    for (const std::string& note : evidence.checkpoints) {
        const Statement& statement = statements_.emplace_back(read(note, evidence));
        if (statement.signed_one) {
            roots_.try_emplace(statement.signed_one->tree_size);
        }
    }
    reached(evidence.start.tree);
}

void EvidenceCheck::add(const StoredEvent& stored) {
    if (verifier_.add(stored)) {
        reached(verifier_.head().tree);
        recorded_ = std::max(recorded_, pruned_to(stored.event));
        return;
    }
    if (!tree_after_fault_) {
        tree_after_fault_ = verifier_.head().tree;
    }
    follow(stored);
}

void EvidenceCheck::follow(const StoredEvent& stored) {
    const std::int64_t index = tree_after_fault_->size();
    if (hole_ || stored.chain_index < index) {
        return;
    }
    const bool readable = stored.chain_index == index && stored.format == format_version &&
                          stored.unreadable.empty() &&
                          stored.key_id == static_cast<std::int32_t>(stored.key_id);
    if (!readable) {
        hole_ = index;
        return;
    }
    tree_after_fault_->append(
        leaf_hash(canonical(stored.event, static_cast<std::int32_t>(stored.key_id))));
    reached(*tree_after_fault_);
}

void EvidenceCheck::reached(const CompactTree& tree) {
    if (const auto wanted = roots_.find(tree.size()); wanted != roots_.end()) {
        wanted->second = tree.root();
    }
}

CheckpointFinding EvidenceCheck::judge(const Checkpoint& checkpoint) const {
    const std::int64_t size = checkpoint.tree_size;
    const std::optional<Hash>& root = roots_.at(size);
    if (root) {
        return *root == checkpoint.root
                   ? finding(Verdict::reproduced, size, "the events give its root")
                   : finding(Verdict::contradicted, size, "the events give another root");
    }
    if (size < start_) {
        return finding(Verdict::before_start, size,
                       "it is of fewer events than the start, and cannot be compared");
    }
    if (hole_) {
        return finding(Verdict::not_computable, size,
                       "event " + std::to_string(*hole_) +
                           " is missing or cannot be read, so there is no root to compare");
    }
    const std::int64_t given =
        tree_after_fault_ ? tree_after_fault_->size() : verifier_.head().next_index;
    return finding(
        Verdict::beyond, size,
        "only " + events(given) + " were given: the rest was cut off, or what was given is older");
}

// A checkpoint that agrees confirms everything below its size, so a smaller one that does not agree
// is of another history; a larger one bounds where the events differ.
void EvidenceCheck::find_differences(EvidenceReport& report) const {
    std::size_t newest = 0;
    for (std::size_t i = 0; i < statements_.size(); ++i) {
        const CheckpointFinding& checkpoint = report.checkpoints[i];
        if (checkpoint.verdict == Verdict::reproduced && checkpoint.tree_size > report.confirmed) {
            newest = i;
            report.confirmed = checkpoint.tree_size;
        }
    }
    for (std::size_t i = 0; i < statements_.size(); ++i) {
        const CheckpointFinding& checkpoint = report.checkpoints[i];
        const std::int64_t size = checkpoint.tree_size;
        if (checkpoint.verdict != Verdict::contradicted) {
            continue;
        }
        if (size < report.confirmed) {
            report.conflicts.push_back({.one = i,
                                        .other = newest,
                                        .explanation = "the checkpoints of " + events(size) +
                                                       " and of " + events(report.confirmed) +
                                                       " cannot be of one log"});
        } else if (size > report.confirmed &&
                   (!report.differs_within || size < report.differs_within->end)) {
            // Of the start's own size: the start differs.
            const std::int64_t begin = size > start_ ? std::max(report.confirmed, start_) : 0;
            report.differs_within = {.begin = begin, .end = size};
        }
    }
}

void EvidenceCheck::find_double_statements(EvidenceReport& report) const {
    std::map<std::int64_t, std::size_t> first_of_size;
    for (std::size_t i = 0; i < statements_.size(); ++i) {
        const std::optional<Checkpoint>& checkpoint = statements_[i].signed_one;
        if (!checkpoint) {
            continue;
        }
        const std::size_t first = first_of_size.try_emplace(checkpoint->tree_size, i).first->second;
        if (statements_[first].signed_one->root != checkpoint->root) {
            report.conflicts.push_back({.one = first,
                                        .other = i,
                                        .explanation = "two checkpoints of " +
                                                       events(checkpoint->tree_size) +
                                                       " have different roots"});
        }
    }
}

// Each run of retention left a record of what it was about to remove, which no later run can have
// removed; and the roots of the groups that are gone give the checkpoints that are left.
void EvidenceCheck::judge_start(EvidenceReport& report) const {
    report.pruned = pruned_;
    if (!pruned_ || report.log.first_bad) {
        return;
    }
    const std::string gone = "the events before " + std::to_string(start_) + " are gone, ";
    if (recorded_ < start_) {
        report.log.first_bad = {
            .chain_index = start_,
            .fault = Fault::unrecorded,
            .explanation =
                gone + (recorded_ == 0 ? "but no event records that retention removed any"
                                       : "but events record that retention removed those before " +
                                             std::to_string(recorded_) + " alone")};
    } else if (has_verifiers_ && report.confirmed < start_) {
        report.log.first_bad = {
            .chain_index = start_,
            .fault = Fault::unconfirmed,
            .explanation = gone +
                           "and no checkpoint signed by a key that was given confirms what "
                           "is kept of them"};
    }
}

EvidenceReport EvidenceCheck::finish(const std::optional<Head>& stored_head) const {
    EvidenceReport report{.log = verifier_.finish(stored_head)};
    report.log.not_proven.clear();
    for (const Statement& statement : statements_) {
        report.checkpoints.push_back(statement.signed_one ? judge(*statement.signed_one)
                                                          : statement.finding);
    }
    find_differences(report);
    find_double_statements(report);
    judge_start(report);
    report.not_proven =
        gaps_of(report, keyed_ ? Given::yes : Given::no, stored_head ? Given::yes : Given::no);
    return report;
}

}  // namespace rgw::audit
