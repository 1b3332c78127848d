// What is done to anchors, and to a log that was anchored, by whom: what finds it, and what is
// said where nothing does. The events' own matrix is tamper_matrix_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <functional>

#include "rgw/audit/anchor_set.hpp"
#include "rgw/crypto/digest.hpp"
#include "sealed_log.hpp"

namespace rgw::audit {
namespace {

namespace json = boost::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::int64_t events_each = 4;
constexpr std::size_t anchors_in_all = 4;
constexpr std::size_t victim = 2;  // not the first, not the newest

struct Anchored {
    SealedLog log;
    std::vector<FoundAnchor> anchors;
};

Anchor next_anchor(const Anchored& so_far) {
    const std::int64_t size = so_far.log.head.next_index;
    const Timestamp at(std::chrono::seconds(1'795'000'000) + std::chrono::hours(size));
    Anchor anchor{.chain_id = "production",
                  .object_key = anchor_key("production", at, size),
                  .tree_size = size,
                  .root = so_far.log.head.tree.root(),
                  .last_hash = so_far.log.head.last_hash.value(),
                  .at = at,
                  .retain_until = at + std::chrono::days(400),
                  .previous = {},
                  .passed_over = {}};
    if (!so_far.anchors.empty()) {
        const FoundAnchor& before = so_far.anchors.back();
        anchor.previous = {.object_key = before.place, .body_hash = crypto::sha256(before.body)};
    }
    return anchor;
}

std::string signed_by(const Anchor& anchor, const NoteSigner& signer) {
    const NoteSigner signers[] = {signer};
    return write_anchor(anchor, signers);
}

void add_anchor(Anchored& to, const NoteSigner& signer = sample_signer()) {
    const Anchor anchor = next_anchor(to);
    to.anchors.push_back({.place = anchor.object_key, .body = signed_by(anchor, signer)});
}

// Anchored as it grew.
Anchored grown(const std::vector<Event>& events) {
    Anchored made;
    for (auto at = events.begin(); at != events.end(); at += events_each) {
        made.log.append({at, at + events_each}, sample_key(), 1'000'000);
        add_anchor(made);
    }
    return made;
}

std::vector<Event> true_events() {
    return full_events(events_each * static_cast<std::int64_t>(anchors_in_all));
}

const Anchored& untouched() {
    static const Anchored made = grown(true_events());
    return made;
}

struct Found {
    std::vector<std::string> faults;
    std::vector<Verdict> verdicts;  // that are not `reproduced`
    std::int64_t agree = 0;         // anchors
    std::vector<std::string> not_proven;
    bool whole = false;
};

// What `audit verify --anchors` puts together.
Found judge(const Anchored& given, std::vector<Key> keys = {sample_key()},
            std::vector<NoteVerifier> verifiers = {verifier_of(sample_signer())}) {
    AnchorSet set(given.anchors, verifiers);
    const EvidenceReport report = checked({.keys = std::move(keys),
                                           .verifiers = std::move(verifiers),
                                           .checkpoints = set.notes(),
                                           .origin = {},
                                           .start = {}},
                                          given.log.rows);
    for (const StoredEvent& row : given.log.rows) {
        set.add(row);
    }
    Found found{.not_proven = set.not_proven()};
    found.not_proven.insert(found.not_proven.end(), report.not_proven.begin(),
                            report.not_proven.end());
    for (const AnchorFinding& finding : set.findings()) {
        found.faults.emplace_back(name(finding.fault));
    }
    for (const CheckpointFinding& finding : report.checkpoints) {
        if (finding.verdict == Verdict::reproduced) {
            ++found.agree;
        } else {
            found.verdicts.push_back(finding.verdict);
        }
    }
    found.whole = report.intact() && set.findings().empty();
    return found;
}

// The signatures of the one below the text of the other, and what surrounds it to match: as far as
// somebody without the key comes.
std::string with_signatures_of(const std::string& genuine, const Anchor& claims) {
    const std::string note = read_anchor(genuine)->note;
    const std::string signatures = note.substr(note.rfind("\n\n"));
    const std::string forged = signed_by(claims, sample_signer(sample_origin, 'f'));
    json::object body = json::parse(forged).as_object();
    std::string text = read_anchor(forged)->note;
    text.resize(text.rfind("\n\n"));
    body["checkpoint"] = text + signatures;
    return json::serialize(body) + "\n";
}

struct Edit {
    const char* what;
    std::function<void(Anchor&)> apply;
};

const Edit edits[] = {
    {"tree_size",
     [](Anchor& a) {
         a.tree_size -= 1;
         a.object_key = anchor_key(a.chain_id, a.at, a.tree_size);
     }},
    {"root", [](Anchor& a) { a.root[0] ^= std::byte{1}; }},
    {"last_hash", [](Anchor& a) { a.last_hash[31] ^= std::byte{1}; }},
    {"time",
     [](Anchor& a) {
         a.at += std::chrono::seconds(1);
         a.object_key = anchor_key(a.chain_id, a.at, a.tree_size);
     }},
    {"retain_until", [](Anchor& a) { a.retain_until -= std::chrono::days(399); }},
    {"chain_id",
     [](Anchor& a) {
         a.chain_id = "staging";
         a.object_key = anchor_key(a.chain_id, a.at, a.tree_size);
     }},
    {"previous, hash", [](Anchor& a) { a.previous->body_hash[0] ^= std::byte{1}; }},
    {"previous, key", [](Anchor& a) { a.previous->object_key[0] = 'P'; }},
    {"previous, none", [](Anchor& a) { a.previous.reset(); }},
    {"passed_over", [](Anchor& a) { a.passed_over = a.object_key; }},
};

TEST(TamperAnchors, UntouchedTheyAllAgree) {
    const Found found = judge(untouched());
    EXPECT_TRUE(found.whole);
    EXPECT_EQ(found.agree, std::ssize(untouched().anchors));
}

TEST(TamperAnchors, AMemberThatIsNotWhatWasSignedIsFound) {
    const std::string& genuine = untouched().anchors[victim].body;
    const json::object members = json::parse(genuine).as_object();
    EXPECT_EQ(members.size(), 11U) << "a new member belongs into the signed lines, too";
    for (const auto& [member, value] : members) {
        json::object changed = members;
        changed[member] = value.is_int64() ? json::value(value.as_int64() + 1)
                                           : json::value(std::string(value.as_string()) + "0");
        json::object without = members;
        without.erase(member);
        for (const json::object& body : {changed, without}) {
            Anchored tampered = untouched();
            tampered.anchors[victim].body = json::serialize(body) + "\n";
            const Found found = judge(tampered);
            EXPECT_THAT(found.faults, Contains("malformed")) << member;
            EXPECT_FALSE(found.whole) << member;
        }
    }
}

TEST(TamperAnchors, ASignedLineThatWasChangedIsFoundWithoutTheKeyAndWithIt) {
    for (const Edit& edit : edits) {
        for (const std::size_t place : {victim, anchors_in_all - 1}) {
            SCOPED_TRACE(std::string(edit.what) + ", anchor " + std::to_string(place));
            Anchored tampered = untouched();
            const std::string genuine = tampered.anchors[place].body;
            Anchor anchor = read_anchor(genuine)->anchor;
            edit.apply(anchor);
            tampered.anchors[place].body = with_signatures_of(genuine, anchor);
            Found found = judge(tampered);
            EXPECT_FALSE(found.whole);
            EXPECT_THAT(found.verdicts, Contains(Verdict::wrongly_signed));
            EXPECT_EQ(found.agree, std::ssize(tampered.anchors) - 1);

            // Who has the key can sign it; the next anchor knows what was written.
            tampered.anchors[place].body = signed_by(anchor, sample_signer());
            found = judge(tampered);
            if (place == victim) {
                EXPECT_FALSE(found.whole);
            }
        }
    }
}

// No byte can be another without the anchor ceasing to speak, or speaking against it.
TEST(TamperAnchors, NoByteCanBeAnother) {
    const std::string& genuine = untouched().anchors[victim].body;
    for (std::size_t i = 0; i < genuine.size(); ++i) {
        Anchored tampered = untouched();
        tampered.anchors[victim].body[i] = static_cast<char>(genuine[i] ^ 1);
        const Found found = judge(tampered);
        EXPECT_FALSE(found.whole) << i;
        EXPECT_LT(found.agree, std::ssize(tampered.anchors)) << i;
    }
}

// Without the next one's word for it, at least nothing rests on it, and that is said.
TEST(TamperAnchors, NoByteOfTheNewestCanBeAnotherUnnoticed) {
    const std::string& genuine = untouched().anchors.back().body;
    for (std::size_t i = 0; i < genuine.size(); ++i) {
        Anchored tampered = untouched();
        tampered.anchors.back().body[i] = static_cast<char>(genuine[i] ^ 1);
        const Found found = judge(tampered);
        EXPECT_LT(found.agree, std::ssize(tampered.anchors)) << i;
        if (found.whole) {
            EXPECT_THAT(found.verdicts, ElementsAre(Verdict::unknown_signer)) << i;
            EXPECT_THAT(found.not_proven, Contains(HasSubstr("1 of the checkpoints prove nothing")))
                << i;
        }
    }
}

TEST(TamperAnchors, AnAnchorThatIsGoneIsAGapUnlessItWasTheFirstOrTheNewest) {
    for (std::size_t gone = 0; gone < anchors_in_all; ++gone) {
        SCOPED_TRACE(gone);
        Anchored tampered = untouched();
        tampered.anchors.erase(tampered.anchors.begin() + static_cast<std::ptrdiff_t>(gone));
        const Found found = judge(tampered);
        if (gone == 0) {
            EXPECT_TRUE(found.whole);
            EXPECT_THAT(found.not_proven, Contains(HasSubstr("what came before")));
        } else if (gone == anchors_in_all - 1) {
            EXPECT_TRUE(found.whole);
            EXPECT_THAT(found.not_proven,
                        Contains(HasSubstr("events removed from the end from index 12 on")));
        } else {
            EXPECT_THAT(found.faults, ElementsAre("previous_missing"));
        }
    }
}

// The same bytes under another name: as a later anchor, or as an earlier one.
TEST(TamperAnchors, ACopyUnderAnotherNameIsFound) {
    for (const std::size_t place : {std::size_t{0}, victim, anchors_in_all - 1}) {
        Anchored tampered = untouched();
        const Anchor last = next_anchor(tampered);
        const std::string later = anchor_key("production", last.at + std::chrono::hours(1), 50);
        tampered.anchors.push_back({.place = later, .body = tampered.anchors[place].body});
        EXPECT_THAT(judge(tampered).faults, ElementsAre("moved"));
    }
}

TEST(TamperAnchors, WhoeverHasOnlyTheDatabaseIsFoundByAllOfThem) {
    Anchored tampered = untouched();
    tampered.log.rows[victim * events_each].event.status = "changed";
    const Found found = judge(tampered);
    EXPECT_FALSE(found.whole);
    EXPECT_EQ(found.agree, victim);
    EXPECT_EQ(std::ranges::count(found.verdicts, Verdict::contradicted),
              std::ssize(tampered.anchors) - static_cast<std::int64_t>(victim));
}

std::vector<Event> another_history() {
    std::vector<Event> events = true_events();
    events[victim * events_each].user_email = "somebody.else@example.com";
    return events;
}

// Database and the chain's key, or the key that signs as well: only what lies outside knows better.
TEST(TamperAnchors, WhoeverHasTheKeysTooIsFoundByTheAnchorsAlone) {
    Anchored tampered = untouched();
    tampered.log = grown(another_history()).log;
    const EvidenceReport without = checked({.keys = {sample_key()}}, tampered.log.rows);
    EXPECT_TRUE(without.intact());
    const EvidenceReport own_checkpoint = checked({.keys = {sample_key()},
                                                   .verifiers = {verifier_of(sample_signer())},
                                                   .checkpoints = {tampered.log.checkpoint()}},
                                                  tampered.log.rows);
    EXPECT_TRUE(own_checkpoint.intact());
    Found found = judge(tampered);
    EXPECT_FALSE(found.whole);
    EXPECT_EQ(found.agree, victim);

    // And anchors it anew, after those that lie there.
    tampered.log.append(full_events(events_each), sample_key(), 1'000'000);
    add_anchor(tampered);
    found = judge(tampered);
    EXPECT_FALSE(found.whole);
    EXPECT_THAT(found.verdicts, Contains(Verdict::contradicted));
    EXPECT_EQ(found.agree, static_cast<std::int64_t>(victim) + 1);
}

// Two gateways, or one of them an impostor, under one chain id: both cannot be of one log.
TEST(TamperAnchors, TwoHistoriesUnderOneNameContradictEachOther) {
    Anchored both = untouched();
    for (FoundAnchor& other : grown(another_history()).anchors) {
        both.anchors.push_back(std::move(other));
    }
    AnchorSet set(both.anchors, std::vector{verifier_of(sample_signer())});
    const EvidenceReport report = checked({.keys = {sample_key()},
                                           .verifiers = {verifier_of(sample_signer())},
                                           .checkpoints = set.notes()},
                                          both.log.rows);
    EXPECT_FALSE(report.intact());
    EXPECT_THAT(report.conflicts, Not(IsEmpty()));
}

TEST(TamperAnchors, AnOldCopyAndACutEndAreBeyond) {
    for (const std::int64_t left : {0, 3, 8, 15}) {
        Anchored tampered = untouched();
        tampered.log.rows.resize(static_cast<std::size_t>(left));
        const Found found = judge(tampered);
        EXPECT_FALSE(found.whole) << left;
        EXPECT_EQ(found.agree, left / events_each) << left;
        EXPECT_EQ(std::ranges::count(found.verdicts, Verdict::beyond),
                  std::ssize(tampered.anchors) - left / events_each);
    }
}

// With a public key alone, as an auditor has it.
TEST(TamperAnchors, WithoutTheHmacKeyTheSameIsFound) {
    Anchored tampered = untouched();
    tampered.log = grown(another_history()).log;
    EXPECT_FALSE(judge(tampered, {}).whole);
    EXPECT_TRUE(judge(untouched(), {}).whole);
    tampered = untouched();
    tampered.log.rows.resize(9);
    EXPECT_FALSE(judge(tampered, {}).whole);
}

TEST(TamperAnchors, AKeyThatWasChangedIsKnownByBothAndTheOldOneAloneSaysSo) {
    Anchored rotated = untouched();
    const NoteSigner next = sample_signer(sample_origin, 'n');
    rotated.log.append(full_events(events_each), sample_key(), 1'000'000);
    add_anchor(rotated, next);
    Found found = judge(rotated, {sample_key()}, {verifier_of(sample_signer()), verifier_of(next)});
    EXPECT_TRUE(found.whole);
    EXPECT_EQ(found.agree, std::ssize(rotated.anchors));
    found = judge(rotated);
    EXPECT_EQ(found.agree, std::ssize(rotated.anchors) - 1);
    EXPECT_THAT(found.not_proven, Contains(HasSubstr("1 of the checkpoints prove nothing")));
}

// Whoever holds every key may sign that the others no longer count. That alone passes nothing over.
TEST(TamperAnchors, WhoeverHasEveryKeyAndPassesTheOthersOverIsFound) {
    Anchored tampered = untouched();
    tampered.log = grown(another_history()).log;
    tampered.log.append(full_events(events_each), sample_key(), 1'000'000);
    Anchor anchor = next_anchor(tampered);
    anchor.previous.reset();
    anchor.passed_over = tampered.anchors.back().place;
    tampered.anchors.push_back(
        {.place = anchor.object_key, .body = signed_by(anchor, sample_signer())});
    const Found found = judge(tampered);
    EXPECT_FALSE(found.whole);
    // Those made before the history changed agree with both.
    EXPECT_EQ(found.agree, 3);
    EXPECT_THAT(found.verdicts, testing::Each(Verdict::contradicted));
    EXPECT_EQ(found.verdicts.size(), 2U);
    EXPECT_THAT(found.faults, Contains("passed_over"));
}

}  // namespace
}  // namespace rgw::audit
