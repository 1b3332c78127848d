#include "rgw/audit/anchor_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "memory_anchor_store.hpp"
#include "memory_bucket.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/audit/checkpoint_writer.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// A database with its log, of a gateway that anchors in a bucket.
struct Replica {
    explicit Replica(MemoryBucket& bucket, const Clock& clock, char seed = 's')
        : checkpoints(log, {sample_signer(sample_origin, seed)}),
          anchors(log),
          writer({.store = anchors, .objects = bucket, .clock = clock},
                 {sample_signer(sample_origin, seed)},
                 {verifier_of(sample_signer(sample_origin, seed))},
                 {.bucket = "audit-anchors", .chain_id = "production"}) {}

    MemoryCheckpointStore log;
    CheckpointWriter checkpoints;
    MemoryAnchorStore anchors;
    AnchorWriter writer;
};

class AnchorWriterTest : public testing::Test {
protected:
    AnchorWriterTest() { loop_.start(); }

    template <class T>
    T wait(async::Task<T> task) {
        return boost::asio::co_spawn(loop_.executor(), std::move(task), boost::asio::use_future)
            .get();
    }
    void grow(Replica& replica, std::int64_t events) {
        replica.log.grow(events);
        ASSERT_TRUE(wait(replica.checkpoints.write(deadline_in(60s))));
    }
    // The key that was written, "nothing", or the error.
    std::string write(Replica& replica, Round round = Round::when_due) {
        const auto written = wait(replica.writer.write(deadline_in(60s), round));
        if (!written) {
            return describe(written.error());
        }
        return *written ? (*written)->object_key : "nothing";
    }
    // A second process on the same database.
    std::unique_ptr<Replica> restarted(const Replica& before) {
        auto again = std::make_unique<Replica>(bucket_, clock_);
        again->log.log = before.log.log;
        again->log.checkpoints = before.log.checkpoints;
        again->log.groups = before.log.groups;
        again->anchors.anchors = before.anchors.anchors;
        return again;
    }

    async::Loop loop_{"anchors"};
    FakeClock clock_{parse_rfc3339("2026-11-25T20:15:30.5Z").value()};
    MemoryBucket bucket_;
    Replica one_{bucket_, clock_};
};

TEST_F(AnchorWriterTest, AnchorsWhatIsNewAtItsPace) {
    EXPECT_EQ(write(one_), "nothing");
    grow(one_, 10);
    const std::string first = write(one_);
    EXPECT_EQ(first, "production/2026/11/25/20/anchor-20261125T201530Z-000000000010.json");
    EXPECT_EQ(write(one_), "nothing");
    grow(one_, 5);
    EXPECT_EQ(write(one_), "nothing") << "an hour has not passed";
    clock_.advance(1h);
    const std::string second = write(one_);
    EXPECT_EQ(second, "production/2026/11/25/21/anchor-20261125T211530Z-000000000015.json");
    clock_.advance(1h);
    EXPECT_EQ(write(one_), "nothing") << "there is nothing new";
    ASSERT_EQ(one_.anchors.anchors.size(), 2U);
    const LockedObject& object = bucket_.objects.at(second);
    EXPECT_EQ(object.retain_until, parse_rfc3339("2026-11-25T21:15:30Z").value() + 400 * 24h);
    const Anchor anchor = read_anchor(object.body)->anchor;
    EXPECT_EQ(anchor.previous->object_key, first);
    EXPECT_EQ(anchor.previous->body_hash, crypto::sha256(bucket_.objects.at(first).body));
    EXPECT_EQ(crypto::text_of(anchor.last_hash), one_.log.log.rows[14].event_hash);
    EXPECT_EQ(one_.writer.stats().newest_size, 15);
    EXPECT_FALSE(one_.writer.stats().overdue);
}

TEST_F(AnchorWriterTest, ManyEventsDoNotWaitForTheHour) {
    grow(one_, 1);
    write(one_);
    clock_.advance(1s);
    grow(one_, 9'999);
    EXPECT_EQ(write(one_), "nothing");
    grow(one_, 1);
    EXPECT_THAT(write(one_), HasSubstr("000000010001.json"));
}

TEST_F(AnchorWriterTest, WhoseTurnItIsNotWritesNothing) {
    grow(one_, 1);
    one_.anchors.turn = false;
    EXPECT_EQ(write(one_), "nothing");
    EXPECT_TRUE(bucket_.objects.empty());
}

TEST_F(AnchorWriterTest, AFailureIsCountedAndTheNextRoundDoesIt) {
    grow(one_, 10);
    bucket_.answers = false;
    EXPECT_THAT(write(one_), HasSubstr("object_storage_unavailable"));
    EXPECT_EQ(one_.writer.stats().failures_total, 1U);
    EXPECT_EQ(one_.writer.stats().contradiction, "");
    EXPECT_TRUE(one_.writer.stats().overdue) << "the events are older than two hours";
    bucket_.answers = true;
    EXPECT_THAT(write(one_), HasSubstr("000000000010.json"));
    EXPECT_FALSE(one_.writer.stats().overdue);
}

TEST_F(AnchorWriterTest, AnAnswerThatWasLostIsLookedFor) {
    grow(one_, 10);
    bucket_.loses_answers = true;
    EXPECT_THAT(write(one_), HasSubstr("000000000010.json"));
    EXPECT_EQ(bucket_.objects.size(), 1U);
    EXPECT_EQ(one_.anchors.anchors.size(), 1U);
}

TEST_F(AnchorWriterTest, AnObjectWithoutARowIsNotedAndContinued) {
    grow(one_, 10);
    one_.anchors.refuse_adding = Error(Errc::database_unavailable);
    EXPECT_EQ(write(one_), "database_unavailable");
    ASSERT_EQ(bucket_.objects.size(), 1U);
    const std::string lost = bucket_.objects.begin()->first;
    // The process ended here; another begins, with more events.
    const auto next = restarted(one_);
    grow(*next, 5);
    clock_.advance(90s);
    const std::string second = write(*next);
    EXPECT_THAT(second, HasSubstr("000000000015.json"));
    ASSERT_EQ(next->anchors.anchors.size(), 2U);
    EXPECT_EQ(next->anchors.anchors[0].anchor.object_key, lost);
    EXPECT_EQ(read_anchor(bucket_.objects.at(second).body)->anchor.previous->object_key, lost);
}

TEST_F(AnchorWriterTest, AnOlderCopyOfTheDatabaseIsNoticedUntilItIsAccepted) {
    grow(one_, 10);
    const std::string first = write(one_);
    const auto copy = restarted(one_);
    grow(one_, 10);
    clock_.advance(1h);
    const std::string second = write(one_);
    EXPECT_EQ(wait(one_.writer.find_contradiction(deadline_in(60s))).value(), "");
    // The copy is put back; nothing has happened in it yet.
    const std::string older = second +
                              ": the log had 20 events then, and has 10 events now: this database "
                              "is an older copy, or its end was cut off";
    EXPECT_EQ(write(*copy), "invalid_value: " + older);
    EXPECT_EQ(copy->writer.stats().contradiction, older);
    EXPECT_EQ(wait(copy->writer.find_contradiction(deadline_in(60s))).value(), older);
    // It goes on serving, and has more events than were anchored.
    grow(*copy, 15);
    EXPECT_THAT(write(*copy),
                HasSubstr("is not this one: this database went on from an older copy"));
    EXPECT_EQ(bucket_.objects.size(), 2U);
    clock_.advance(1min);
    const std::string third = write(*copy, Round::restored);
    EXPECT_THAT(third, HasSubstr("000000000025.json"));
    const Anchor anchor = read_anchor(bucket_.objects.at(third).body)->anchor;
    EXPECT_EQ(anchor.previous->object_key, first);
    EXPECT_EQ(anchor.passed_over, second);
    EXPECT_EQ(copy->writer.stats().contradiction, "");
    grow(*copy, 1);
    clock_.advance(1h);
    EXPECT_THAT(write(*copy), HasSubstr("000000000026.json"));
}

TEST_F(AnchorWriterTest, ARoundOfNowDoesNotWaitForTheHour) {
    grow(one_, 10);
    write(one_);
    clock_.advance(1s);
    grow(one_, 1);
    EXPECT_EQ(write(one_), "nothing");
    EXPECT_THAT(write(one_, Round::now), HasSubstr("000000000011.json"));
    EXPECT_EQ(write(one_, Round::now), "nothing");
}

TEST_F(AnchorWriterTest, AcceptingIsNothingWhereNothingContradicts) {
    grow(one_, 10);
    const std::string first = write(one_, Round::restored);
    EXPECT_EQ(read_anchor(bucket_.objects.at(first).body)->anchor.passed_over, std::nullopt);
    EXPECT_EQ(write(one_, Round::restored), "nothing");
}

TEST_F(AnchorWriterTest, AnotherGatewayUnderTheSameChainIdIsNoticed) {
    Replica stranger(bucket_, clock_, 't');
    grow(stranger, 10);
    write(stranger);
    grow(one_, 20);
    EXPECT_THAT(write(one_), HasSubstr("another writer uses this chain id: checkpoint: signed by "
                                       "no key that is known"));
    EXPECT_EQ(bucket_.objects.size(), 1U);
}

TEST_F(AnchorWriterTest, AttackObjectsThatAreNoAnchorsOfThisLogStopNothingSilently) {
    grow(one_, 10);
    const std::string key = write(one_);
    const std::string body = bucket_.objects.at(key).body;
    const std::string later = "production/2026/12/25/20/anchor-20261225T201530Z-000000000010.json";
    clock_.advance(1h);
    grow(one_, 10);
    for (const auto& [content, why] :
         {std::pair{std::string("{}"), "another writer uses this chain id"},
          std::pair{body, "it was written under another key"}}) {
        bucket_.objects[later] = {.key = later, .body = content};
        EXPECT_THAT(write(one_), HasSubstr(why));
        EXPECT_EQ(bucket_.objects.size(), 2U);
    }
    bucket_.objects.erase(later);
    bucket_.objects["production/segments/000000000000-000000008191.ndjson.gz"] = {};
    bucket_.objects["production/readme.txt"] = {};
    EXPECT_THAT(write(one_), HasSubstr("000000000020.json"));
}

TEST_F(AnchorWriterTest, AttackACheckpointInTheDatabaseThatNobodySignedIsNotAnchored) {
    grow(one_, 10);
    const NoteSigner other = sample_signer(sample_origin, 'x');
    one_.log.checkpoints.rbegin()->second.note = one_.log.log.checkpoint(other);
    EXPECT_THAT(write(one_), HasSubstr("the newest checkpoint is not what this gateway signs"));
    EXPECT_TRUE(bucket_.objects.empty());
}

// More than a page, as after a month with an old copy: it is enough to look at the newest.
TEST_F(AnchorWriterTest, ThousandsOfUnknownAnchorsCostOneLook) {
    bucket_.page = 3;
    grow(one_, 1);
    write(one_);
    const auto copy = restarted(one_);
    for (int i = 0; i < 10; ++i) {
        clock_.advance(1h);
        grow(one_, 1);
        write(one_);
    }
    bucket_.gets = 0;
    EXPECT_THAT(write(*copy), HasSubstr("the log had 11 events then"));
    EXPECT_EQ(bucket_.gets, 2) << "the newest that is known, and the newest that is not";
}

// The database takes no anchor whose key does not come after the newest one's; nor would a listing
// ever come to it.
TEST_F(AnchorWriterTest, AClockThatWentBackStillContinuesTheNewestKey) {
    grow(one_, 10);
    const std::string first = write(one_);
    clock_.advance(-10min);
    grow(one_, 10'000);
    const std::string second = write(one_);
    EXPECT_EQ(second, "production/2026/11/25/20/anchor-20261125T201531Z-000000010010.json");
    EXPECT_GT(second, first);
    EXPECT_EQ(read_anchor(bucket_.objects.at(second).body)->anchor.previous->object_key, first);
    clock_.advance(2h);
    grow(one_, 1);
    EXPECT_EQ(write(one_), "production/2026/11/25/22/anchor-20261125T220530Z-000000010011.json")
        << "and time goes on from there";
}

// Object Lock keeps versions, not names: a newer version or a delete marker may lie on top.
TEST_F(AnchorWriterTest, AttackTheNewestAnchorReplacedOrHiddenInTheBucketIsNoticed) {
    grow(one_, 10);
    const std::string key = write(one_);
    const LockedObject written = bucket_.objects.at(key);
    clock_.advance(1h);
    grow(one_, 1);
    bucket_.objects.at(key).body = "{}";
    EXPECT_EQ(write(one_), "invalid_value: " + key + ": it is not what was written");
    EXPECT_EQ(wait(one_.writer.find_contradiction(deadline_in(60s))).value(),
              key + ": it is not what was written");
    bucket_.objects.erase(key);
    EXPECT_EQ(write(one_), "invalid_value: " + key + ": it was written, and is not there any more");
    EXPECT_TRUE(bucket_.objects.empty()) << "nothing continues what is not there";
    bucket_.objects.emplace(key, written);  // the version on top, or the marker, was taken away
    EXPECT_THAT(write(one_), HasSubstr("000000000011.json"));
    EXPECT_EQ(one_.writer.stats().contradiction, "");
}

TEST_F(AnchorWriterTest, AttackAKeyOfTheFarFutureCannotBePassedOver) {
    grow(one_, 10);
    write(one_);
    grow(one_, 1);
    clock_.advance(1h);
    const std::string later = "production/2999/12/25/20/anchor-29991225T201530Z-000000000010.json";
    bucket_.objects[later] = {.key = later, .body = "{}"};
    EXPECT_THAT(write(one_, Round::restored), HasSubstr("begin another chain with another"));
    EXPECT_EQ(bucket_.objects.size(), 2U);
}

}  // namespace
}  // namespace rgw::audit
