#include "rgw/audit/proof_maker.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "rgw/audit/proof.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::audit {
namespace {

std::string events(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " event" : " events");
}

// Retention took events away that the proof is made of.
Error gone(const Error& error) {
    return error.code == Errc::not_found
               ? Error(Errc::not_found, "events that the proof needs were removed by retention")
               : error;
}

Error contradiction(std::int64_t tree_size) {
    return {Errc::internal, "what is stored does not give the root of the checkpoint of " +
                                events(tree_size) + ": run rack-gateway-api audit verify"};
}

Hash hash_of(const std::string& bytes) {
    Hash hash{};
    std::ranges::copy_n(crypto::bytes_of(bytes).begin(),
                        static_cast<std::ptrdiff_t>(std::min(bytes.size(), hash.size())),
                        hash.begin());
    return hash;
}

}  // namespace

async::Task<Result<StoredCheckpoint>> ProofMaker::find(std::optional<std::int64_t> tree_size,
                                                       Deadline deadline) {
    std::optional<StoredCheckpoint> found;
    if (tree_size) {
        Result<std::optional<StoredCheckpoint>> stored = co_await store_.find(*tree_size, deadline);
        if (!stored) {
            co_return stored.error();
        }
        found = std::move(*stored);
    } else {
        Result<LogEnd> end = co_await store_.look(deadline);
        if (!end) {
            co_return Error(Errc::internal, describe(end.error()));
        }
        found = std::move(end->newest);
    }
    if (!found) {
        co_return Error(Errc::not_found, tree_size
                                             ? "there is no checkpoint of " + events(*tree_size)
                                             : "there is no checkpoint yet");
    }
    co_return std::move(*found);
}

async::Task<Result<ProofMaker::Proven>> ProofMaker::load(std::optional<std::int64_t> tree_size,
                                                         Deadline deadline) {
    Result<StoredCheckpoint> checkpoint = co_await find(tree_size, deadline);
    if (!checkpoint) {
        co_return checkpoint.error();
    }
    const std::int64_t size = checkpoint->tree_size;
    const std::int64_t count = size / group_size;
    Result<std::vector<Hash>> groups = co_await store_.load_groups(count, deadline);
    if (!groups) {
        co_return groups.error().code == Errc::not_found ? contradiction(size) : groups.error();
    }
    Result<std::vector<Hash>> leaves =
        co_await store_.load_leaves({.begin = count * group_size, .end = size}, deadline);
    if (!leaves) {
        co_return gone(leaves.error());
    }
    GroupedTree tree = co_await cpu_.run(
        [size, groups = std::move(*groups), leaves = std::move(*leaves)]() mutable {
            return GroupedTree(size, std::move(groups), std::move(leaves));
        });
    if (tree.root() != hash_of(checkpoint->root)) {
        co_return contradiction(size);
    }
    co_return Proven{.checkpoint = std::move(*checkpoint), .tree = std::move(tree)};
}

async::Task<Result<void>> ProofMaker::open_group_of(std::int64_t chain_index, GroupedTree& tree,
                                                    Deadline deadline) {
    const std::int64_t group = chain_index / group_size;
    if (group >= tree.size() / group_size || tree.has_open(group)) {
        co_return Result<void>();
    }
    Result<std::vector<Hash>> leaves = co_await store_.load_leaves(
        {.begin = group * group_size, .end = (group + 1) * group_size}, deadline);
    if (!leaves) {
        co_return gone(leaves.error());
    }
    if (!tree.open_group(group, std::move(*leaves))) {
        co_return contradiction(tree.size());
    }
    co_return Result<void>();
}

async::Task<Result<InclusionProof>> ProofMaker::prove_inclusion(
    std::int64_t chain_index, std::optional<std::int64_t> tree_size, Deadline deadline) {
    Result<Proven> proven = co_await load(tree_size, deadline);
    if (!proven) {
        co_return proven.error();
    }
    GroupedTree& tree = proven->tree;
    if (chain_index >= tree.size()) {
        co_return Error(Errc::not_found, "the checkpoint of " + events(tree.size()) +
                                             " does not cover that event; a newer one will");
    }
    const Result<void> opened = co_await open_group_of(chain_index, tree, deadline);
    if (!opened) {
        co_return opened.error();
    }
    InclusionProof proof{.chain_index = chain_index,
                         .tree_size = tree.size(),
                         .leaf = tree.leaf(chain_index),
                         .nodes = tree.nodes(inclusion_path(chain_index, tree.size())),
                         .note = std::move(proven->checkpoint.note)};
    if (!proves_inclusion(chain_index, tree.size(), proof.leaf, proof.nodes, tree.root())) {
        co_return contradiction(tree.size());
    }
    co_return proof;
}

async::Task<Result<ConsistencyProof>> ProofMaker::prove_consistency(std::int64_t from,
                                                                    std::int64_t to,
                                                                    Deadline deadline) {
    Result<StoredCheckpoint> first = co_await find(from, deadline);
    if (!first) {
        co_return first.error();
    }
    Result<Proven> second = co_await load(to, deadline);
    if (!second) {
        co_return second.error();
    }
    GroupedTree& tree = second->tree;
    const Result<void> opened = co_await open_group_of(from - 1, tree, deadline);
    if (!opened) {
        co_return opened.error();
    }
    ConsistencyProof proof{.from = from,
                           .to = to,
                           .nodes = tree.nodes(consistency_path(from, to)),
                           .from_note = std::move(first->note),
                           .to_note = std::move(second->checkpoint.note)};
    if (!proves_consistency(from, to, hash_of(first->root), tree.root(), proof.nodes)) {
        co_return contradiction(to);
    }
    co_return proof;
}

}  // namespace rgw::audit
