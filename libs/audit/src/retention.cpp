#include "rgw/audit/retention.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "rgw/async/loop.hpp"
#include "rgw/base/json.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;

constexpr auto query_patience = 30s;
// Planning reads the times of all events that could go.
constexpr auto plan_patience = 120s;
constexpr std::size_t most_details_bytes = 8UL * 1024;

Event prune_event(const PrunePlan& plan, Timestamp at) {
    Event event;
    event.at = at;
    event.phase = Phase::intent;
    event.status = "pending";
    event.action_type = "admin";
    event.action = prune_action;
    event.resource_type = "audit";
    event.resource = std::to_string(plan.from) + "-" + std::to_string(plan.to - 1);
    event.details = R"({"from":)" + std::to_string(plan.from) + R"(,"to":)" +
                    std::to_string(plan.to) + R"(,"checkpoint":)" + std::to_string(plan.boundary) +
                    R"(,"days":)" + std::to_string(plan.days) + "}";
    return event;
}

Error not_what_was_signed(const std::string& what) {
    return {Errc::invalid_value,
            "nothing was removed: " + what + "; run rack-gateway-api audit verify"};
}

}  // namespace

std::int64_t pruned_to(const Event& event) {
    if (event.action != prune_action || event.action_type != "admin" || !event.details) {
        return 0;
    }
    const auto details =
        parse_json_object(*event.details, {.bytes = most_details_bytes, .depth = 1});
    const auto* to = details ? details->if_contains("to") : nullptr;
    const std::int64_t* index = to == nullptr ? nullptr : to->if_int64();
    return index == nullptr ? 0 : *index;
}

async::Task<Result<std::int64_t>> Pruner::run() {
    stopping_ = false;
    const Result<std::unique_ptr<PruneClaim>> claim =
        co_await parts_.store.claim(deadline_in(query_patience));
    if (!claim) {
        co_return claim.error();
    }
    if (*claim == nullptr) {
        co_return 0;
    }
    const Result<std::optional<PrunePlan>> plan =
        co_await parts_.store.plan(options_.days, options_.below, deadline_in(plan_patience));
    if (!plan) {
        co_return plan.error();
    }
    if (!*plan || (*plan)->to <= (*plan)->from) {
        co_return 0;
    }
    Result<std::int64_t> removed = co_await recorded(**plan);
    co_return removed;
}

// The tree of the newest checkpoint, which is signed and gives the boundary's root, too.
async::Task<Result<GroupedTree>> Pruner::confirm(const PrunePlan& plan) {
    Result<ProofMaker::Proven> newest =
        co_await parts_.proofs.load(std::nullopt, deadline_in(query_patience));
    if (!newest) {
        co_return newest.error();
    }
    GroupedTree& tree = newest->tree;
    const Result<Checkpoint> signed_one = open_checkpoint(newest->checkpoint.note, verifiers_);
    if (!signed_one || signed_one->tree_size != tree.size() || signed_one->root != tree.root()) {
        co_return not_what_was_signed("the newest checkpoint is not signed by a key of this log");
    }
    const Result<ConsistencyProof> proof = co_await parts_.proofs.prove_consistency(
        plan.boundary, tree.size(), deadline_in(query_patience));
    if (!proof) {
        co_return proof.error();
    }
    if (tree.size() < plan.to) {
        co_return not_what_was_signed("the newest checkpoint does not cover the events");
    }
    co_return std::move(tree);
}

async::Task<Result<std::int64_t>> Pruner::recorded(PrunePlan plan) {
    const Result<GroupedTree> tree = co_await confirm(plan);
    if (!tree) {
        co_return tree.error();
    }
    Event event = prune_event(plan, parts_.clock.now());
    const Result<Receipt> intent =
        co_await parts_.recorder.append(event, deadline_in(query_patience));
    if (!intent) {
        co_return intent.error();
    }
    const Result<std::int64_t> removed = co_await remove(plan, *tree);
    event.response_time_ms = static_cast<std::int32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.now() - event.at)
            .count());
    event.at = parts_.clock.now();
    event.phase = Phase::outcome;
    event.intent_index = intent->chain_index;
    event.status = removed ? "success" : "error";
    if (removed) {
        event.details->pop_back();
        *event.details += R"(,"removed":)" + std::to_string(*removed) + "}";
    }
    const Result<Receipt> outcome =
        co_await parts_.recorder.append_outcome(event, deadline_in(query_patience));
    if (removed && !outcome) {
        co_return outcome.error();
    }
    co_return removed;
}

async::Task<Result<std::int64_t>> Pruner::remove(PrunePlan plan, const GroupedTree& tree) {
    const std::int64_t step = options_.groups_per_batch * group_size;
    std::int64_t removed = 0;
    for (std::int64_t from = plan.from; from < plan.to && !stopping_;) {
        const std::int64_t to = std::min(plan.to, from + step);
        const Result<std::int64_t> gone = co_await remove_batch(from, to, plan.days, tree);
        if (!gone) {
            co_return gone.error();
        }
        removed += *gone;
        from = to;
        if (options_.pause > 0ms && from < plan.to) {
            co_await async::sleep_for(options_.pause);
        }
    }
    co_return removed;
}

async::Task<Result<std::int64_t>> Pruner::remove_batch(std::int64_t from, std::int64_t to,
                                                       std::int64_t days, const GroupedTree& tree) {
    const Result<std::vector<Hash>> leaves = co_await parts_.checkpoints.load_leaves(
        {.begin = from, .end = to}, deadline_in(query_patience));
    if (!leaves) {
        co_return leaves.error();
    }
    const auto leaves_of = [&](std::int64_t group) {
        return std::span(*leaves).subspan(static_cast<std::size_t>(group * group_size - from),
                                          static_cast<std::size_t>(group_size));
    };
    for (std::int64_t group = from / group_size; group < to / group_size; ++group) {
        if (group_root(leaves_of(group)) != tree.group(group)) {
            co_return not_what_was_signed("an event from " + std::to_string(group * group_size) +
                                          " to " + std::to_string((group + 1) * group_size - 1) +
                                          " is not the one that was signed");
        }
    }
    const Result<std::vector<std::int64_t>> lasting =
        co_await parts_.store.lasting(from, to, deadline_in(query_patience));
    if (!lasting) {
        co_return lasting.error();
    }
    PruneBatch batch{.to = to, .days = days, .kept = {}};
    for (const std::int64_t size : *lasting) {
        const std::int64_t group = size / group_size;
        const bool there = !batch.kept.empty() && batch.kept.back().index == group;
        if (size % group_size != 0 && !there) {
            const auto kept = leaves_of(group);
            batch.kept.push_back({.index = group, .leaves = {kept.begin(), kept.end()}});
        }
    }
    Result<std::int64_t> gone =
        co_await parts_.store.prune(std::move(batch), deadline_in(query_patience));
    co_return gone;
}

}  // namespace rgw::audit
