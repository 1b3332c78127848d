#include "rgw/audit/evidence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rgw/audit/log_export.hpp"
#include "sealed_log.hpp"

namespace rgw::audit {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

SealedLog log_of(std::int64_t count, std::int64_t every = 10) {
    SealedLog log;
    log.append(full_events(count), sample_key(), every);
    return log;
}

Evidence everything(const SealedLog& log) {
    return {.keys = {sample_key()},
            .verifiers = {verifier_of(sample_signer())},
            .checkpoints = log.checkpoints,
            .origin = {},
            .start = {}};
}

std::vector<std::string> verdicts(const EvidenceReport& report) {
    std::vector<std::string> names;
    names.reserve(report.checkpoints.size());
    for (const CheckpointFinding& checkpoint : report.checkpoints) {
        names.emplace_back(name(checkpoint.verdict));
    }
    return names;
}

TEST(EvidenceCheck, AnUntouchedLogIsConfirmedAsFarAsItsNewestCheckpoint) {
    const SealedLog log = log_of(25);
    const EvidenceReport report = checked(everything(log), log.rows, log.head);
    EXPECT_TRUE(report.intact());
    EXPECT_THAT(verdicts(report), ElementsAre("reproduced", "reproduced"));
    EXPECT_EQ(report.confirmed, 20);
    EXPECT_EQ(report.differs_within, std::nullopt);
    EXPECT_EQ(report.log.root, log.head.tree.root());
    EXPECT_THAT(report.log.not_proven, IsEmpty());
    EXPECT_THAT(report.not_proven, Contains(HasSubstr("from 20 on are after the newest")));
    EXPECT_THAT(report.not_proven, Contains(HasSubstr("the end from index 20 on together")));
    EXPECT_THAT(report.not_proven, Contains(HasSubstr("Whoever holds the key that signs")));
    EXPECT_THAT(report.not_proven, Not(Contains(HasSubstr("No HMAC key"))));
}

TEST(EvidenceCheck, WithNothingItSaysThatNothingIsShown) {
    const SealedLog log = log_of(5);
    const EvidenceReport report = checked({}, log.rows);
    EXPECT_TRUE(report.intact());
    EXPECT_EQ(report.confirmed, 0);
    EXPECT_THAT(report.not_proven,
                ElementsAre(HasSubstr("could have written anything"), HasSubstr("No head")));
    EXPECT_TRUE(checked({}, {}).intact());
}

TEST(EvidenceCheck, CheckpointsComeInAnyOrderAndOnceOrTwice) {
    const SealedLog log = log_of(40);
    Evidence evidence = everything(log);
    std::ranges::reverse(evidence.checkpoints);
    evidence.checkpoints.push_back(evidence.checkpoints.front());
    SealedLog empty;
    evidence.checkpoints.push_back(empty.checkpoint());
    const EvidenceReport report = checked(evidence, log.rows);
    EXPECT_TRUE(report.intact());
    EXPECT_EQ(report.confirmed, 40);
    EXPECT_THAT(verdicts(report), Not(Contains(Not("reproduced"))));
}

TEST(EvidenceCheck, WhatCountsIsSignedByAKnownKeyForThisLog) {
    const SealedLog log = log_of(12, 100);
    const NoteSigner ours = sample_signer();
    const NoteSigner unknown = sample_signer(sample_origin, 'u');
    const NoteSigner witness = sample_signer("witness.example", 'w');
    const std::string good = log.checkpoint();
    std::string other_size = good;
    other_size.replace(other_size.find("\n12\n"), 4, "\n11\n");
    Evidence evidence = everything(log);
    evidence.verifiers.push_back(verifier_of(witness));
    const Checkpoint of_another{
        .origin = "staging.example.com/audit", .tree_size = 12, .root = {}, .extensions = {}};
    const Checkpoint claim = parse_checkpoint(good).value();
    evidence.checkpoints = {good,
                            log.checkpoint(unknown),
                            write_checkpoint(of_another, ours),
                            write_checkpoint(claim, witness),
                            other_size,
                            good.substr(1),
                            "nonsense",
                            ""};
    const EvidenceReport report = checked(evidence, log.rows);
    EXPECT_THAT(verdicts(report),
                ElementsAre("reproduced", "unknown_signer", "other_log", "reproduced",
                            "wrongly_signed", "wrongly_signed", "malformed", "malformed"));
    EXPECT_FALSE(report.intact());
    EXPECT_THAT(report.not_proven, Contains(HasSubstr("2 of the checkpoints prove nothing")));
    EXPECT_EQ(report.checkpoints[1].tree_size, 12);
    EXPECT_THAT(report.checkpoints[1].explanation, HasSubstr("signed by no key"));

    // The origin can be said; then it is that alone.
    evidence.origin = "staging.example.com/audit";
    evidence.checkpoints.resize(3);
    EXPECT_THAT(verdicts(checked(evidence, log.rows)),
                ElementsAre("other_log", "unknown_signer", "contradicted"));
}

TEST(EvidenceCheck, WithoutAKeyTwoCheckpointsBoundAnEdit) {
    SealedLog log = log_of(100);
    log.rows[54].event.action = "app.delete";
    Evidence evidence = everything(log);
    evidence.keys.clear();
    const EvidenceReport report = checked(evidence, log.rows);
    EXPECT_TRUE(report.log.intact());
    EXPECT_FALSE(report.intact());
    EXPECT_EQ(report.differs_within, (IndexRange{.begin = 50, .end = 60}));
    EXPECT_EQ(report.confirmed, 50);
    EXPECT_THAT(report.conflicts, IsEmpty());

    std::ranges::reverse(evidence.checkpoints);
    EXPECT_EQ(checked(evidence, log.rows).differs_within, (IndexRange{.begin = 50, .end = 60}));
    evidence.checkpoints = {log.checkpoints[9], log.checkpoints[1]};
    EXPECT_EQ(checked(evidence, log.rows).differs_within, (IndexRange{.begin = 20, .end = 100}));
    evidence.checkpoints = {log.checkpoints[7]};
    EXPECT_EQ(checked(evidence, log.rows).differs_within, (IndexRange{.begin = 0, .end = 80}));
}

TEST(EvidenceCheck, TheTreeGoesOnBehindAFaultOfTheChain) {
    SealedLog log = log_of(40);
    log.rows[15].event_hash[0] ^= 1;  // no part of a leaf
    const EvidenceReport report = checked(everything(log), log.rows);
    ASSERT_TRUE(report.log.first_bad);
    EXPECT_EQ(report.log.first_bad->chain_index, 15);
    EXPECT_EQ(report.confirmed, 40);
    EXPECT_THAT(report.not_proven, Contains(HasSubstr("From event 15 on the HMAC chain")));
}

TEST(EvidenceCheck, BehindAHoleNoRootIsComputed) {
    SealedLog log = log_of(40);
    log.rows.erase(log.rows.begin() + 15);
    const EvidenceReport report = checked(everything(log), log.rows);
    EXPECT_THAT(verdicts(report),
                ElementsAre("reproduced", "not_computable", "not_computable", "not_computable"));
    EXPECT_THAT(report.checkpoints[1].explanation, HasSubstr("event 15 is missing"));
    EXPECT_EQ(report.differs_within, std::nullopt);
}

TEST(EvidenceCheck, CheckpointsThatContradictEachOtherAreNamed) {
    const SealedLog log = log_of(40);
    SealedLog forked = log_of(10);
    std::vector<Event> others = full_events(30);
    forked.append(others, sample_key(), 10);  // its checkpoints of 20, 30 and 40 are others
    Evidence evidence = everything(log);
    evidence.checkpoints = {log.checkpoints[1], forked.checkpoints[1], log.checkpoints[3]};
    const EvidenceReport report = checked(evidence, log.rows);
    EXPECT_THAT(verdicts(report), ElementsAre("reproduced", "contradicted", "reproduced"));
    EXPECT_FALSE(report.intact());
    EXPECT_EQ(report.differs_within, std::nullopt) << "the larger one that agrees speaks for it";
    ASSERT_EQ(report.conflicts.size(), 2U);
    EXPECT_EQ(report.conflicts[0].one, 1U);
    EXPECT_EQ(report.conflicts[0].other, 2U);
    EXPECT_EQ(report.conflicts[1].one, 0U);
    EXPECT_EQ(report.conflicts[1].other, 1U);
    EXPECT_THAT(report.conflicts[1].explanation, HasSubstr("of 20 events have different roots"));

    // Without any event, too.
    evidence.checkpoints = {log.checkpoints[2], forked.checkpoints[2]};
    const EvidenceReport without = checked(evidence, {});
    EXPECT_THAT(verdicts(without), ElementsAre("beyond", "beyond"));
    EXPECT_EQ(without.conflicts.size(), 1U);
}

TEST(EvidenceCheck, GoesOnFromATrustedStart) {
    SealedLog log = log_of(20);
    const Head start = log.head;
    log.append(full_events(15), sample_key(), 10);
    Evidence evidence = everything(log);
    evidence.start = start;
    const std::vector<StoredEvent> rest(log.rows.begin() + 20, log.rows.end());
    const EvidenceReport report = checked(evidence, rest, log.head);
    EXPECT_TRUE(report.intact());
    EXPECT_THAT(verdicts(report), ElementsAre("before_start", "reproduced", "reproduced"));
    EXPECT_THAT(report.not_proven, Contains(HasSubstr("a checkpoint confirms that the log had")));

    evidence.checkpoints.resize(1);
    EXPECT_THAT(checked(evidence, rest).not_proven, Contains(HasSubstr("is taken on trust")));

    std::vector<StoredEvent> edited = rest;
    edited[5].event.action = "app.delete";
    evidence.checkpoints = {log.checkpoints.back()};
    evidence.keys.clear();
    EXPECT_EQ(checked(evidence, edited).differs_within, (IndexRange{.begin = 20, .end = 30}));

    // Another start: its tree is not the signed one.
    evidence = everything(log);
    evidence.start = start;
    evidence.start.tree = {};
    for (std::int64_t i = 0; i < 20; ++i) {
        evidence.start.tree.append(Hash{});
    }
    const EvidenceReport other = checked(evidence, rest);
    EXPECT_THAT(verdicts(other), ElementsAre("before_start", "contradicted", "contradicted"));
    EXPECT_EQ(other.differs_within, (IndexRange{.begin = 0, .end = 20}));

    evidence.start.next_index = 19;
    EXPECT_THROW(EvidenceCheck{evidence}, std::invalid_argument);
}

TEST(EvidenceCheck, AnExportIsEnough) {
    const SealedLog log = log_of(30);
    std::string exported;
    for (const StoredEvent& row : log.rows) {
        append_ndjson(exported, row);
    }
    EvidenceCheck check(everything(log));
    for (std::size_t begin = 0; begin < exported.size();) {
        const std::size_t end = exported.find('\n', begin);
        check.add(parse_ndjson(exported.substr(begin, end - begin)).value());
        begin = end + 1;
    }
    const EvidenceReport report = check.finish();
    EXPECT_TRUE(report.intact());
    EXPECT_EQ(report.confirmed, 30);
}

}  // namespace
}  // namespace rgw::audit
