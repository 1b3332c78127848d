#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/audit/event.hpp"
#include "rgw/audit/verify.hpp"
#include "rgw/base/error.hpp"

// What `rack-gateway-api audit export` writes and `audit verify` reads (docs/audit-reading.md).
namespace rgw::audit {

// That an event is in the log of a checkpoint.
struct LineProof {
    std::int64_t tree_size = 0;  // of the checkpoint
    std::vector<Hash> nodes;

    bool operator==(const LineProof&) const = default;
};

// Adds the proof to a line of append_ndjson(), as its last member:
// "proof":{"tree_size":N,"nodes":["…"]}, nodes in base64.
void append_proof(std::string& line, const LineProof& proof);

struct ExportedEvent {
    StoredEvent stored;
    std::optional<LineProof> proof;
};
// A line with or without a proof, with or without its LF; a proof is read in the one spelling that
// append_proof() writes. Error: invalid_value, saying what is wrong.
[[nodiscard]] Result<ExportedEvent> parse_exported(std::string_view line);

// The notes of a file that holds one after the other. What is behind the last signature without
// one of its own is a note, too, and no good one.
[[nodiscard]] std::vector<std::string> split_notes(std::string_view text);

}  // namespace rgw::audit
