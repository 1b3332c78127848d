#include "rgw/audit/chain.hpp"

#include <algorithm>
#include <array>

namespace rgw::audit {
namespace {

// format ‖ chain_index ‖ previous_hash ‖ leaf
constexpr std::size_t chained_size = 4 + 8 + 2 * sizeof(Hash);
using Chained = std::array<std::byte, chained_size>;

std::byte* put_big_endian(std::byte* out, std::uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
        *out++ = static_cast<std::byte>((value >> static_cast<unsigned>(shift)) & 255U);
    }
    return out;
}

}  // namespace

Key::Key(Secret secret) : secret_(std::move(secret)) {
    const Hash mac = crypto::hmac_sha256(secret_.expose(), "rack-gateway audit key id");
    std::uint32_t first = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        first = (first << 8U) | std::to_integer<std::uint32_t>(mac[i]);
    }
    id_ = static_cast<std::int32_t>(first >> 1U);
}

Hash leaf_hash(std::string_view canonical_bytes) {
    thread_local crypto::Sha256 hasher;
    hasher.update(std::string_view("\0", 1)).update(canonical_bytes);
    return hasher.finish();
}

Hash event_hash(crypto::HmacSha256& keyed, std::int64_t chain_index,
                const std::optional<Hash>& previous, const Hash& leaf) {
    Chained message{};
    std::byte* out = put_big_endian(message.data(), format_version, 4);
    out = put_big_endian(out, static_cast<std::uint64_t>(chain_index), 8);
    out = std::ranges::copy(previous.value_or(Hash{}), out).out;
    std::ranges::copy(leaf, out);
    return keyed.mac(message);
}

Hash event_hash(const Key& key, std::int64_t chain_index, const std::optional<Hash>& previous,
                const Hash& leaf) {
    crypto::HmacSha256 keyed(key.secret().expose());
    return event_hash(keyed, chain_index, previous, leaf);
}

PreparedEvent prepare(Event event, const Key& key) {
    PreparedEvent prepared{.event = normalise(std::move(event))};
    prepared.leaf = leaf_hash(canonical(prepared.event, key.id()));
    return prepared;
}

SealedBatch seal(const Head& head, std::span<const PreparedEvent> events, const Key& key) {
    crypto::HmacSha256 keyed(key.secret().expose());
    SealedBatch batch{.key_id = key.id(), .head = head};
    batch.events.reserve(events.size());
    for (const PreparedEvent& prepared : events) {
        SealedEvent& sealed = batch.events.emplace_back();
        sealed.event = &prepared.event;
        sealed.chain_index = batch.head.next_index++;
        sealed.previous_hash = batch.head.last_hash;
        sealed.event_hash =
            event_hash(keyed, sealed.chain_index, sealed.previous_hash, prepared.leaf);
        batch.head.last_hash = sealed.event_hash;
        batch.head.tree.append(prepared.leaf);
    }
    return batch;
}

}  // namespace rgw::audit
