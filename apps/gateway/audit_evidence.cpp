#include "audit_evidence.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

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

void tell_what_is_wrong(const audit::EvidenceReport& report, const ProofCount& proofs) {
    if (!report.log.intact()) {
        const audit::Finding& bad = *report.log.first_bad;
        std::cout << "NOT WHOLE: event " << bad.chain_index << ": " << audit::name(bad.fault)
                  << ": " << bad.explanation << "\n"
                  << report.log.next_index - report.log.first_index
                  << " events before it verified.\n";
    }
    constexpr int most = 10;
    int said = 0;
    for (const CheckpointFinding& finding : report.checkpoints) {
        if (is_bad(finding.verdict) && said++ < most) {
            std::cout << "NOT WHOLE: " << audit::name(finding.verdict) << ": "
                      << finding.explanation << "\n";
        }
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

void tell_what_holds(const audit::EvidenceReport& report, const ProofCount& proofs) {
    const audit::VerifyReport& log = report.log;
    std::cout << log.events_seen << " events verified, " << log.first_index << " to "
              << log.next_index - 1;
    if (log.first_index == 0) {
        std::cout << "; Merkle root " << crypto::hex(log.root);
    }
    std::cout << "\n";
    if (const std::int64_t agree = count_of(report, Verdict::reproduced); agree > 0) {
        std::cout << agree << " signed checkpoints agree; they cover the events before "
                  << report.confirmed << ".\n";
    }
    if (proofs.good > 0) {
        std::cout << proofs.good << " events are proven to be in a signed checkpoint.\n";
    }
}

}  // namespace

Result<audit::Evidence> gather_evidence(const std::vector<std::string>& key_texts,
                                        const std::vector<std::string>& checkpoint_files) {
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
    for (const std::string& text : key_texts) {
        Result<audit::NoteVerifier> verifier = audit::NoteVerifier::parse(text);
        if (!verifier) {
            return Error(Errc::invalid_value, "--key " + text + ": " + verifier.error().detail);
        }
        evidence.verifiers.push_back(std::move(*verifier));
    }
    for (const std::string& path : checkpoint_files) {
        const Result<std::string> text = read_whole(path);
        if (!text) {
            return text.error();
        }
        for (std::string& note : audit::split_notes(*text)) {
            evidence.checkpoints.push_back(std::move(note));
        }
    }
    return evidence;
}

int tell(const audit::EvidenceReport& report, const ProofCount& proofs) {
    const bool whole = report.intact() && !proofs.first_bad;
    if (whole) {
        tell_what_holds(report, proofs);
    } else {
        tell_what_is_wrong(report, proofs);
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
