#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/audit/event.hpp"
#include "rgw/base/error.hpp"

namespace rgw::audit {

// The RFC 6962 §2.1 Merkle tree of an append-only list, kept as the hashes of its perfect subtrees
// from the largest to the smallest: enough to append and to compute the root, 32 bytes per set bit
// of size.
class CompactTree {
public:
    CompactTree() = default;
    // From what serialise() wrote and the size stored beside it. Error: invalid_value.
    static Result<CompactTree> parse(std::int64_t size, std::string_view serialised);

    void append(const Hash& leaf);
    [[nodiscard]] std::int64_t size() const { return size_; }
    // MTH of the list; SHA-256 of the empty string for the empty tree.
    [[nodiscard]] Hash root() const;
    [[nodiscard]] std::string serialise() const;
    bool operator==(const CompactTree&) const = default;

private:
    std::int64_t size_ = 0;
    std::vector<Hash> subtrees_;
};

}  // namespace rgw::audit
