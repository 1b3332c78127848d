#include "rgw/audit/verify.hpp"

#include <algorithm>

namespace rgw::audit {
namespace {

Finding found(std::int64_t index, Fault fault, std::string_view sentence) {
    return {.chain_index = index,
            .fault = fault,
            .explanation = "event " + std::to_string(index) + ": " + std::string(sentence)};
}

bool equal(const std::optional<std::string>& stored, const std::optional<Hash>& expected) {
    return stored ? expected && crypto::text_of(*expected) == *stored : !expected;
}

}  // namespace

std::string_view name(Fault fault) {
    switch (fault) {
        case Fault::missing:
            return "missing";
        case Fault::out_of_order:
            return "out_of_order";
        case Fault::unreadable:
            return "unreadable";
        case Fault::unknown_format:
            return "unknown_format";
        case Fault::unknown_key:
            return "unknown_key";
        case Fault::broken_link:
            return "broken_link";
        case Fault::altered:
            return "altered";
        case Fault::cut_off:
            return "cut_off";
        case Fault::beyond_head:
            return "beyond_head";
        case Fault::head_differs:
            return "head_differs";
        case Fault::unrecorded:
            return "unrecorded";
        case Fault::unconfirmed:
            return "unconfirmed";
    }
    return "altered";
}

Verifier::Verifier(std::span<const Key> keys, Head start)
    : first_index_(start.next_index), head_(std::move(start)) {
    for (const Key& key : keys) {
        keys_.emplace(key.id(), crypto::HmacSha256(key.secret().expose()));
    }
}

bool Verifier::add(const StoredEvent& stored) {
    ++events_seen_;
    if (!first_bad_) {
        first_bad_ = check(stored);
    }
    return !first_bad_;
}

std::optional<Finding> Verifier::check(const StoredEvent& stored) {
    const std::int64_t index = head_.next_index;
    if (stored.chain_index > index) {
        return found(index, Fault::missing, "it is not there, but later events are");
    }
    if (stored.chain_index < index) {
        return found(stored.chain_index, Fault::out_of_order,
                     stored.chain_index < first_index_
                         ? "it is there, but the log is said to begin after it"
                         : "it comes twice or too late");
    }
    if (stored.format != format_version) {
        return found(index, Fault::unknown_format,
                     "its format number is not one this program can check");
    }
    if (!stored.unreadable.empty()) {
        return found(index, Fault::unreadable,
                     "its column " + stored.unreadable + " holds what no event can have");
    }
    if (stored.key_id != static_cast<std::int32_t>(stored.key_id)) {
        return found(index, Fault::unreadable, "its column key_id holds what no event can have");
    }
    const auto key = keys_.find(stored.key_id);
    if (!keys_.empty() && key == keys_.end()) {
        return found(index, Fault::unknown_key,
                     "it names a key that was not given, so it cannot be checked");
    }
    if (!equal(stored.previous_hash, head_.last_hash)) {
        return found(index, Fault::broken_link,
                     "its previous_hash is not the event_hash of the event before it");
    }
    const Hash leaf = leaf_hash(canonical(stored.event, static_cast<std::int32_t>(stored.key_id)));
    Hash hash{};
    if (keys_.empty()) {
        if (stored.event_hash.size() != hash.size()) {
            return found(index, Fault::altered, "its event_hash is not a hash");
        }
        std::ranges::copy(crypto::bytes_of(stored.event_hash), hash.begin());
    } else {
        hash = event_hash(key->second, index, head_.last_hash, leaf);
        if (crypto::text_of(hash) != stored.event_hash) {
            return found(index, Fault::altered,
                         "its content or its event_hash is not what was sealed");
        }
    }
    head_.next_index = index + 1;
    head_.last_hash = hash;
    head_.tree.append(leaf);
    return std::nullopt;
}

std::optional<Finding> Verifier::check_head(const Head& stored_head) const {
    if (stored_head.next_index > head_.next_index) {
        return found(head_.next_index, Fault::cut_off,
                     "it and all after it are gone: the head says the log goes up to " +
                         std::to_string(stored_head.next_index - 1));
    }
    if (stored_head.next_index < head_.next_index) {
        return found(stored_head.next_index, Fault::beyond_head,
                     "the head says it does not exist yet");
    }
    if (stored_head.last_hash != head_.last_hash) {
        return found(head_.next_index - 1, Fault::head_differs,
                     "the head names another event_hash for the last event");
    }
    if (stored_head.tree != head_.tree) {
        return found(head_.next_index - 1, Fault::head_differs,
                     "the head's Merkle tree is not the tree of these events");
    }
    return std::nullopt;
}

VerifyReport Verifier::finish(const std::optional<Head>& stored_head) const {
    VerifyReport report;
    report.first_bad = first_bad_;
    if (!report.first_bad && stored_head) {
        report.first_bad = check_head(*stored_head);
    }
    report.first_index = first_index_;
    report.next_index = head_.next_index;
    report.events_seen = events_seen_;
    report.root = head_.tree.root();
    if (keys_.empty()) {
        report.not_proven.emplace_back(
            "No HMAC key was given: content was not compared event by event, only through the "
            "Merkle "
            "root.");
    }
    if (!stored_head) {
        report.not_proven.emplace_back(
            "No head was given: events removed from the end cannot be noticed.");
    }
    if (first_index_ > 0) {
        report.not_proven.emplace_back("Events before " + std::to_string(first_index_) +
                                       " were not looked at; the start is taken on trust.");
    }
    report.not_proven.emplace_back(
        "Somebody who could write the database and knew the HMAC key could have rewritten events "
        "and "
        "head together, and somebody who could write the database could have put back an older "
        "copy of "
        "it: only a checkpoint or an anchor kept elsewhere excludes that. Compare the root with "
        "one.");
    return report;
}

}  // namespace rgw::audit
