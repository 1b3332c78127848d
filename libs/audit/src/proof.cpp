#include "rgw/audit/proof.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "leaf_range.hpp"
#include "node_hash.hpp"

namespace rgw::audit {
namespace {

// Goes down to the side of `index`, the other side becomes a node of the path.
void descend(LeafRange& here, std::int64_t index, std::vector<LeafRange>& path) {
    const std::int64_t split = split_of(here);
    const LeafRange left{.begin = here.begin, .end = split};
    const LeafRange right{.begin = split, .end = here.end};
    path.push_back(index < split ? right : left);
    here = index < split ? left : right;
}

}  // namespace

std::vector<LeafRange> inclusion_path(std::int64_t index, std::int64_t size) {
    if (index < 0 || index >= size) {
        throw std::invalid_argument("no leaf of the tree");
    }
    std::vector<LeafRange> path;
    for (LeafRange here{.begin = 0, .end = size}; here.end - here.begin > 1;) {
        descend(here, index, path);
    }
    std::ranges::reverse(path);
    return path;
}

std::vector<LeafRange> consistency_path(std::int64_t first, std::int64_t second) {
    if (first <= 0 || first > second) {
        throw std::invalid_argument("no tree and one that it has become");
    }
    std::vector<LeafRange> path;
    LeafRange here{.begin = 0, .end = second};
    while (here.end != first) {
        descend(here, first - 1, path);
    }
    // The verifier knows the root of the first tree; if that is a node of the second it need not
    // be told.
    if (here.begin > 0) {
        path.push_back(here);
    }
    std::ranges::reverse(path);
    return path;
}

// RFC 9162 §2.1.3.2. `fn` and `sn` are the index of the node reached and of the last one beside it.
bool proves_inclusion(std::int64_t index, std::int64_t size, const Hash& leaf,
                      std::span<const Hash> proof, const Hash& root) {
    if (index < 0 || index >= size) {
        return false;
    }
    auto fn = static_cast<std::uint64_t>(index);
    auto sn = static_cast<std::uint64_t>(size - 1);
    Hash node = leaf;
    for (const Hash& sibling : proof) {
        if (sn == 0) {
            return false;
        }
        if ((fn & 1U) != 0 || fn == sn) {
            node = node_hash(sibling, node);
            while (fn != 0 && (fn & 1U) == 0) {
                fn >>= 1U;
                sn >>= 1U;
            }
        } else {
            node = node_hash(node, sibling);
        }
        fn >>= 1U;
        sn >>= 1U;
    }
    return sn == 0 && node == root;
}

// RFC 9162 §2.1.4.2.
bool proves_consistency(std::int64_t first, std::int64_t second, const Hash& first_root,
                        const Hash& second_root, std::span<const Hash> proof) {
    if (first <= 0 || first > second) {
        return false;
    }
    if (first == second) {
        return proof.empty() && first_root == second_root;
    }
    const bool first_is_a_node = std::has_single_bit(static_cast<std::uint64_t>(first));
    if (proof.empty()) {
        return false;
    }
    Hash of_first = first_is_a_node ? first_root : proof.front();
    Hash of_second = of_first;
    auto fn = static_cast<std::uint64_t>(first - 1);
    auto sn = static_cast<std::uint64_t>(second - 1);
    while ((fn & 1U) != 0) {
        fn >>= 1U;
        sn >>= 1U;
    }
    for (const Hash& sibling : proof.subspan(first_is_a_node ? 0 : 1)) {
        if (sn == 0) {
            return false;
        }
        if ((fn & 1U) != 0 || fn == sn) {
            of_first = node_hash(sibling, of_first);
            of_second = node_hash(sibling, of_second);
            while (fn != 0 && (fn & 1U) == 0) {
                fn >>= 1U;
                sn >>= 1U;
            }
        } else {
            of_second = node_hash(of_second, sibling);
        }
        fn >>= 1U;
        sn >>= 1U;
    }
    return sn == 0 && of_first == first_root && of_second == second_root;
}

}  // namespace rgw::audit
