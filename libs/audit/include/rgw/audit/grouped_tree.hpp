#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rgw/audit/event.hpp"
#include "rgw/audit/merkle.hpp"
#include "rgw/audit/proof.hpp"
#include "rgw/audit/verify.hpp"

namespace rgw::audit {

// Leaves whose root is stored: the nodes above them need no event.
inline constexpr std::int64_t group_size = 256;

// The leaf of an event as it was found; nothing when no event can look like that.
[[nodiscard]] std::optional<Hash> leaf_of(const StoredEvent& stored);
// Of a group's leaves.
[[nodiscard]] Hash group_root(std::span<const Hash> leaves);
// Of full groups alone.
[[nodiscard]] CompactTree tree_of_groups(std::span<const Hash> groups);

// The Merkle tree of `size` leaves, known from the roots of its full groups, the leaves after them,
// and those of one group at a time.
class GroupedTree {
public:
    // size / group_size groups and size % group_size leaves; else std::invalid_argument.
    GroupedTree(std::int64_t size, std::vector<Hash> groups, std::vector<Hash> last_leaves);

    [[nodiscard]] std::int64_t size() const { return size_; }
    [[nodiscard]] Hash root() const;
    // 0 <= index < size() / group_size.
    [[nodiscard]] const Hash& group(std::int64_t index) const {
        return levels_.front().at(static_cast<std::size_t>(index));
    }
    // The leaves of that group are known from here on, and no longer those of the one before. False
    // when they are not what its root is of.
    [[nodiscard]] bool open_group(std::int64_t group, std::vector<Hash> leaves);
    [[nodiscard]] bool has_open(std::int64_t group) const { return group == open_; }
    // Both: std::out_of_range when a leaf is needed that is not known. 0 <= index < size.
    [[nodiscard]] Hash leaf(std::int64_t index) const;
    [[nodiscard]] std::vector<Hash> nodes(std::span<const LeafRange> path) const;

private:
    [[nodiscard]] Hash node(LeafRange leaves) const;

    std::int64_t size_;
    std::vector<std::vector<Hash>> levels_;  // of the groups' roots, and of what is above them
    std::vector<Hash> last_leaves_;
    std::int64_t open_ = -1;
    std::vector<Hash> open_leaves_;
};

}  // namespace rgw::audit
