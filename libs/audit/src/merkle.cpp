#include "rgw/audit/merkle.hpp"

#include <bit>
#include <cstring>

#include "node_hash.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::audit {

Hash node_hash(const Hash& left, const Hash& right) {
    thread_local crypto::Sha256 hasher;
    hasher.update(std::string_view("\1", 1)).update(left).update(right);
    return hasher.finish();
}

Result<CompactTree> CompactTree::parse(std::int64_t size, std::string_view serialised) {
    if (size < 0) {
        return Error(Errc::invalid_value, "a Merkle tree of negative size");
    }
    const auto subtrees = static_cast<std::size_t>(std::popcount(static_cast<std::uint64_t>(size)));
    if (serialised.size() != subtrees * sizeof(Hash)) {
        return Error(Errc::invalid_value, "a Merkle tree whose hashes do not fit its size");
    }
    CompactTree tree;
    tree.size_ = size;
    tree.subtrees_.resize(subtrees);
    for (std::size_t i = 0; i < subtrees; ++i) {
        std::memcpy(tree.subtrees_[i].data(), serialised.data() + i * sizeof(Hash), sizeof(Hash));
    }
    return tree;
}

void CompactTree::append(const Hash& leaf) {
    Hash merged = leaf;
    // A carry in binary addition: each trailing one bit is a perfect subtree as large as `merged`.
    for (auto size = static_cast<std::uint64_t>(size_); (size & 1U) != 0; size >>= 1U) {
        merged = node_hash(subtrees_.back(), merged);
        subtrees_.pop_back();
    }
    subtrees_.push_back(merged);
    ++size_;
}

Hash CompactTree::root() const {
    if (subtrees_.empty()) {
        return crypto::sha256(std::string_view());
    }
    Hash root = subtrees_.back();
    for (std::size_t i = subtrees_.size() - 1; i > 0; --i) {
        root = node_hash(subtrees_[i - 1], root);
    }
    return root;
}

std::string CompactTree::serialise() const {
    std::string bytes;
    bytes.reserve(subtrees_.size() * sizeof(Hash));
    for (const Hash& subtree : subtrees_) {
        bytes += crypto::text_of(subtree);
    }
    return bytes;
}

}  // namespace rgw::audit
