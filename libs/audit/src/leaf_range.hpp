#pragma once

#include <bit>
#include <cstdint>

#include "rgw/audit/proof.hpp"

namespace rgw::audit {

// Where the tree over the leaves splits: the largest power of two below their number, of which
// there are two at least.
[[nodiscard]] inline std::int64_t split_of(const LeafRange& leaves) {
    const auto count = static_cast<std::uint64_t>(leaves.end - leaves.begin);
    return leaves.begin + static_cast<std::int64_t>(std::bit_floor(count - 1));
}

}  // namespace rgw::audit
