#include "rgw/audit/anchor_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "rgw/crypto/digest.hpp"
#include "sealed_log.hpp"

namespace rgw::audit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// A log of 40 events that was anchored every 10, and what an auditor makes of it.
class AnchorSetTest : public testing::Test {
protected:
    AnchorSetTest() : anchors_(anchored(log_, 40)) {}

    static std::vector<FoundAnchor> anchored(SealedLog& log, std::int64_t events,
                                             const NoteSigner& signer = sample_signer()) {
        std::vector<FoundAnchor> anchors;
        std::optional<AnchorLink> previous;
        while (log.head.next_index < events) {
            log.append(full_events(10), sample_key(), 1000);
            anchors.push_back(anchor(log, previous, signer));
            previous = link_to(anchors.back());
        }
        return anchors;
    }
    static FoundAnchor anchor(const SealedLog& log, const std::optional<AnchorLink>& previous,
                              const NoteSigner& signer = sample_signer(),
                              const std::optional<std::string>& passed_over = {}) {
        const std::int64_t size = log.head.next_index;
        const Timestamp at = Timestamp(std::chrono::seconds(1'795'000'000) +
                                       std::chrono::hours(size + (passed_over ? 100 : 0)));
        const NoteSigner signers[] = {signer};
        Anchor said{.chain_id = "production",
                    .object_key = anchor_key("production", at, size),
                    .tree_size = size,
                    .root = log.head.tree.root(),
                    .last_hash = log.head.last_hash.value(),
                    .at = at,
                    .retain_until = at + std::chrono::days(400),
                    .previous = previous,
                    .passed_over = passed_over};
        return {.place = said.object_key, .body = write_anchor(said, signers)};
    }
    static AnchorLink link_to(const FoundAnchor& anchor) {
        return {.object_key = anchor.place, .body_hash = crypto::sha256(anchor.body)};
    }

    struct Judged {
        std::vector<std::string> faults;  // "replaced", …
        std::multiset<Verdict> verdicts;  // of the checkpoints in the anchors
        std::vector<std::string> not_proven;
        bool whole = false;
    };
    [[nodiscard]] Judged judge(const std::vector<StoredEvent>& rows,
                               std::vector<NoteVerifier> verifiers = {verifier_of(sample_signer())},
                               const std::vector<std::string>& restores = {}) const {
        AnchorSet set(anchors_, verifiers, restores);
        Evidence evidence{
            .keys = {sample_key()}, .verifiers = std::move(verifiers), .checkpoints = set.notes()};
        const EvidenceReport report = checked(evidence, rows);
        for (const StoredEvent& row : rows) {
            set.add(row);
        }
        Judged judged{.not_proven = set.not_proven()};
        for (const AnchorFinding& finding : set.findings()) {
            judged.faults.emplace_back(name(finding.fault));
        }
        for (const CheckpointFinding& finding : report.checkpoints) {
            judged.verdicts.insert(finding.verdict);
        }
        judged.whole = report.intact() && set.findings().empty();
        return judged;
    }

    SealedLog log_;
    std::vector<FoundAnchor> anchors_;
};

TEST_F(AnchorSetTest, AWholeLogAgreesWithEveryAnchor) {
    const Judged judged = judge(log_.rows);
    EXPECT_TRUE(judged.whole);
    EXPECT_EQ(judged.verdicts.count(Verdict::reproduced), 4U);
    EXPECT_THAT(judged.not_proven, IsEmpty());
    AnchorSet none({}, {});
    EXPECT_THAT(none.not_proven(), ElementsAre("no anchor was found"));
}

// The chain's key and the whole database in one hand: without anchors nobody would know.
TEST_F(AnchorSetTest, AttackALogRewrittenWithTheChainsKeyIsFound) {
    SealedLog other;
    std::vector<Event> events = full_events(40);
    events[15].user_email = "somebody.else@example.com";
    other.append(events, sample_key(), 1000);
    EXPECT_TRUE(checked({.keys = {sample_key()}}, other.rows).intact());
    const Judged judged = judge(other.rows);
    EXPECT_FALSE(judged.whole);
    EXPECT_EQ(judged.verdicts.count(Verdict::reproduced), 1U);
    EXPECT_EQ(judged.verdicts.count(Verdict::contradicted), 3U);
}

// And the key that signs, too: the anchors that lie there already are of the log as it was.
TEST_F(AnchorSetTest, AttackALogRewrittenWithEveryKeyIsFoundByTheLockedAnchors) {
    SealedLog other;
    std::vector<Event> events = full_events(10);
    events[3].user_email = "somebody.else@example.com";
    other.append(events, sample_key(), 1000);
    anchored(other, 50);
    anchors_.push_back(anchor(other, link_to(anchors_.back())));
    const Judged judged = judge(other.rows);
    EXPECT_FALSE(judged.whole);
    EXPECT_EQ(judged.verdicts.count(Verdict::contradicted), 4U);
    EXPECT_EQ(judged.verdicts.count(Verdict::reproduced), 1U);
}

TEST_F(AnchorSetTest, ATailThatWasCutOrAnOldCopyIsBeyond) {
    const Judged judged = judge({log_.rows.begin(), log_.rows.begin() + 25});
    EXPECT_FALSE(judged.whole);
    EXPECT_EQ(judged.verdicts.count(Verdict::beyond), 2U);
    EXPECT_EQ(judged.verdicts.count(Verdict::reproduced), 2U);
}

TEST_F(AnchorSetTest, AChainKeyThatWasReplacedUnderTheSameEventsIsFound) {
    std::vector<StoredEvent> rows = log_.rows;
    rows[19].event_hash[0] = static_cast<char>(rows[19].event_hash[0] ^ 1);
    AnchorSet set(anchors_, std::vector{verifier_of(sample_signer())});
    for (const StoredEvent& row : rows) {
        set.add(row);
    }
    ASSERT_EQ(set.findings().size(), 1U);
    EXPECT_EQ(set.findings()[0].fault, AnchorFault::last_hash_differs);
    EXPECT_EQ(set.findings()[0].explanation, "event 19 had another hash in the chain");
}

TEST_F(AnchorSetTest, AnAnchorThatWasRemovedMovedOrReplacedIsFound) {
    const std::vector<FoundAnchor> all = anchors_;
    anchors_.erase(anchors_.begin() + 1);
    EXPECT_THAT(judge(log_.rows).faults, ElementsAre("previous_missing"));

    anchors_ = all;
    std::swap(anchors_[1].body, anchors_[2].body);
    EXPECT_THAT(judge(log_.rows).faults, UnorderedElementsAre("moved", "moved"));

    anchors_ = all;  // rightly signed, of the same log, but not what was written
    anchors_[1] = anchor(
        [] {
            SealedLog same;
            anchored(same, 20);
            return same;
        }(),
        std::nullopt);
    EXPECT_EQ(anchors_[1].place, all[1].place);
    EXPECT_THAT(judge(log_.rows).faults, ElementsAre("replaced"));

    anchors_ = all;
    anchors_[3].body.insert(5, " ");
    EXPECT_THAT(judge(log_.rows).faults, ElementsAre("malformed"));
}

TEST_F(AnchorSetTest, WithoutTheFirstAnchorsItIsSaidWhatIsMissing) {
    anchors_.erase(anchors_.begin(), anchors_.begin() + 2);
    const Judged judged = judge(log_.rows);
    EXPECT_TRUE(judged.whole);
    EXPECT_THAT(judged.not_proven, ElementsAre("what came before " + anchors_[0].place +
                                               " is not among the anchors given"));
}

TEST_F(AnchorSetTest, AKeyThatIsNotKnownProvesNothing) {
    const Judged judged = judge(log_.rows, {verifier_of(sample_signer(sample_origin, 'x'))});
    EXPECT_EQ(judged.verdicts.count(Verdict::unknown_signer), 4U);
    EXPECT_THAT(judged.faults, IsEmpty());
}

TEST_F(AnchorSetTest, AKeyThatWasRotatedIsKnownByBoth) {
    SealedLog log;
    anchors_ = anchored(log, 20);
    const NoteSigner next = sample_signer(sample_origin, 'n');
    log.append(full_events(10), sample_key(), 1000);
    anchors_.push_back(anchor(log, link_to(anchors_.back()), next));
    EXPECT_TRUE(judge(log.rows, {verifier_of(sample_signer()), verifier_of(next)}).whole);
    const Judged old_key_only = judge(log.rows);
    EXPECT_TRUE(old_key_only.whole);
    EXPECT_EQ(old_key_only.verdicts.count(Verdict::unknown_signer), 1U);
}

TEST_F(AnchorSetTest, TwoHeadsOfOneSizeCannotBothBe) {
    SealedLog other;
    std::vector<Event> events = full_events(40);
    events[35].resource = "another";
    other.append(events, sample_key(), 1000);
    FoundAnchor second = anchor(other, link_to(anchors_[2]));
    second.place = "production/elsewhere";
    anchors_.push_back(second);
    const Judged judged = judge(log_.rows);
    EXPECT_FALSE(judged.whole);
    EXPECT_THAT(judged.faults, UnorderedElementsAre("moved", "last_hash_differs"));
    EXPECT_EQ(judged.verdicts.count(Verdict::contradicted), 1U);
}

TEST_F(AnchorSetTest, AnchorsOfAnotherChainAreNamed) {
    const NoteSigner signers[] = {sample_signer()};
    Anchor other = read_anchor(anchors_[0].body)->anchor;
    other.chain_id = "staging";
    other.object_key = anchor_key("staging", other.at, other.tree_size);
    anchors_.push_back({.place = other.object_key, .body = write_anchor(other, signers)});
    EXPECT_THAT(judge(log_.rows).faults, ElementsAre("other_chain"));
}

TEST_F(AnchorSetTest, WhatWasPassedOverCountsUntilWhoChecksKnowsOfIt) {
    SealedLog restored;
    restored.append(full_events(10), sample_key(), 1000);
    restored.append(full_events(4), sample_key(), 1000);
    anchors_.push_back(anchor(restored, link_to(anchors_[0]), sample_signer(), anchors_[3].place));
    const std::string key = anchors_.back().place;
    for (const std::vector<std::string>& others :
         {std::vector<std::string>{}, std::vector{anchors_[3].place}, std::vector{key + "x"}}) {
        const Judged unknown = judge(restored.rows, {verifier_of(sample_signer())}, others);
        EXPECT_FALSE(unknown.whole);
        EXPECT_THAT(unknown.faults, ElementsAre("passed_over"));
        EXPECT_EQ(unknown.verdicts.count(Verdict::beyond), 3U);
    }
    const Judged known = judge(restored.rows, {verifier_of(sample_signer())}, {key});
    EXPECT_TRUE(known.whole);
    EXPECT_EQ(known.verdicts.count(Verdict::reproduced), 2U);
    ASSERT_EQ(known.not_proven.size(), 1U);
    EXPECT_THAT(known.not_proven[0],
                HasSubstr("3 anchors were passed over when an older copy of the database was put"));
}

// The end of a key is enough: an auditor fetched a folder.
TEST_F(AnchorSetTest, APlaceMayBeTheEndOfItsKey) {
    anchors_[0].place = anchors_[0].place.substr(anchors_[0].place.rfind('/') + 1);
    EXPECT_TRUE(judge(log_.rows).whole);
    anchors_[0].place = anchors_[0].place.substr(3);
    EXPECT_THAT(judge(log_.rows).faults, ElementsAre("moved"));
}

}  // namespace
}  // namespace rgw::audit
