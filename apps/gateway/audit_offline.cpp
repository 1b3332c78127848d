// `audit verify --export`: everything from files, without a database.
#include <algorithm>
#include <bit>
#include <fstream>
#include <functional>
#include <map>
#include <utility>

#include "audit_evidence.hpp"
#include "rgw/audit/export_file.hpp"
#include "rgw/audit/grouped_tree.hpp"
#include "rgw/audit/proof.hpp"

namespace rgw::app {
namespace {

using audit::ExportedEvent;

// The lines of an export, oldest first whichever way the file goes.
class ExportFile {
public:
    explicit ExportFile(std::string path)
        : path_(std::move(path)), file_(path_, std::ios::binary) {}

    // The first event; what follows is read by each(). Error: what cannot be read.
    Result<std::optional<ExportedEvent>> open() {
        std::string line;
        if (!file_) {
            return Error(Errc::invalid_value, "--export " + path_ + ": cannot be read");
        }
        for (std::streamoff at = 0; std::getline(file_, line);
             at += static_cast<std::streamoff>(line.size()) + 1) {
            places_.push_back(at);
        }
        if (places_.empty()) {
            return std::optional<ExportedEvent>();
        }
        const Result<ExportedEvent> first = read(0);
        const Result<ExportedEvent> last = read(places_.size() - 1);
        if (!first || !last) {
            return first ? last.error() : first.error();
        }
        newest_first_ = first->stored.chain_index > last->stored.chain_index;
        return std::optional(newest_first_ ? *last : *first);
    }

    Result<void> each(const std::function<void(const ExportedEvent&)>& visit) {
        for (std::size_t i = 0; i < places_.size(); ++i) {
            const Result<ExportedEvent> event = read(newest_first_ ? places_.size() - 1 - i : i);
            if (!event) {
                return event.error();
            }
            visit(*event);
        }
        return {};
    }

private:
    Result<ExportedEvent> read(std::size_t number) {
        std::string line;
        file_.clear();
        // Going forward the file stands there already, and seeking would read its buffer again.
        if (next_ != number) {
            file_.seekg(places_[number]);
        }
        next_ = number + 1;
        std::getline(file_, line);
        Result<ExportedEvent> event = audit::parse_exported(line);
        if (!event) {
            return Error(Errc::invalid_value, "--export " + path_ + ", line " +
                                                  std::to_string(number + 1) + ": " +
                                                  event.error().detail);
        }
        return event;
    }

    std::string path_;
    std::ifstream file_;
    std::vector<std::streamoff> places_;
    std::size_t next_ = static_cast<std::size_t>(-1);
    bool newest_first_ = false;
};

// Checks the proofs that events bring along.
class ProofCheck {
public:
    explicit ProofCheck(const audit::Evidence& evidence) {
        for (const std::string& note : evidence.checkpoints) {
            const Result<audit::Checkpoint> checkpoint =
                audit::open_checkpoint(note, evidence.verifiers);
            const bool of_this_log =
                checkpoint && std::ranges::any_of(evidence.verifiers, [&](const auto& verifier) {
                    return verifier.name() == checkpoint->origin;
                });
            if (of_this_log) {
                roots_.emplace(checkpoint->tree_size, checkpoint->root);
            }
        }
    }

    void add(const ExportedEvent& event) {
        if (!event.proof) {
            return;
        }
        const auto root = roots_.find(event.proof->tree_size);
        if (root == roots_.end()) {
            ++count_.without_checkpoint;
            return;
        }
        const std::int64_t index = event.stored.chain_index;
        const std::optional<audit::Hash> leaf = audit::leaf_of(event.stored);
        const bool holds = leaf && audit::proves_inclusion(index, event.proof->tree_size, *leaf,
                                                           event.proof->nodes, root->second);
        if (holds) {
            ++count_.good;
        } else if (!count_.first_bad) {
            count_.first_bad = index;
        }
    }
    [[nodiscard]] const ProofCount& count() const { return count_; }

private:
    std::map<std::int64_t, audit::Hash> roots_;
    ProofCount count_;
};

// A part of the log has no root that could be compared: its events are checked one by one, by their
// proofs and the HMAC chain.
void start_at(const audit::StoredEvent& first, audit::Evidence& evidence) {
    audit::Head& start = evidence.start;
    start.next_index = first.chain_index;
    start.last_hash.reset();
    if (first.previous_hash && first.previous_hash->size() == sizeof(audit::Hash)) {
        std::ranges::copy(crypto::bytes_of(*first.previous_hash),
                          start.last_hash.emplace().begin());
    }
    const auto nodes =
        static_cast<std::size_t>(std::popcount(static_cast<std::uint64_t>(first.chain_index)));
    start.tree =
        audit::CompactTree::parse(first.chain_index, std::string(nodes * sizeof(audit::Hash), '\0'))
            .value();
    evidence.checkpoints.clear();
}

}  // namespace

Result<int> verify_export(const std::string& file, Given given) {
    audit::Evidence& evidence = given.evidence;
    ExportFile lines(file);
    const Result<std::optional<ExportedEvent>> first = lines.open();
    if (!first) {
        return first.error();
    }
    ProofCheck proofs(evidence);
    const bool partial = *first && (*first)->stored.chain_index > 0;
    if (partial) {
        start_at((*first)->stored, evidence);
    }
    audit::EvidenceCheck check(evidence);
    const Result<void> read = lines.each([&](const ExportedEvent& event) {
        check.add(event.stored);
        given.anchors.add(event.stored);
        proofs.add(event);
    });
    if (!read) {
        return read.error();
    }
    audit::EvidenceReport report = check.finish();
    if (partial) {
        report.not_proven.emplace_back(
            "The export does not begin with the first event: checkpoints were used for the proofs "
            "of single events only.");
    }
    return tell(report, given, proofs.count());
}

}  // namespace rgw::app
