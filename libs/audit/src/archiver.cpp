#include "rgw/audit/archiver.hpp"

#include <algorithm>
#include <utility>

#include "rgw/base/log.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;

constexpr auto query_patience = 10s;
constexpr auto transfer_patience = 60s;

Deadline within(std::chrono::seconds patience, Deadline give_up) {
    return std::min(give_up, deadline_in(patience));
}

}  // namespace

async::Task<Result<int>> Archiver::archive(Deadline give_up) {
    Result<int> archived = co_await archive_all(give_up);
    if (!archived) {
        log::error("a segment of the audit log was not archived",
                   {{"error", describe(archived.error())}});
        const std::lock_guard lock(mutex_);
        ++stats_.failures_total;
    }
    co_return archived;
}

async::Task<Result<bool>> Archiver::due(Deadline deadline) {
    const Result<ArchiveState> state = co_await store_.look(deadline);
    co_return state ? Result<bool>(next_after(state->archived_before).end <= state->anchored_before)
                    : state.error();
}

LeafRange Archiver::next_after(std::int64_t archived_before) const {
    const std::int64_t length = options_.groups * group_size;
    return {.begin = archived_before, .end = (archived_before / length + 1) * length};
}

async::Task<Result<int>> Archiver::archive_all(Deadline give_up) {
    for (int archived = 0;; ++archived) {
        const Result<ArchiveState> state = co_await store_.look(within(query_patience, give_up));
        if (!state) {
            co_return state.error();
        }
        {
            const std::lock_guard lock(mutex_);
            stats_.archived_before = state->archived_before;
        }
        const LeafRange next = next_after(state->archived_before);
        if (next.end > state->anchored_before) {
            co_return archived;
        }
        if (std::chrono::steady_clock::now() >= give_up) {
            co_return Error(Errc::timed_out, "not every segment is archived yet");
        }
        const Result<void> done = co_await archive_one(next, state->anchored_before, give_up);
        if (!done) {
            co_return done.error();
        }
    }
}

async::Task<Result<void>> Archiver::archive_one(LeafRange events, std::int64_t tree_size,
                                                Deadline give_up) {
    Result<ProofMaker::Proven> proven =
        co_await proofs_.load(tree_size, within(query_patience, give_up));
    if (!proven) {
        co_return proven.error();
    }
    Result<SegmentWriter> segment = co_await fill(events, std::move(proven->tree), give_up);
    if (!segment) {
        co_return segment.error();
    }
    std::string body = segment->finish();
    ArchivedSegment archived{
        .events = events,
        .tree_size = tree_size,
        .retain_until = clock_.now() + options_.retention,
        .bucket = options_.bucket,
        .object_key = segment_key(options_.chain_id, events),
        .version_id = {},
        .body_hash = crypto::sha256(body),
    };
    const Result<void> there = co_await put(archived, std::move(body), segment->leaves(), give_up);
    if (!there) {
        co_return there;
    }
    const Result<void> noted =
        co_await store_.add(std::move(archived), within(query_patience, give_up));
    co_return noted;
}

async::Task<Result<SegmentWriter>> Archiver::fill(LeafRange events, GroupedTree tree,
                                                  Deadline give_up) {
    SegmentWriter segment(std::move(tree));
    for (std::int64_t first = events.begin; first < events.end; first += group_size) {
        Result<std::vector<StoredEvent>> group = co_await store_.load_events(
            {.begin = first, .end = first + group_size}, within(query_patience, give_up));
        if (!group) {
            co_return group.error();
        }
        const Result<void> added =
            co_await cpu_.run([&segment, group = std::move(*group)] { return segment.add(group); });
        if (!added) {
            co_return added.error();
        }
    }
    co_return segment;
}

// Without an answer, and when something lies there already, it is looked at what lies there.
async::Task<Result<void>> Archiver::put(ArchivedSegment& segment, std::string body,
                                        std::vector<Hash> leaves, Deadline give_up) {
    LockedObject object{.key = segment.object_key,
                        .body = std::move(body),
                        .content_type = "application/gzip",
                        .retain_until = segment.retain_until};
    Result<std::optional<std::string>> version =
        co_await objects_.put(std::move(object), within(transfer_patience, give_up));
    if (version) {
        segment.version_id = std::move(*version);
        co_return Result<void>();
    }
    if (version.error().code != Errc::already_exists) {
        co_return version.error();
    }
    const Result<void> adopted = co_await adopt(segment, std::move(leaves), give_up);
    co_return adopted;
}

async::Task<Result<void>> Archiver::adopt(ArchivedSegment& segment, std::vector<Hash> leaves,
                                          Deadline give_up) {
    const Result<std::optional<std::string>> body =
        co_await objects_.get(segment.object_key, within(transfer_patience, give_up));
    if (!body) {
        co_return body.error();
    }
    if (!*body) {
        co_return Error(Errc::object_storage_unavailable,
                        segment.object_key + " was there, and is not any more");
    }
    const Result<SegmentContent> content =
        co_await cpu_.run([&body] { return read_segment(**body); });
    if (!content || content->first_index != segment.events.begin || content->leaves != leaves) {
        co_return Error(Errc::invalid_value, segment.object_key +
                                                 " holds something else than these events" +
                                                 (content ? "" : ": " + content.error().detail));
    }
    segment.tree_size = content->tree_size;
    segment.body_hash = crypto::sha256(**body);
    co_return Result<void>();
}

ArchiveStats Archiver::stats() const {
    const std::lock_guard lock(mutex_);
    return stats_;
}

}  // namespace rgw::audit
