#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/audit/event.hpp"
#include "rgw/audit/merkle.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::audit {

inline constexpr std::int32_t format_version = 1;

// An HMAC key and its id, derived from the key itself so that no numbering has to be configured:
// the first 31 bits of HMAC-SHA-256(key, "rack-gateway audit key id").
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

// The canonical bytes of a normalised event (docs/audit-format.md): format, key_id, then every
// field of Event in the order of its declaration. Each is one presence byte (0 absent, 1 present),
// and when present a 32-bit big-endian length and the bytes; a number's bytes are 64-bit big-endian
// two's complement, the time is microseconds since 1970, the phase its name.
[[nodiscard]] std::string canonical(const Event& event, std::int32_t key_id);
// SHA-256(0x00 ‖ canonical), the RFC 6962 leaf hash.
[[nodiscard]] Hash leaf_hash(std::string_view canonical_bytes);
// HMAC-SHA-256(key, format ‖ chain_index ‖ previous_hash ‖ leaf): format 32-bit and chain_index
// 64-bit big-endian, previous_hash 32 zero bytes for index 0.
[[nodiscard]] Hash event_hash(const Key& key, std::int64_t chain_index,
                              const std::optional<Hash>& previous, const Hash& leaf);

// The same with a key already scheduled, for many events.
[[nodiscard]] Hash event_hash(crypto::HmacSha256& keyed, std::int64_t chain_index,
                              const std::optional<Hash>& previous, const Hash& leaf);

// An event as far as it can be computed without knowing its place: done before the head is locked.
struct PreparedEvent {
    Event event;  // normalised
    Hash leaf{};
};
[[nodiscard]] PreparedEvent prepare(Event event, const Key& key);

struct SealedEvent {
    const Event* event = nullptr;  // lives as long as what seal() was given
    std::int64_t chain_index = 0;
    std::optional<Hash> previous_hash;
    Hash event_hash{};
};

// Consecutive events and the head after them; all sealed with one key.
struct SealedBatch {
    std::vector<SealedEvent> events;
    std::int32_t key_id = 0;
    Head head;
};

// Chains the events, prepared with the same key, to `head`. Pure.
[[nodiscard]] SealedBatch seal(const Head& head, std::span<const PreparedEvent> events,
                               const Key& key);

}  // namespace rgw::audit
