#include "rgw/audit/checkpoint_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <stdexcept>

#include "memory_checkpoint_store.hpp"
#include "rgw/async/loop.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class CheckpointWriterTest : public testing::Test {
protected:
    CheckpointWriterTest() { loop_.start(); }

    Result<void> write(CheckpointWriter& writer) {
        return boost::asio::co_spawn(loop_.executor(), writer.write(deadline_in(60s)),
                                     boost::asio::use_future)
            .get();
    }
    CheckpointWriter another() { return {store_, {sample_signer()}}; }
    std::vector<std::int64_t> sizes() const {
        std::vector<std::int64_t> sizes;
        sizes.reserve(store_.checkpoints.size());
        for (const auto& [size, checkpoint] : store_.checkpoints) {
            sizes.push_back(size);
        }
        return sizes;
    }
    // Nothing is signed any more, and it is known why.
    void expect_refused(CheckpointWriter& writer, const std::string& why) {
        const std::vector<std::int64_t> before = sizes();
        for (int i = 0; i < 2; ++i) {
            const Result<void> written = write(writer);
            ASSERT_FALSE(written) << why;
            EXPECT_EQ(written.error().code, Errc::invalid_value) << describe(written.error());
            EXPECT_THAT(written.error().detail, HasSubstr(why));
        }
        EXPECT_EQ(sizes(), before);
        EXPECT_TRUE(writer.stats().contradicted);
        EXPECT_EQ(writer.stats().failures_total, 2U);
    }
    void change(std::int64_t index) {
        store_.log.rows.at(static_cast<std::size_t>(index)).event.status = "changed";
    }
    // As it was when it had that many events.
    void put_back(std::int64_t size) {
        SealedLog older;
        older.append(full_events(size), sample_key(), 1'000'000);
        store_.log = std::move(older);
    }

    async::Loop loop_{"writer"};
    MemoryCheckpointStore store_;
    CheckpointWriter writer_{store_, {sample_signer()}};
};

TEST_F(CheckpointWriterTest, SignsWhatIsNewAndNothingElse) {
    EXPECT_TRUE(write(writer_));
    EXPECT_THAT(sizes(), ElementsAre()) << "an empty log has no checkpoint";
    store_.grow(3);
    EXPECT_TRUE(write(writer_));
    EXPECT_TRUE(write(writer_));
    store_.grow(600);
    EXPECT_TRUE(write(writer_));
    EXPECT_THAT(sizes(), ElementsAre(3, 603));
    EXPECT_EQ(store_.groups.size(), 2U);
    const NoteVerifier keys[] = {verifier_of(sample_signer())};
    for (const auto& [size, stored] : store_.checkpoints) {
        const Result<Checkpoint> checkpoint = open_checkpoint(stored.note, keys);
        ASSERT_TRUE(checkpoint);
        EXPECT_EQ(checkpoint->tree_size, size);
        EXPECT_EQ(checkpoint->origin, sample_origin);
        EXPECT_EQ(crypto::text_of(checkpoint->root), stored.root);
    }
    EXPECT_EQ(store_.checkpoints.at(603).root, crypto::text_of(store_.log.head.tree.root()));
    const CheckpointStats stats = writer_.stats();
    EXPECT_EQ(stats.newest_size, 603);
    EXPECT_EQ(stats.newest_at, store_.now);
    EXPECT_EQ(stats.failures_total, 0U);
    EXPECT_FALSE(stats.contradicted);
}

TEST_F(CheckpointWriterTest, IdleItLooksOnceAndReadsNoEvent) {
    store_.grow(10);
    EXPECT_TRUE(write(writer_));
    const std::int64_t read = store_.leaves_read;
    const int looks = store_.looks;
    EXPECT_TRUE(write(writer_));
    EXPECT_EQ(store_.leaves_read, read);
    EXPECT_EQ(store_.looks, looks + 1);
    CheckpointWriter next = another();
    EXPECT_TRUE(write(next));
    EXPECT_EQ(store_.leaves_read, read) << "a signed checkpoint is where the next process starts";
}

TEST_F(CheckpointWriterTest, ANewProcessGoesOnFromTheNewestCheckpointInTheMiddleOfAGroup) {
    for (const std::int64_t more : {100, 200, 400, 56, 256, 1}) {
        store_.grow(more);
        CheckpointWriter next = another();
        ASSERT_TRUE(write(next)) << store_.log.head.next_index;
    }
    EXPECT_EQ(store_.leaves_read, 1013) << "each event once";
    std::vector<Hash> leaves;
    leaves.reserve(store_.log.rows.size());
    for (const StoredEvent& row : store_.log.rows) {
        leaves.push_back(*leaf_of(row));
    }
    ASSERT_EQ(store_.groups.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(store_.groups[i], group_root(std::span(leaves).subspan(i * 256, 256)));
    }
}

TEST_F(CheckpointWriterTest, TwoProcessesTakeTurnsAndCheckEachOther) {
    CheckpointWriter other = another();
    for (int i = 0; i < 4; ++i) {
        store_.grow(150);
        EXPECT_TRUE(write(i % 2 == 0 ? writer_ : other));
        EXPECT_TRUE(write(i % 2 == 0 ? other : writer_)) << "it is there already";
    }
    EXPECT_THAT(sizes(), ElementsAre(150, 300, 450, 600));
    EXPECT_EQ(store_.groups.size(), 2U);
}

TEST_F(CheckpointWriterTest, AFailureIsCountedAndMadeGoodByTheNextOne) {
    store_.grow(300);
    store_.refuse_adding = Error(Errc::database_unavailable, "gone");
    EXPECT_EQ(write(writer_).error().code, Errc::database_unavailable);
    EXPECT_EQ(writer_.stats().failures_total, 1U);
    EXPECT_FALSE(writer_.stats().contradicted);
    store_.refuse_adding.reset();
    store_.grow(300);
    EXPECT_TRUE(write(writer_));
    EXPECT_THAT(sizes(), ElementsAre(600));
    EXPECT_EQ(store_.groups.size(), 2U) << "with the groups of the one that failed";
    EXPECT_EQ(store_.leaves_read, 600);
}

TEST_F(CheckpointWriterTest, AnEventChangedBeforeItIsSignedIsNeverSigned) {
    store_.grow(5);
    change(2);
    expect_refused(writer_, "do not give the tree of the head");
}

TEST_F(CheckpointWriterTest, AMissingEventIsNeverSignedOver) {
    store_.grow(5);
    store_.log.rows.erase(store_.log.rows.begin() + 2);
    expect_refused(writer_, "event 2 is not there");
}

TEST_F(CheckpointWriterTest, AnOlderCopyPutBackIsNoticedByTheProcessThatSigned) {
    store_.grow(20);
    EXPECT_TRUE(write(writer_));
    put_back(12);
    store_.checkpoints.clear();  // the whole database, that is
    expect_refused(writer_, "the log ends before event 12");
}

TEST_F(CheckpointWriterTest, AnOlderCopyOfTheEventsIsNoticedByANewProcess) {
    store_.grow(20);
    EXPECT_TRUE(write(writer_));
    put_back(12);
    CheckpointWriter next = another();
    expect_refused(next, "the log ends before event 12");
}

TEST_F(CheckpointWriterTest, AnOlderCopyThatHasGrownAgainIsNoticed) {
    store_.grow(20);
    EXPECT_TRUE(write(writer_));
    put_back(12);
    store_.grow(300);
    CheckpointWriter next = another();
    expect_refused(next, "do not give the tree of the head");
    expect_refused(writer_, "do not give the tree of the head");
}

TEST_F(CheckpointWriterTest, ACheckpointThatVanishesIsNoticed) {
    store_.grow(20);
    EXPECT_TRUE(write(writer_));
    store_.checkpoints.clear();
    expect_refused(writer_, "the checkpoint of 20 events is gone");
}

TEST_F(CheckpointWriterTest, ACheckpointOfAnotherHistoryIsNoticed) {
    store_.grow(4);
    EXPECT_TRUE(write(writer_));
    // Another process signs events that this one does not find.
    MemoryCheckpointStore forged;
    forged.log.append(full_events(2), sample_key("other"), 100);
    forged.grow(7);
    CheckpointWriter other(forged, {sample_signer()});
    EXPECT_TRUE(write(other));
    store_.checkpoints.insert(*forged.checkpoints.begin());
    store_.grow(8);
    expect_refused(writer_, "do not give the root of their checkpoint");
}

TEST_F(CheckpointWriterTest, ACheckpointWhoseRowSaysSomethingElseIsNoStart) {
    store_.grow(20);
    EXPECT_TRUE(write(writer_));
    store_.checkpoints.at(20).tree[0] ^= 1;
    CheckpointWriter next = another();
    expect_refused(next, "stored with what it does not say");
}

TEST_F(CheckpointWriterTest, WhatAnUnknownKeySignedIsRecomputedFromTheFirstEvent) {
    store_.grow(20);
    CheckpointWriter stranger(store_, {sample_signer(sample_origin, 'x')});
    EXPECT_TRUE(write(stranger));
    const std::int64_t read = store_.leaves_read;
    store_.grow(5);
    EXPECT_TRUE(write(writer_));
    EXPECT_EQ(store_.leaves_read, read + 25);
    EXPECT_THAT(sizes(), ElementsAre(20, 25));

    change(1);
    CheckpointWriter third(store_, {sample_signer(sample_origin, 'y')});
    expect_refused(third, "do not give the root of their checkpoint");
}

TEST_F(CheckpointWriterTest, DuringARotationEveryNoteHasBothSignatures) {
    const NoteSigner old_key = sample_signer();
    const NoteSigner new_key = sample_signer(sample_origin, 'n');
    store_.grow(3);
    EXPECT_TRUE(write(writer_));
    store_.grow(3);
    CheckpointWriter rotating(store_, {new_key, old_key});
    EXPECT_TRUE(write(rotating));
    EXPECT_EQ(store_.leaves_read, 6) << "the old key's checkpoint is a start for the new one";
    for (const NoteSigner& signer : {old_key, new_key}) {
        const NoteVerifier keys[] = {verifier_of(signer)};
        EXPECT_TRUE(open_checkpoint(store_.checkpoints.at(6).note, keys));
    }
    EXPECT_EQ(store_.keys.size(), 2U);
}

TEST_F(CheckpointWriterTest, GivesUpInTimeAndGoesOnLater) {
    store_.grow(2000);
    const auto write_until = [&](Deadline deadline) {
        return boost::asio::co_spawn(loop_.executor(), writer_.write(deadline),
                                     boost::asio::use_future)
            .get();
    };
    EXPECT_EQ(write_until(Deadline::min()).error().code, Errc::timed_out);
    EXPECT_FALSE(writer_.stats().contradicted);
    EXPECT_TRUE(write_until(deadline_in(60s)));
    EXPECT_THAT(sizes(), ElementsAre(2000));
}

TEST(CheckpointWriterKeys, ThereIsOneAtLeast) {
    MemoryCheckpointStore store;
    EXPECT_THROW(CheckpointWriter(store, {}), std::invalid_argument);
}

TEST(CheckpointPace, IsTenSecondsOrAThousandEvents) {
    CheckpointPace pace;
    const Deadline start;
    EXPECT_TRUE(pace.due(start, 7)) << "at once";
    EXPECT_FALSE(pace.due(start + 9s, 7));
    EXPECT_FALSE(pace.due(start + 9999ms, 1006));
    EXPECT_TRUE(pace.due(start + 9999ms, 1007));
    EXPECT_FALSE(pace.due(start + 10s, 1007)) << "counted from the last time";
    EXPECT_TRUE(pace.due(start + 20s, 1007));
    EXPECT_TRUE(pace.due(start + 20s, 5000));
}

}  // namespace
}  // namespace rgw::audit
