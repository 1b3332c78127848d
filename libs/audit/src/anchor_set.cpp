#include "rgw/audit/anchor_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

// The whole key, or its end from a '/' on.
bool lies_at(std::string_view key, std::string_view place) {
    return key == place || (key.ends_with(place) && key.size() > place.size() &&
                            key[key.size() - place.size() - 1] == '/');
}

}  // namespace

std::string_view name(AnchorFault fault) {
    switch (fault) {
        case AnchorFault::malformed:
            return "malformed";
        case AnchorFault::moved:
            return "moved";
        case AnchorFault::other_chain:
            return "other_chain";
        case AnchorFault::previous_missing:
            return "previous_missing";
        case AnchorFault::replaced:
            return "replaced";
        case AnchorFault::passed_over:
            return "passed_over";
        case AnchorFault::last_hash_differs:
            break;
    }
    return "last_hash_differs";
}

AnchorSet::AnchorSet(std::vector<FoundAnchor> found, std::span<const NoteVerifier> verifiers,
                     std::span<const std::string> restores)
    : found_(found.size()) {
    anchors_.reserve(found.size());
    for (FoundAnchor& one : found) {
        take(std::move(one), verifiers);
    }
    std::ranges::sort(anchors_, {}, [](const Counted& one) {
        return std::tie(one.anchor.object_key, one.place);
    });
    check_chain_ids();
    check_links();
    pass_over(restores);
    for (const Counted& one : anchors_) {
        if (!one.passed_over) {
            notes_.push_back(one.note);
            places_.push_back(one.place);
        }
        if (one.trusted && !one.passed_over) {
            ends_.emplace(one.anchor.tree_size - 1, &one);
        }
    }
}

void AnchorSet::take(FoundAnchor found, std::span<const NoteVerifier> verifiers) {
    Result<ReadAnchor> read = read_anchor(found.body);
    if (!read) {
        findings_.push_back({.fault = AnchorFault::malformed,
                             .place = found.place,
                             .explanation = std::move(read).error().detail});
        return;
    }
    const bool trusted = open_checkpoint(read->note, verifiers).has_value();
    if (!lies_at(read->anchor.object_key, found.place)) {
        findings_.push_back({.fault = AnchorFault::moved,
                             .place = found.place,
                             .explanation = "it was written as " + read->anchor.object_key});
    }
    anchors_.push_back({.anchor = std::move(read->anchor),
                        .place = std::move(found.place),
                        .note = std::move(read->note),
                        .body_hash = crypto::sha256(found.body),
                        .trusted = trusted});
}

void AnchorSet::check_chain_ids() {
    std::map<std::string_view, std::size_t> counts;
    for (const Counted& one : anchors_) {
        counts[one.anchor.chain_id] += one.trusted ? 1 : 0;
    }
    const auto most = std::ranges::max_element(counts, {}, [](const auto& c) { return c.second; });
    for (const Counted& one : anchors_) {
        if (one.anchor.chain_id != most->first) {
            findings_.push_back(
                {.fault = AnchorFault::other_chain,
                 .place = one.place,
                 .explanation = fmt::format("it is of the chain {}, the others of {}",
                                            one.anchor.chain_id, most->first)});
        }
    }
}

void AnchorSet::check_links() {
    for (const Counted& one : anchors_) {
        // What came before the first one that was given, nobody can tell.
        if (!one.trusted || !one.anchor.previous || &one == &anchors_.front()) {
            continue;
        }
        const AnchorLink& link = *one.anchor.previous;
        const auto previous = std::ranges::equal_range(
            anchors_, link.object_key, {},
            [](const Counted& other) -> const std::string& { return other.anchor.object_key; });
        if (previous.empty()) {
            findings_.push_back({.fault = AnchorFault::previous_missing,
                                 .place = one.place,
                                 .explanation = fmt::format("it continues {}, which is not there",
                                                            link.object_key)});
        } else if (std::ranges::none_of(previous, [&link](const Counted& other) {
                       return other.body_hash == link.body_hash;
                   })) {
            findings_.push_back(
                {.fault = AnchorFault::replaced,
                 .place = previous.front().place,
                 .explanation = fmt::format("it is not what {} continues: SHA-256 {} was written",
                                            one.place, crypto::hex(link.body_hash))});
        }
    }
}

void AnchorSet::pass_over(std::span<const std::string> restores) {
    for (const Counted& one : anchors_) {
        if (!one.trusted || !one.anchor.passed_over) {
            continue;
        }
        if (std::ranges::find(restores, one.anchor.object_key) != restores.end()) {
            pass_over_before(one);
            continue;
        }
        findings_.push_back(
            {.fault = AnchorFault::passed_over,
             .place = one.place,
             .explanation = fmt::format("it says that an older copy of the database was put back, "
                                        "and that anchors up to {} no longer count; if you know "
                                        "of that, say --restored {}",
                                        *one.anchor.passed_over, one.anchor.object_key)});
    }
}

void AnchorSet::pass_over_before(const Counted& restored) {
    const std::string after =
        restored.anchor.previous ? restored.anchor.previous->object_key : std::string();
    for (Counted& other : anchors_) {
        const std::string& key = other.anchor.object_key;
        if (&other != &restored && key > after && key <= *restored.anchor.passed_over &&
            !other.passed_over) {
            other.passed_over = true;
            ++passed_over_;
            passed_over_by_ = restored.place;
        }
    }
}

void AnchorSet::add(const StoredEvent& stored) {
    const auto [begin, end] = ends_.equal_range(stored.chain_index);
    for (auto at = begin; at != end; ++at) {
        if (crypto::text_of(at->second->anchor.last_hash) != stored.event_hash) {
            findings_.push_back(
                {.fault = AnchorFault::last_hash_differs,
                 .place = at->second->place,
                 .explanation =
                     fmt::format("event {} had another hash in the chain", stored.chain_index)});
        }
    }
}

std::vector<std::string> AnchorSet::not_proven() const {
    std::vector<std::string> sentences;
    if (found_ == 0) {
        sentences.emplace_back("no anchor was found");
    } else if (!anchors_.empty() && anchors_.front().anchor.previous) {
        sentences.push_back(fmt::format("what came before {} is not among the anchors given",
                                        anchors_.front().place));
    }
    if (passed_over_ > 0) {
        sentences.push_back(fmt::format(
            "{} anchors were passed over when an older copy of the database was put back and an "
            "operator accepted that, as {} says and you know: the events they speak of are not in "
            "this "
            "log",
            passed_over_, passed_over_by_));
    }
    return sentences;
}

}  // namespace rgw::audit
