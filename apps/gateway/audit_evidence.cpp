#include "audit_evidence.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <utility>

#include "anchors.hpp"
#include "configuration.hpp"
#include "rgw/audit/export_file.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/settings/settings.hpp"

namespace rgw::app {
namespace {

using audit::CheckpointFinding;
using audit::Verdict;

Result<std::string> read_whole(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        return Error(Errc::invalid_value, "--checkpoint " + path + ": cannot be read, or is empty");
    }
    return std::move(text).str();
}

std::int64_t count_of(const audit::EvidenceReport& report, Verdict verdict) {
    return std::ranges::count(report.checkpoints, verdict, &CheckpointFinding::verdict);
}

bool is_bad(Verdict verdict) {
    return verdict == Verdict::contradicted || verdict == Verdict::beyond ||
           verdict == Verdict::not_computable || verdict == Verdict::wrongly_signed ||
           verdict == Verdict::malformed;
}

// Their notes before the others, so that a place tells which is whose.
Result<void> add_anchors(const EvidenceRequest& request, Given& given) {
    Result<std::vector<audit::FoundAnchor>> found = read_anchor_files(request.anchor_paths);
    if (found && request.from_bucket) {
        Result<std::vector<audit::FoundAnchor>> fetched = fetch_anchors();
        if (!fetched) {
            return fetched.error();
        }
        std::ranges::move(*fetched, std::back_inserter(*found));
    }
    if (!found) {
        return found.error();
    }
    audit::Evidence& evidence = given.evidence;
    given.anchors = audit::AnchorSet(std::move(*found), evidence.verifiers, request.restores);
    evidence.checkpoints.insert(evidence.checkpoints.begin(), given.anchors.notes().begin(),
                                given.anchors.notes().end());
    return {};
}

// Which evidence it is that says so.
std::string source_of(std::size_t checkpoint, const Given& given) {
    const std::vector<std::string>& places = given.anchors.places();
    return checkpoint < places.size() ? "anchor " + places[checkpoint] + ": " : "";
}

void tell_what_is_wrong(const audit::EvidenceReport& report, const Given& given,
                        const ProofCount& proofs) {
    if (!report.log.intact()) {
        const audit::Finding& bad = *report.log.first_bad;
        std::cout << "NOT WHOLE: event " << bad.chain_index << ": " << audit::name(bad.fault)
                  << ": " << bad.explanation << "\n"
                  << report.log.next_index - report.log.first_index
                  << " events before it verified.\n";
    }
    constexpr int most = 10;
    int said = 0;
    for (std::size_t i = 0; i < report.checkpoints.size(); ++i) {
        const CheckpointFinding& finding = report.checkpoints[i];
        if (is_bad(finding.verdict) && said++ < most) {
            std::cout << "NOT WHOLE: " << audit::name(finding.verdict) << ": "
                      << source_of(i, given) << finding.explanation << "\n";
        }
    }
    for (const audit::AnchorFinding& finding : given.anchors.findings()) {
        std::cout << "NOT WHOLE: " << audit::name(finding.fault) << ": anchor " << finding.place
                  << ": " << finding.explanation << "\n";
    }
    if (said > most) {
        std::cout << "NOT WHOLE: " << said - most << " more checkpoints like these\n";
    }
    for (const audit::Conflict& conflict : report.conflicts) {
        std::cout << "NOT WHOLE: " << conflict.explanation << "\n";
    }
    if (report.differs_within) {
        std::cout << "An event from " << report.differs_within->begin << " to "
                  << report.differs_within->end - 1 << " differs from what was signed.\n";
    }
    if (proofs.first_bad) {
        std::cout << "NOT WHOLE: event " << *proofs.first_bad
                  << ": its proof does not lead to its checkpoint\n";
    }
}

void tell_what_holds(const audit::EvidenceReport& report, const Given& given,
                     const ProofCount& proofs) {
    const audit::VerifyReport& log = report.log;
    std::cout << log.events_seen << " events verified, " << log.first_index << " to "
              << log.next_index - 1;
    if (log.first_index == 0) {
        std::cout << "; Merkle root " << crypto::hex(log.root);
    }
    std::cout << "\n";
    if (!given.anchors.places().empty()) {
        std::cout << given.anchors.places().size() << " anchors were read, from "
                  << given.anchors.places().front() << " to " << given.anchors.places().back()
                  << ".\n";
    }
    if (const std::int64_t agree = count_of(report, Verdict::reproduced); agree > 0) {
        std::cout << agree << " signed checkpoints agree; they cover the events before "
                  << report.confirmed << ".\n";
    }
    if (proofs.good > 0) {
        std::cout << proofs.good << " events are proven to be in a signed checkpoint.\n";
    }
}

}  // namespace

Result<Given> gather_evidence(const EvidenceRequest& request) {
    const Result<settings::Loaded> loaded =
        settings::load(settings::process_environment(), settings::Purpose::maintenance);
    if (!loaded) {
        return loaded.error();
    }
    const settings::AuditSettings& settings = loaded->settings.audit;
    audit::Evidence evidence;
    if (!settings.hmac_secret.empty()) {
        evidence.keys = audit_keys(settings).value();
    }
    if (!settings.hmac_secret.empty() || !settings.signing_key.empty()) {
        Result<CheckpointKeys> keys = checkpoint_keys(settings);
        if (!keys) {
            return keys.error();
        }
        evidence.verifiers = std::move(keys->verifiers);
    }
    for (const std::string& text : request.key_texts) {
        Result<audit::NoteVerifier> verifier = audit::NoteVerifier::parse(text);
        if (!verifier) {
            return Error(Errc::invalid_value, "--key " + text + ": " + verifier.error().detail);
        }
        evidence.verifiers.push_back(std::move(*verifier));
    }
    for (const std::string& path : request.checkpoint_files) {
        const Result<std::string> text = read_whole(path);
        if (!text) {
            return text.error();
        }
        for (std::string& note : audit::split_notes(*text)) {
            evidence.checkpoints.push_back(std::move(note));
        }
    }
    Given given{.evidence = std::move(evidence),
                .any_anchors = request.from_bucket || !request.anchor_paths.empty()};
    const Result<void> added = add_anchors(request, given);
    return added ? Result<Given>(std::move(given)) : added.error();
}

int tell(const audit::EvidenceReport& report, const Given& given, const ProofCount& proofs) {
    const bool whole = report.intact() && !proofs.first_bad && given.anchors.findings().empty();
    if (whole) {
        tell_what_holds(report, given, proofs);
    } else {
        tell_what_is_wrong(report, given, proofs);
    }
    if (given.any_anchors) {
        for (const std::string& sentence : given.anchors.not_proven()) {
            std::cout << "not proven: " << sentence << "\n";
        }
    }
    if (const std::int64_t unknown = count_of(report, Verdict::unknown_signer); unknown > 0) {
        std::cout << "not proven: " << unknown
                  << " checkpoints are signed by no key that was given.\n";
    }
    if (proofs.without_checkpoint > 0) {
        std::cout << "not proven: the proofs of " << proofs.without_checkpoint
                  << " events lead to a checkpoint that was not given, or not signed by a key that "
                     "was.\n";
    }
    for (const std::string& sentence : report.not_proven) {
        std::cout << "not proven: " << sentence << "\n";
    }
    return whole ? 0 : 2;
}

}  // namespace rgw::app
