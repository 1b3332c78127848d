#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rgw/audit/event.hpp"

// Proofs about the Merkle tree of the log (RFC 9162 §2.1.3 and §2.1.4; the tree is RFC 6962's).
namespace rgw::audit {

// Consecutive leaves, whose hash MTH(D[begin:end]) is one node of a proof. `begin` is a multiple of
// the smallest power of two that holds the range; the range is that long itself, unless it ends
// where the tree ends.
struct LeafRange {
    std::int64_t begin = 0;
    std::int64_t end = 0;  // one past the last

    bool operator==(const LeafRange&) const = default;
};

// What proves that the leaf `index` is in the tree of `size` leaves: the nodes, from the leaf to
// the root. 0 <= index < size; else std::invalid_argument.
[[nodiscard]] std::vector<LeafRange> inclusion_path(std::int64_t index, std::int64_t size);
// What proves that the tree of `second` leaves begins with the tree of `first`, in the order of
// RFC 9162; none when they are the same. 0 < first <= second; else std::invalid_argument.
[[nodiscard]] std::vector<LeafRange> consistency_path(std::int64_t first, std::int64_t second);

// False for any numbers that no tree has, too. A root says nothing about how many leaves are below
// it: `size` and `root` must come from one checkpoint.
[[nodiscard]] bool proves_inclusion(std::int64_t index, std::int64_t size, const Hash& leaf,
                                    std::span<const Hash> proof, const Hash& root);
[[nodiscard]] bool proves_consistency(std::int64_t first, std::int64_t second,
                                      const Hash& first_root, const Hash& second_root,
                                      std::span<const Hash> proof);

}  // namespace rgw::audit
