#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rgw/audit/checkpoint.hpp"
#include "rgw/audit/event.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

// Anchors: statements about the log that lie in object storage under a retention lock
// (docs/audit-format.md). One is a JSON object with upstream's members and some more (spec
// database-audit §2.14); everything in it is in the signed lines of the checkpoint it holds, too.
namespace rgw::audit {

inline constexpr std::size_t max_anchor_bytes = 64UL * 1024;

struct AnchorLink {
    std::string object_key;
    Hash body_hash{};  // SHA-256 of the object, byte for byte

    bool operator==(const AnchorLink&) const = default;
};

struct Anchor {
    std::string chain_id;
    std::string object_key;  // where it was written
    std::int64_t tree_size = 0;
    Hash root{};
    Hash last_hash{};  // event_hash of the last event
    Timestamp at{};    // whole seconds
    Timestamp retain_until{};
    std::optional<AnchorLink> previous;
    // Of an anchor that an operator passed over after putting an older copy of the database back
    // (`audit anchor --accept-restored`): what it said was no longer continued from here on.
    std::optional<std::string> passed_over;

    bool operator==(const Anchor&) const = default;
};

// 1 to 64 letters, digits, '.', '_' and '-', the first a letter or digit: it is part of a key.
[[nodiscard]] bool is_chain_id(std::string_view text);
// "<chain_id>/2026/11/25/20/anchor-20261125T201530Z-000000069000.json", UTC: keys sort by time.
[[nodiscard]] std::string anchor_key(std::string_view chain_id, Timestamp at,
                                     std::int64_t tree_size);
// Whether it looks like one of this chain's.
[[nodiscard]] bool is_anchor_key(std::string_view key, std::string_view chain_id);

// The object, its checkpoint signed by each. There is one signer at least, and all have the log's
// origin as name.
[[nodiscard]] std::string write_anchor(const Anchor& anchor, std::span<const NoteSigner> signers);

struct ReadAnchor {
    Anchor anchor;
    std::string note;  // the checkpoint, byte for byte: who signed it is still to be checked
};
// Strict: exactly what write_anchor() writes, so that the object says nothing its checkpoint does
// not. Error: invalid_value, saying what is wrong.
[[nodiscard]] Result<ReadAnchor> read_anchor(std::string_view body);

}  // namespace rgw::audit
