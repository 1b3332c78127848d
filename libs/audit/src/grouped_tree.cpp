#include "rgw/audit/grouped_tree.hpp"

#include <bit>
#include <stdexcept>
#include <utility>

#include "leaf_range.hpp"
#include "node_hash.hpp"

namespace rgw::audit {

std::optional<Hash> leaf_of(const StoredEvent& stored) {
    const auto key_id = static_cast<std::int32_t>(stored.key_id);
    if (stored.format != format_version || !stored.unreadable.empty() || key_id != stored.key_id) {
        return std::nullopt;
    }
    return leaf_hash(canonical(stored.event, key_id));
}

Hash group_root(std::span<const Hash> leaves) {
    CompactTree tree;
    for (const Hash& leaf : leaves) {
        tree.append(leaf);
    }
    return tree.root();
}

// A group is a perfect subtree, so the tree above them has the nodes of a tree of so many leaves.
CompactTree tree_of_groups(std::span<const Hash> groups) {
    CompactTree tree;
    for (const Hash& root : groups) {
        tree.append(root);
    }
    return CompactTree::parse(tree.size() * group_size, tree.serialise()).value();
}

GroupedTree::GroupedTree(std::int64_t size, std::vector<Hash> groups, std::vector<Hash> last_leaves)
    : size_(size), last_leaves_(std::move(last_leaves)) {
    if (size < 0 || std::ssize(groups) != size / group_size ||
        std::ssize(last_leaves_) != size % group_size) {
        throw std::invalid_argument("groups and leaves that are not a tree's of this size");
    }
    levels_.push_back(std::move(groups));
    while (levels_.back().size() > 1) {
        const std::vector<Hash>& below = levels_.back();
        std::vector<Hash> level;
        level.reserve(below.size() / 2);
        for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
            level.push_back(node_hash(below[i], below[i + 1]));
        }
        levels_.push_back(std::move(level));
    }
}

Hash GroupedTree::root() const {
    return size_ == 0 ? CompactTree().root() : node({.begin = 0, .end = size_});
}

bool GroupedTree::open_group(std::int64_t group, std::vector<Hash> leaves) {
    const std::vector<Hash>& roots = levels_.front();
    if (group < 0 || group >= std::ssize(roots) || std::ssize(leaves) != group_size ||
        group_root(leaves) != roots[static_cast<std::size_t>(group)]) {
        return false;
    }
    open_ = group;
    open_leaves_ = std::move(leaves);
    return true;
}

Hash GroupedTree::leaf(std::int64_t index) const {
    const std::int64_t group = index / group_size;
    if (index < 0 || index >= size_ || (group != open_ && group < size_ / group_size)) {
        throw std::out_of_range("a leaf that is not known");
    }
    return (group == open_ ? open_leaves_
                           : last_leaves_)[static_cast<std::size_t>(index) % group_size];
}

std::vector<Hash> GroupedTree::nodes(std::span<const LeafRange> path) const {
    std::vector<Hash> hashes;
    hashes.reserve(path.size());
    for (const LeafRange& leaves : path) {
        hashes.push_back(node(leaves));
    }
    return hashes;
}

Hash GroupedTree::node(LeafRange leaves) const {
    const std::int64_t count = leaves.end - leaves.begin;
    if (count == 1) {
        return leaf(leaves.begin);
    }
    if (count >= group_size && std::has_single_bit(static_cast<std::uint64_t>(count)) &&
        leaves.begin % count == 0) {
        const int level = std::countr_zero(static_cast<std::uint64_t>(count / group_size));
        return levels_.at(static_cast<std::size_t>(level))
            .at(static_cast<std::size_t>(leaves.begin / count));
    }
    const std::int64_t split = split_of(leaves);
    return node_hash(node({.begin = leaves.begin, .end = split}),
                     node({.begin = split, .end = leaves.end}));
}

}  // namespace rgw::audit
