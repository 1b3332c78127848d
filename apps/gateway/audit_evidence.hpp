#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "rgw/audit/anchor_set.hpp"
#include "rgw/audit/evidence.hpp"
#include "rgw/base/error.hpp"

namespace rgw::app {

inline constexpr std::chrono::seconds audit_patience{30};

struct EvidenceRequest {
    std::vector<std::string> key_texts;
    std::vector<std::string> checkpoint_files;
    std::vector<std::string> anchor_paths;
    std::vector<std::string> restores;  // keys of anchors that pass others over, known to who asks
    bool from_bucket = false;
};

// What the log is checked with besides itself. The notes of the anchors are the first of
// Evidence::checkpoints.
struct Given {
    audit::Evidence evidence;
    audit::AnchorSet anchors{{}, {}};
    bool any_anchors = false;  // were asked for
};
// The keys of the environment as far as they are set, and what the command line names. Errors:
// invalid_value naming the option; the bucket's.
[[nodiscard]] Result<Given> gather_evidence(const EvidenceRequest& request);

// How many proofs of single events there were, and the first that does not hold.
struct ProofCount {
    std::int64_t good = 0;
    std::int64_t without_checkpoint = 0;  // they lead to one that was not given, or not signed
    std::optional<std::int64_t> first_bad;
};

// Says on stdout what was found; the exit status.
int tell(const audit::EvidenceReport& report, const Given& given, const ProofCount& proofs);

// Of an export alone (audit_offline.cpp). Error: what cannot be read.
[[nodiscard]] Result<int> verify_export(const std::string& file, Given given);

struct ExportRequest {
    std::int64_t from = 0;
    std::optional<std::int64_t> to;
    bool proofs = false;
    std::string output;  // "" for stdout
};
// From the database (audit_export.cpp); the exit status.
int export_audit_log(const ExportRequest& request);

}  // namespace rgw::app
