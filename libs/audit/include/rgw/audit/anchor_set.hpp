#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "rgw/audit/anchor.hpp"
#include "rgw/audit/checkpoint.hpp"
#include "rgw/audit/verify.hpp"

namespace rgw::audit {

struct FoundAnchor {
    std::string place;  // its key in the bucket, or the end of it: where it lay
    std::string body;
};

enum class AnchorFault : std::uint8_t {
    malformed,          // it is no anchor, or says something else than its checkpoint
    moved,              // it was written under another key
    other_chain,        // not of the chain that most are of
    previous_missing,   // the one it continues is not there
    replaced,           // the one it continues is not what was written
    passed_over,        // it says that others no longer count, and nobody who checks knows of that
    last_hash_differs,  // the event it ends with has another hash
};
[[nodiscard]] std::string_view name(AnchorFault fault);

struct AnchorFinding {
    AnchorFault fault = AnchorFault::malformed;
    std::string place;
    std::string explanation;  // a sentence
};

// Anchors side by side, and what they say of each other. Their checkpoints are evidence like any
// other: notes() belongs into Evidence::checkpoints.
class AnchorSet {
public:
    // In any order. An anchor that no key of `verifiers` signed says nothing of others. Nor does
    // one pass others over by saying so, whoever signed it: that an older copy of the database was
    // put back is for who checks to know, who names the anchor by its key in `restores`.
    AnchorSet(std::vector<FoundAnchor> found, std::span<const NoteVerifier> verifiers,
              std::span<const std::string> restores = {});

    // Of the anchors that count, by key; places() says for each where it lay.
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
    [[nodiscard]] const std::vector<std::string>& places() const { return places_; }
    // Every event of the log, in any order: the hashes anchors end with are compared.
    void add(const StoredEvent& stored);

    [[nodiscard]] const std::vector<AnchorFinding>& findings() const { return findings_; }
    // What the anchors cannot show, as sentences.
    [[nodiscard]] std::vector<std::string> not_proven() const;

private:
    struct Counted {
        Anchor anchor;
        std::string place;
        std::string note;
        Hash body_hash{};
        bool trusted = false;
        bool passed_over = false;
    };
    void take(FoundAnchor found, std::span<const NoteVerifier> verifiers);
    void check_chain_ids();
    void check_links();
    void pass_over(std::span<const std::string> restores);
    void pass_over_before(const Counted& restored);

    std::vector<Counted> anchors_;  // by key
    std::vector<std::string> notes_;
    std::vector<std::string> places_;
    std::vector<AnchorFinding> findings_;
    std::multimap<std::int64_t, const Counted*> ends_;  // by the index of their last event
    std::size_t found_ = 0;
    std::size_t passed_over_ = 0;
    std::string passed_over_by_;
};

}  // namespace rgw::audit
