#include "rgw/audit/archiver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "memory_bucket.hpp"
#include "memory_checkpoint_store.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/audit/checkpoint_writer.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// Of a CheckpointStore's log; every checkpoint counts as anchored.
class MemoryArchiveStore final : public ArchiveStore {
public:
    explicit MemoryArchiveStore(MemoryCheckpointStore& log) : log_(log) {}
    std::vector<ArchivedSegment> segments;
    std::int64_t pruned_before = 0;
    std::optional<Error> refuse_adding;

    async::Task<Result<ArchiveState>> look(Deadline) override {
        co_return ArchiveState{
            .archived_before = segments.empty() ? pruned_before : segments.back().events.end,
            .anchored_before = log_.checkpoints.empty() ? 0 : log_.checkpoints.rbegin()->first};
    }
    async::Task<Result<std::vector<StoredEvent>>> load_events(LeafRange events, Deadline) override {
        std::vector<StoredEvent> found;
        for (const StoredEvent& row : log_.log.rows) {
            if (row.chain_index >= events.begin && row.chain_index < events.end) {
                found.push_back(row);
            }
        }
        co_return found;
    }
    async::Task<Result<void>> add(ArchivedSegment segment, Deadline) override {
        if (refuse_adding) {
            co_return *std::exchange(refuse_adding, {});
        }
        segments.push_back(std::move(segment));
        co_return Result<void>();
    }

private:
    MemoryCheckpointStore& log_;
};

constexpr std::int64_t segment_size = 2 * group_size;
constexpr const char* first_key = "production/segments/000000000000-000000000511.ndjson.gz";

class ArchiverTest : public testing::Test {
protected:
    ArchiverTest() { loop_.start(); }

    template <class T>
    T wait(async::Task<T> task) {
        return boost::asio::co_spawn(loop_.executor(), std::move(task), boost::asio::use_future)
            .get();
    }
    void grow(std::int64_t events) {
        log_.grow(events);
        EXPECT_TRUE(wait(writer_.write(deadline_in(60s))));
    }
    Result<int> archive() { return wait(archiver_.archive(deadline_in(60s))); }

    async::Loop loop_{"archive"};
    async::CpuPool cpu_{1};
    FakeClock clock_{Timestamp(std::chrono::seconds(1'795'000'000))};
    MemoryCheckpointStore log_;
    CheckpointWriter writer_{log_, {sample_signer()}};
    ProofMaker proofs_{log_, cpu_};
    MemoryArchiveStore store_{log_};
    MemoryBucket bucket_;
    Archiver archiver_{store_,
                       bucket_,
                       proofs_,
                       cpu_,
                       clock_,
                       {.bucket = "audit-archive",
                        .chain_id = "production",
                        .retention = std::chrono::days(400),
                        .groups = 2}};
};

TEST_F(ArchiverTest, CopiesWholeSegmentsThatAnAnchorCovers) {
    EXPECT_EQ(archive().value(), 0);
    grow(segment_size - 1);
    EXPECT_EQ(archive().value(), 0);
    EXPECT_FALSE(wait(archiver_.due(deadline_in(60s))).value());
    grow(300);
    EXPECT_TRUE(wait(archiver_.due(deadline_in(60s))).value());
    EXPECT_EQ(archive().value(), 1);
    EXPECT_EQ(archive().value(), 0);
    EXPECT_FALSE(wait(archiver_.due(deadline_in(60s))).value());
    ASSERT_EQ(store_.segments.size(), 1U);
    const ArchivedSegment& segment = store_.segments[0];
    EXPECT_EQ(segment.events, (LeafRange{0, segment_size}));
    EXPECT_EQ(segment.tree_size, segment_size + 299);
    EXPECT_EQ(segment.object_key, first_key);
    EXPECT_EQ(segment.retain_until, clock_.now() + std::chrono::days(400));
    EXPECT_EQ(segment.version_id, "version-1");
    const LockedObject& object = bucket_.objects.at(first_key);
    EXPECT_EQ(object.retain_until, segment.retain_until);
    EXPECT_EQ(segment.body_hash, crypto::sha256(object.body));
    EXPECT_EQ(std::ssize(read_segment(object.body)->leaves), segment_size);
    EXPECT_EQ(archiver_.stats().archived_before, segment_size);
}

TEST_F(ArchiverTest, BeginsWhereRetentionHasPrunedBefore) {
    grow(segment_size + 100);
    store_.pruned_before = group_size;
    EXPECT_EQ(archive().value(), 1);
    EXPECT_EQ(store_.segments.at(0).events, (LeafRange{group_size, segment_size}));
}

TEST_F(ArchiverTest, AFailureIsCountedAndNothingIsLostOrWrittenTwice) {
    grow(segment_size);
    bucket_.answers = false;
    EXPECT_EQ(archive().error().code, Errc::object_storage_unavailable);
    bucket_.answers = true;
    bucket_.loses_answers = true;  // it lies there, and nobody knows
    EXPECT_EQ(archive().error().code, Errc::object_storage_unavailable);
    store_.refuse_adding = Error(Errc::database_unavailable);
    EXPECT_EQ(archive().error().code, Errc::database_unavailable);
    EXPECT_EQ(archiver_.stats().failures_total, 3U);
    EXPECT_TRUE(store_.segments.empty());
    EXPECT_EQ(archive().value(), 1);
    EXPECT_EQ(bucket_.objects.size(), 1U);
    EXPECT_EQ(store_.segments.at(0).version_id, std::nullopt);
}

TEST_F(ArchiverTest, TheSameEventsUnderAnotherProofAreTheSameSegment) {
    grow(segment_size);
    EXPECT_EQ(archive().value(), 1);
    const Hash hash = store_.segments.at(0).body_hash;
    store_.segments.clear();  // a copy of the database from before was put back
    grow(100);
    EXPECT_EQ(archive().value(), 1);
    EXPECT_EQ(store_.segments.at(0).tree_size, segment_size);
    EXPECT_EQ(store_.segments.at(0).body_hash, hash);
}

TEST_F(ArchiverTest, AttackAnotherSegmentUnderItsKeyIsNotAccepted) {
    grow(segment_size);
    EXPECT_EQ(archive().value(), 1);
    const std::string body = bucket_.objects.at(first_key).body;
    for (const std::string& other : {std::string("text"), body.substr(0, body.size() / 2)}) {
        store_.segments.clear();
        bucket_.objects.at(first_key).body = other;
        const Result<int> archived = archive();
        ASSERT_FALSE(archived);
        EXPECT_THAT(archived.error().detail, HasSubstr("holds something else than these events"));
        EXPECT_TRUE(store_.segments.empty());
    }
}

TEST_F(ArchiverTest, AttackChangedEventsAreNeverArchived) {
    grow(segment_size);
    log_.log.rows[300].event.user_email = "somebody.else@example.com";
    const Result<int> archived = archive();
    ASSERT_FALSE(archived);
    EXPECT_EQ(archived.error().detail, "the events 256 to 511 are not those that were signed");
    EXPECT_TRUE(bucket_.objects.empty());
}

}  // namespace
}  // namespace rgw::audit
