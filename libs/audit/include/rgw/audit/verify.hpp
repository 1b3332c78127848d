#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rgw/audit/chain.hpp"

namespace rgw::audit {

// An event as it was found, nothing about it trusted.
struct StoredEvent {
    std::int64_t chain_index = 0;
    std::int64_t format = 0;
    std::int64_t key_id = 0;
    std::optional<std::string> previous_hash;  // raw bytes
    std::string event_hash;
    Event event;
    std::string unreadable;  // the column whose value no event can have; empty when all can be read
};

enum class Fault : std::uint8_t {
    missing,         // this index is not there, a later one is
    out_of_order,    // this index came a second time or too late
    unreadable,      // a column holds what no event can have
    unknown_format,  // not written by this version or an older one
    unknown_key,     // sealed with a key that was not given
    broken_link,     // previous_hash is not the hash of the event before
    altered,         // content or event_hash is not what was sealed
    cut_off,         // the head says there were more events
    beyond_head,     // the head says there were fewer events
    head_differs,    // the head's last hash or Merkle tree is not what the events give
    unrecorded,      // events before this index are gone, and no record of retention says so
    unconfirmed,     // … and no signed checkpoint that can still be computed had them
};
[[nodiscard]] std::string_view name(Fault fault);

struct Finding {
    std::int64_t chain_index = 0;
    Fault fault = Fault::altered;
    std::string explanation;  // a sentence; holds no content of the event
};

struct VerifyReport {
    std::optional<Finding> first_bad;
    std::int64_t first_index = 0;
    std::int64_t next_index = 0;  // of the first event that was not verified
    std::int64_t events_seen = 0;
    Hash root{};                          // Merkle root over all events before next_index
    std::vector<std::string> not_proven;  // what these inputs cannot show, as sentences

    [[nodiscard]] bool intact() const { return !first_bad.has_value(); }
};

// Recomputes a log from what is stored, fed in index order, and keeps the first thing that is
// wrong. Without keys it checks order, links and the Merkle tree only: altered content then shows
// in the root (compare it with a checkpoint) and not by index.
class Verifier {
public:
    // `start`: the head before the first event to come, from a checkpoint that is trusted.
    explicit Verifier(std::span<const Key> keys, Head start = {});

    // False from the first fault on; later events are only counted.
    bool add(const StoredEvent& stored);
    // The log so far: up to the first fault.
    [[nodiscard]] const Head& head() const { return head_; }
    // With the head stored beside the events, if there is one.
    [[nodiscard]] VerifyReport finish(const std::optional<Head>& stored_head) const;

private:
    std::optional<Finding> check(const StoredEvent& stored);
    [[nodiscard]] std::optional<Finding> check_head(const Head& stored_head) const;

    std::map<std::int64_t, crypto::HmacSha256> keys_;
    std::int64_t first_index_;
    Head head_;
    std::int64_t events_seen_ = 0;
    std::optional<Finding> first_bad_;
};

}  // namespace rgw::audit
