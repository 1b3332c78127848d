#include "rgw/audit/grouped_tree.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "rgw/audit/merkle.hpp"
#include "rgw/crypto/digest.hpp"
#include "sealed_log.hpp"

namespace rgw::audit {
namespace {

std::vector<Hash> some_leaves(std::int64_t count) {
    std::vector<Hash> leaves;
    leaves.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
        leaves.push_back(crypto::sha256(std::to_string(i)));
    }
    return leaves;
}

std::vector<Hash> slice(const std::vector<Hash>& leaves, std::int64_t begin, std::int64_t end) {
    return {leaves.begin() + begin, leaves.begin() + end};
}

Hash root_of(const std::vector<Hash>& leaves) {
    CompactTree tree;
    for (const Hash& leaf : leaves) {
        tree.append(leaf);
    }
    return tree.root();
}

GroupedTree grouped(const std::vector<Hash>& leaves) {
    std::vector<Hash> groups;
    const std::int64_t size = std::ssize(leaves);
    std::int64_t begin = 0;
    for (; begin + group_size <= size; begin += group_size) {
        groups.push_back(group_root(slice(leaves, begin, begin + group_size)));
    }
    return {size, groups, slice(leaves, begin, size)};
}

TEST(GroupedTree, GivesTheRootAndEveryProofOfTheWholeTree) {
    for (const std::int64_t size : {1, 2, 255, 256, 257, 511, 512, 700, 1024, 1300, 2048}) {
        const std::vector<Hash> leaves = some_leaves(size);
        GroupedTree tree = grouped(leaves);
        const Hash root = root_of(leaves);
        EXPECT_EQ(tree.root(), root) << size;
        for (std::int64_t index = 0; index < size; index += 1 + index % 37) {
            const std::int64_t group = index / group_size;
            if (group < size / group_size && !tree.has_open(group)) {
                ASSERT_TRUE(tree.open_group(
                    group, slice(leaves, group * group_size, (group + 1) * group_size)));
            }
            const std::vector<Hash> proof = tree.nodes(inclusion_path(index, size));
            EXPECT_TRUE(proves_inclusion(index, size, tree.leaf(index), proof, root))
                << index << " of " << size;
            EXPECT_EQ(tree.leaf(index), leaves[static_cast<std::size_t>(index)]);
            const std::vector<Hash> link = tree.nodes(consistency_path(index + 1, size));
            EXPECT_TRUE(proves_consistency(index + 1, size, root_of(slice(leaves, 0, index + 1)),
                                           root, link))
                << index + 1 << " to " << size;
        }
    }
}

TEST(GroupedTree, TakesOnlyTheLeavesOfItsGroups) {
    const std::vector<Hash> leaves = some_leaves(600);
    GroupedTree tree = grouped(leaves);
    EXPECT_THROW((void)tree.leaf(3), std::out_of_range);
    EXPECT_THROW((void)tree.nodes(inclusion_path(3, 600)), std::out_of_range);
    EXPECT_FALSE(tree.open_group(0, slice(leaves, 256, 512))) << "another group's";
    EXPECT_FALSE(tree.open_group(0, slice(leaves, 0, 255))) << "one is missing";
    EXPECT_FALSE(tree.open_group(2, slice(leaves, 344, 600))) << "not full";
    EXPECT_FALSE(tree.open_group(-1, slice(leaves, 0, 256)));
    EXPECT_TRUE(tree.open_group(0, slice(leaves, 0, 256)));
    EXPECT_EQ(tree.leaf(3), leaves[3]);
    EXPECT_TRUE(tree.open_group(1, slice(leaves, 256, 512)));
    EXPECT_THROW((void)tree.leaf(3), std::out_of_range) << "one at a time";
    EXPECT_THROW((void)tree.leaf(600), std::out_of_range);
    EXPECT_THROW((void)tree.leaf(-1), std::out_of_range);
}

TEST(GroupedTree, RefusesWhatIsNoTreeOfItsSize) {
    const std::vector<Hash> leaves = some_leaves(10);
    EXPECT_THROW(GroupedTree(11, {}, leaves), std::invalid_argument);
    EXPECT_THROW(GroupedTree(266, {}, leaves), std::invalid_argument);
    EXPECT_THROW(GroupedTree(-1, {}, {}), std::invalid_argument);
    EXPECT_EQ(GroupedTree(0, {}, {}).root(), CompactTree().root());
}

TEST(LeafOf, IsTheLeafThatWasSealedAndNothingForWhatNoEventHas) {
    SealedLog log;
    log.append(full_events(2), sample_key(), 100);
    StoredEvent row = log.rows[1];
    EXPECT_EQ(leaf_of(row), leaf_hash(canonical(row.event, sample_key().id())));
    row.format = 2;
    EXPECT_EQ(leaf_of(row), std::nullopt);
    row = log.rows[1];
    row.unreadable = "phase";
    EXPECT_EQ(leaf_of(row), std::nullopt);
    row = log.rows[1];
    row.key_id += std::int64_t{1} << 32;
    EXPECT_EQ(leaf_of(row), std::nullopt);
}

}  // namespace
}  // namespace rgw::audit
