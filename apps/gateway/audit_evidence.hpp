#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "rgw/audit/evidence.hpp"
#include "rgw/base/error.hpp"

namespace rgw::app {

inline constexpr std::chrono::seconds audit_patience{30};

// What the log is checked with besides itself: the keys of the environment as far as they are set,
// public keys and files of notes from the command line. Error: invalid_value naming the option.
[[nodiscard]] Result<audit::Evidence> gather_evidence(
    const std::vector<std::string>& key_texts, const std::vector<std::string>& checkpoint_files);

// How many proofs of single events there were, and the first that does not hold.
struct ProofCount {
    std::int64_t good = 0;
    std::int64_t without_checkpoint = 0;  // they lead to one that was not given, or not signed
    std::optional<std::int64_t> first_bad;
};

// Says on stdout what was found; the exit status.
int tell(const audit::EvidenceReport& report, const ProofCount& proofs);

// Of an export alone (audit_offline.cpp). Error: what cannot be read.
[[nodiscard]] Result<int> verify_export(const std::string& file, audit::Evidence evidence);

struct ExportRequest {
    std::int64_t from = 0;
    std::optional<std::int64_t> to;
    bool proofs = false;
    std::string output;  // "" for stdout
};
// From the database (audit_export.cpp); the exit status.
int export_audit_log(const ExportRequest& request);

}  // namespace rgw::app
