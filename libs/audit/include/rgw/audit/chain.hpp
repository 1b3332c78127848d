#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rgw/audit/event.hpp"
#include "rgw/audit/merkle.hpp"
#include "rgw/base/secret.hpp"

namespace rgw::audit {

inline constexpr std::int32_t format_version = 1;

// An HMAC key and its id, derived from the key itself so that no numbering has to be configured: the
// first 31 bits of HMAC-SHA-256(key, "rack-gateway audit key id").
class Key {
public:
    explicit Key(Secret secret);
    [[nodiscard]] std::int32_t id() const { return id_; }
    [[nodiscard]] const Secret& secret() const { return secret_; }

private:
    Secret secret_;
    std::int32_t id_;
};

// The end of the log: what the next event is chained to.
struct Head {
    std::int64_t next_index = 0;
    std::optional<Hash> last_hash;  // empty for the empty log
    CompactTree tree;               // RFC 6962 tree over all leaves so far
};

// The canonical bytes of a normalised event (docs/audit-format.md): format, then every field of Event
// in the order of its declaration, key_id after format. Each field is one presence byte (0 absent, 1
// present), and when present a 32-bit big-endian length and the bytes; numbers are 64-bit big-endian
// two's complement, the time is microseconds since 1970.
[[nodiscard]] std::string canonical(const Event& event, std::int32_t key_id);
// SHA-256(0x00 ‖ canonical), the RFC 6962 leaf hash.
[[nodiscard]] Hash leaf_hash(std::string_view canonical_bytes);
// HMAC-SHA-256(key, format ‖ chain_index ‖ previous_hash ‖ leaf): format 32-bit and chain_index 64-bit
// big-endian, previous_hash 32 zero bytes for index 0.
[[nodiscard]] Hash event_hash(const Key& key, std::int64_t chain_index,
                              const std::optional<Hash>& previous, const Hash& leaf);

struct SealedEvent {
    Event event;
    std::int64_t chain_index = 0;
    std::optional<Hash> previous_hash;
    Hash event_hash{};
    std::int32_t key_id = 0;
};

struct SealedBatch {
    std::vector<SealedEvent> events;
    Head head;  // after the batch
};

}  // namespace rgw::audit
