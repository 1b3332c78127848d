#include "rgw/audit/proof_maker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "memory_checkpoint_store.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/audit/checkpoint_writer.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ProofMakerTest : public testing::Test {
protected:
    ProofMakerTest() {
        loop_.start();
        for (const std::int64_t more : {100, 500, 424}) {
            store_.grow(more);
            EXPECT_TRUE(wait(writer_.write(deadline_in(60s))));
        }
        store_.grow(3);  // not signed yet
    }

    template <class T>
    T wait(async::Task<T> task) {
        return boost::asio::co_spawn(loop_.executor(), std::move(task), boost::asio::use_future)
            .get();
    }
    Result<InclusionProof> inclusion(std::int64_t index, std::optional<std::int64_t> size = {}) {
        return wait(maker_.prove_inclusion(index, size, deadline_in(60s)));
    }
    Result<ConsistencyProof> consistency(std::int64_t from, std::int64_t to) {
        return wait(maker_.prove_consistency(from, to, deadline_in(60s)));
    }
    Checkpoint opened(const std::string& note) {
        const NoteVerifier keys[] = {verifier_of(sample_signer())};
        return open_checkpoint(note, keys).value();
    }

    async::Loop loop_{"proofs"};
    async::CpuPool cpu_{1};
    MemoryCheckpointStore store_;
    CheckpointWriter writer_{store_, {sample_signer()}};
    ProofMaker maker_{store_, cpu_};
};

TEST_F(ProofMakerTest, ProvesEventsToAnyCheckpointThatCoversThem) {
    for (const std::int64_t size : {100, 600, 1024}) {
        for (const std::int64_t index : {0, 99, 255, 256, 599, 600, 1023}) {
            const Result<InclusionProof> proof = inclusion(index, size);
            if (index >= size) {
                EXPECT_EQ(proof.error().code, Errc::not_found) << index << " in " << size;
                continue;
            }
            ASSERT_TRUE(proof) << index << " in " << size << describe(proof.error());
            const Checkpoint checkpoint = opened(proof->note);
            EXPECT_EQ(checkpoint.tree_size, size);
            EXPECT_EQ(proof->leaf, *leaf_of(store_.log.rows[static_cast<std::size_t>(index)]));
            EXPECT_TRUE(proves_inclusion(index, size, proof->leaf, proof->nodes, checkpoint.root));
        }
    }
    EXPECT_EQ(inclusion(5).value().tree_size, 1024) << "the newest unless told";
}

TEST_F(ProofMakerTest, SaysWhyThereIsNoProof) {
    EXPECT_THAT(inclusion(1024).error().detail, HasSubstr("does not cover that event"));
    EXPECT_THAT(inclusion(5, 77).error().detail, HasSubstr("no checkpoint of 77 events"));
    EXPECT_THAT(consistency(77, 600).error().detail, HasSubstr("no checkpoint of 77"));
    EXPECT_THAT(consistency(100, 601).error().detail, HasSubstr("no checkpoint of 601"));
    store_.log.rows.erase(store_.log.rows.begin(), store_.log.rows.begin() + 10);
    EXPECT_EQ(inclusion(200).error().code, Errc::not_found);
    EXPECT_THAT(inclusion(200).error().detail, HasSubstr("removed by retention"));
    EXPECT_TRUE(inclusion(256)) << "another group";
    store_.checkpoints.clear();
    EXPECT_THAT(inclusion(0).error().detail, HasSubstr("no checkpoint yet"));
}

TEST_F(ProofMakerTest, ProvesThatOneCheckpointContinuesAnother) {
    for (const auto& [from, to] : {std::pair{100, 600}, {100, 1024}, {600, 1024}, {600, 600}}) {
        const Result<ConsistencyProof> proof = consistency(from, to);
        ASSERT_TRUE(proof) << from << " to " << to;
        EXPECT_TRUE(proves_consistency(from, to, opened(proof->from_note).root,
                                       opened(proof->to_note).root, proof->nodes));
    }
}

TEST_F(ProofMakerTest, AChangedLogGivesNoProof) {
    store_.log.rows[300].event.status = "changed";
    EXPECT_TRUE(inclusion(5)) << "the group of the changed event is known by its root";
    const Result<InclusionProof> proof = inclusion(301);
    EXPECT_EQ(proof.error().code, Errc::internal);
    store_.groups[2] = store_.groups[1];
    EXPECT_EQ(inclusion(5).error().code, Errc::internal);
    EXPECT_EQ(consistency(100, 1024).error().code, Errc::internal);
    store_.groups.clear();
    EXPECT_EQ(inclusion(5).error().code, Errc::internal);
}

}  // namespace
}  // namespace rgw::audit
