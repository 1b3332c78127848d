#include "rgw/audit/checkpoint_writer.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

#include "rgw/async/loop.hpp"
#include "rgw/base/log.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;

constexpr auto tick = 500ms;
constexpr auto query_patience = 10s;
constexpr std::int64_t leaves_per_query = 1024;
// A contradiction is said again this often.
constexpr std::uint64_t failures_per_reminder = 360;

Deadline next_query(Deadline give_up) {
    return std::min(give_up, deadline_in(query_patience));
}

Error contradiction(std::string_view why) {
    return {Errc::invalid_value, std::string(why)};
}

// What an event that is gone or unreadable says about a log that was whole before.
Error failed_reading(const Error& error) {
    const bool gone = error.code == Errc::not_found || error.code == Errc::invalid_value;
    return gone ? contradiction(error.detail) : error;
}

}  // namespace

bool CheckpointPace::due(Deadline now, std::uint64_t appended_total) {
    const bool due = !last_ || now >= *last_ + interval || appended_total - appended_ >= events;
    if (due) {
        last_ = now;
        appended_ = appended_total;
    }
    return due;
}

CheckpointWriter::CheckpointWriter(CheckpointStore& store, std::vector<NoteSigner> signers)
    : store_(store), signers_(std::move(signers)) {
    if (signers_.empty()) {
        throw std::invalid_argument("checkpoints without a signer");
    }
    for (const NoteSigner& signer : signers_) {
        verifiers_.push_back(NoteVerifier::parse(signer.verifier_text()).value());
    }
}

async::Task<void> CheckpointWriter::run(std::function<std::uint64_t()> appended_total) {
    CheckpointPace pace;
    while (!stopping_) {
        co_await async::sleep_for(tick);
        if (!stopping_ && pace.due(std::chrono::steady_clock::now(), appended_total())) {
            co_await write(Deadline::max());
        }
    }
    stopping_ = false;
}

async::Task<Result<void>> CheckpointWriter::write(Deadline give_up) {
    Result<void> written;
    if (!contradiction_.empty()) {
        written = contradiction(contradiction_);
    } else {
        written = co_await try_write(give_up);
    }
    if (!written) {
        note_failure(written.error());
    }
    co_return written;
}

async::Task<Result<void>> CheckpointWriter::try_write(Deadline give_up) {
    Result<LogEnd> end = co_await store_.look(next_query(give_up));
    if (!end) {
        co_return end.error();
    }
    Result<void> step = begin(*end);
    if (!step) {
        co_return step;
    }
    if (tree_.size() < end->pruned_before) {
        step = co_await start_at_pruned(end->pruned_before, give_up);
        if (!step) {
            co_return step;
        }
    }
    const std::int64_t size = end->head.next_index;
    step = co_await recompute(size, give_up);
    if (!step) {
        co_return step;
    }
    if (tree_ != end->head.tree) {
        co_return contradiction("the events before " + std::to_string(size) +
                                " do not give the tree of the head");
    }
    if (end->newest && end->newest->tree_size == size) {
        groups_are_stored();
    } else if (size > 0) {
        step = co_await sign(std::move(end->head), give_up);
    }
    co_return step;
}

// Every time: what was found stored. The first time: where to start.
Result<void> CheckpointWriter::begin(const LogEnd& end) {
    if (Result<void> sizes = check_sizes(end); !sizes) {
        return sizes;
    }
    const bool first = !std::exchange(begun_, true);
    claim_ = end.newest;
    if (!end.newest) {
        return {};
    }
    const StoredCheckpoint& newest = *end.newest;
    note_newest(newest.tree_size, newest.created_at);
    // What none of our keys signed is no start: the log is recomputed from its first event.
    const Result<Checkpoint> known = open_checkpoint(newest.note, verifiers_);
    if (!first || !known) {
        return check_claim();
    }
    Result<CompactTree> tree = CompactTree::parse(newest.tree_size, newest.tree);
    if (!tree || known->tree_size != newest.tree_size || known->root != tree->root()) {
        return contradiction("the newest checkpoint is stored with what it does not say");
    }
    tree_ = std::move(*tree);
    const std::int64_t beside = tree_.size() % group_size;
    const auto subtrees =
        static_cast<std::size_t>(std::popcount(static_cast<std::uint64_t>(beside)));
    const std::string nodes = tree_.serialise();
    group_ =
        CompactTree::parse(beside, nodes.substr(nodes.size() - subtrees * sizeof(Hash))).value();
    groups_are_stored();
    return check_claim();
}

Result<void> CheckpointWriter::check_sizes(const LogEnd& end) const {
    const std::int64_t size = end.head.next_index;
    const std::int64_t newest = end.newest ? end.newest->tree_size : 0;
    if (size < tree_.size() || size < newest) {
        return contradiction("the log ends before event " + std::to_string(size) + ", but " +
                             std::to_string(std::max(tree_.size(), newest)) +
                             " events were there before");
    }
    if (newest < stored_) {
        return contradiction("the checkpoint of " + std::to_string(stored_) + " events is gone");
    }
    return {};
}

async::Task<Result<void>> CheckpointWriter::recompute(std::int64_t size, Deadline give_up) {
    while (tree_.size() < size) {
        if (stopping_ || std::chrono::steady_clock::now() >= give_up) {
            co_return Error(Errc::timed_out, "the log is not recomputed yet");
        }
        const LeafRange next{.begin = tree_.size(),
                             .end = std::min(size, tree_.size() + leaves_per_query)};
        const Result<std::vector<Hash>> leaves =
            co_await store_.load_leaves(next, next_query(give_up));
        if (!leaves) {
            const Result<void> why = co_await failed(leaves.error(), give_up);
            co_return why;
        }
        for (const Hash& leaf : *leaves) {
            const Result<void> fits = append(leaf);
            if (!fits) {
                co_return fits;
            }
        }
    }
    co_return Result<void>();
}

// Of what retention removed the roots of its groups are left; that they are the right ones shows in
// the head's tree, and in the next checkpoint of another process.
async::Task<Result<void>> CheckpointWriter::start_at_pruned(std::int64_t pruned_before,
                                                            Deadline give_up) {
    const std::int64_t count = pruned_before / group_size;
    const Result<std::vector<Hash>> groups =
        co_await store_.load_groups(count, next_query(give_up));
    if (!groups) {
        co_return failed_reading(groups.error());
    }
    tree_ = tree_of_groups(*groups);
    group_ = CompactTree();
    first_group_ = count;
    groups_.clear();
    co_return check_claim();
}

// An event that is gone may have been removed by retention a moment ago.
async::Task<Result<void>> CheckpointWriter::failed(Error reading, Deadline give_up) {
    if (reading.code == Errc::not_found) {
        const Result<LogEnd> end = co_await store_.look(next_query(give_up));
        if (!end || tree_.size() < end->pruned_before) {
            co_return end ? Error(Errc::timed_out, "retention went past what was recomputed")
                          : end.error();
        }
    }
    co_return failed_reading(reading);
}

Result<void> CheckpointWriter::append(const Hash& leaf) {
    tree_.append(leaf);
    group_.append(leaf);
    if (group_.size() == group_size) {
        groups_.push_back(group_.root());
        group_ = CompactTree();
    }
    return check_claim();
}

Result<void> CheckpointWriter::check_claim() {
    if (!claim_ || claim_->tree_size != tree_.size()) {
        return {};
    }
    if (crypto::text_of(tree_.root()) != claim_->root) {
        return contradiction("the events before " + std::to_string(tree_.size()) +
                             " do not give the root of their checkpoint");
    }
    claim_.reset();
    return {};
}

async::Task<Result<void>> CheckpointWriter::sign(Head head, Deadline give_up) {
    const std::int64_t size = head.next_index;
    NewCheckpoint next{.head = std::move(head),
                       .note = write_checkpoint({.origin = signers_.front().name(),
                                                 .tree_size = size,
                                                 .root = tree_.root(),
                                                 .extensions = {}},
                                                signers_),
                       .keys = {},
                       .first_group = first_group_,
                       .groups = groups_};
    for (const NoteSigner& signer : signers_) {
        next.keys.push_back(signer.verifier_text());
    }
    const Result<Timestamp> stored = co_await store_.add(std::move(next), next_query(give_up));
    if (!stored) {
        co_return stored.error();
    }
    groups_are_stored();
    note_newest(size, *stored);
    co_return Result<void>();
}

void CheckpointWriter::groups_are_stored() {
    stored_ = tree_.size();
    first_group_ = stored_ / group_size;
    groups_.clear();
}

void CheckpointWriter::note_newest(std::int64_t size, Timestamp at) {
    const std::lock_guard lock(mutex_);
    stats_.newest_size = size;
    stats_.newest_at = at;
}

void CheckpointWriter::note_failure(const Error& error) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t before = stats_.failures_total++;
    if (error.code != Errc::invalid_value) {
        log::warn("no checkpoint of the audit log was stored", {{"error", describe(error)}});
        return;
    }
    if (contradiction_.empty() || before % failures_per_reminder == 0) {
        log::error(
            "CRITICAL: the audit log is not the one that was signed before; no checkpoint is "
            "signed until this is looked into and the gateway started again",
            {{"why", error.detail}});
    }
    contradiction_ = error.detail;
    stats_.contradicted = true;
}

CheckpointStats CheckpointWriter::stats() const {
    const std::lock_guard lock(mutex_);
    return stats_;
}

}  // namespace rgw::audit
