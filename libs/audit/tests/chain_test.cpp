#include "rgw/audit/chain.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rgw/crypto/encoding.hpp"
#include "sample_events.hpp"

namespace rgw::audit {
namespace {

std::string hex(const Hash& hash) {
    return crypto::hex(hash);
}

// Computed with Python's hashlib and hmac by the example of docs/audit-format.md.
TEST(Chain, GoldenHashesOfOneEventNeverChange) {
    const Key key = sample_key();
    EXPECT_EQ(key.id(), 9'751'035);
    const std::string bytes = canonical(full_event(), key.id());
    const Hash leaf = leaf_hash(bytes);
    EXPECT_EQ(hex(leaf), "3c5a35d2fca8608236c2387177b58b775c48289c3ef1f03e25a3f8bbb66cc61d");
    const Hash genesis = event_hash(key, 0, std::nullopt, leaf);
    EXPECT_EQ(hex(genesis), "2f2db3ca240e41bc5aa048887fed233755a77125d1bf032f30786fc2f0434b6f");
    EXPECT_EQ(hex(event_hash(key, 1, genesis, leaf)),
              "b49715ea9c5dc477a5e2a5acb31fee59c0eb1d3cd99fad3dbf7340995c65cde8");
}

TEST(Chain, TheHashDependsOnKeyIndexPreviousHashAndLeaf) {
    const Key key = sample_key();
    const Hash leaf = leaf_hash("x");
    const Hash other = leaf_hash("y");
    const Hash base = event_hash(key, 5, other, leaf);
    EXPECT_NE(event_hash(sample_key("another"), 5, other, leaf), base);
    EXPECT_NE(event_hash(key, 6, other, leaf), base);
    EXPECT_NE(event_hash(key, 5, leaf, leaf), base);
    EXPECT_NE(event_hash(key, 5, other, other), base);
    crypto::HmacSha256 keyed(key.secret().expose());
    EXPECT_EQ(event_hash(keyed, 5, other, leaf), base);
}

TEST(Key, ItsIdComesFromTheKeyAloneAndIsNeverNegative) {
    EXPECT_EQ(sample_key().id(), sample_key().id());
    EXPECT_NE(sample_key("a").id(), sample_key("b").id());
    for (int i = 0; i < 100; ++i) {
        EXPECT_GE(sample_key(std::to_string(i)).id(), 0);
    }
}

TEST(Seal, GivesConsecutiveIndexesLinksEveryEventAndMovesTheHead) {
    const Key key = sample_key();
    std::vector<PreparedEvent> events;
    for (int i = 0; i < 5; ++i) {
        events.push_back(prepare(sample_event("app-" + std::to_string(i)), key));
    }
    const std::span<const PreparedEvent> all(events);
    const SealedBatch whole = seal(Head{}, all, key);
    ASSERT_EQ(whole.events.size(), 5U);
    EXPECT_EQ(whole.key_id, key.id());
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(whole.events[i].chain_index, static_cast<std::int64_t>(i));
        EXPECT_EQ(whole.events[i].event, &events[i].event);
        EXPECT_EQ(whole.events[i].previous_hash,
                  i == 0 ? std::nullopt : std::optional(whole.events[i - 1].event_hash));
    }
    EXPECT_EQ(whole.head.next_index, 5);
    EXPECT_EQ(whole.head.last_hash, whole.events[4].event_hash);
    EXPECT_EQ(whole.head.tree.size(), 5);

    const SealedBatch first = seal(Head{}, all.first(2), key);
    const SealedBatch second = seal(first.head, all.subspan(2), key);
    EXPECT_EQ(second.head.last_hash, whole.head.last_hash);
    EXPECT_EQ(second.head.tree, whole.head.tree);
    EXPECT_EQ(second.events.front().previous_hash, first.events.back().event_hash);
}

TEST(Seal, AnEmptyBatchLeavesTheHeadAsItIs) {
    const Key key = sample_key();
    const std::vector<PreparedEvent> one = {prepare(sample_event(), key)};
    const Head head = seal(Head{}, one, key).head;
    const SealedBatch probe = seal(head, {}, key);
    EXPECT_TRUE(probe.events.empty());
    EXPECT_EQ(probe.head.next_index, 1);
    EXPECT_EQ(probe.head.last_hash, head.last_hash);
}

}  // namespace
}  // namespace rgw::audit
