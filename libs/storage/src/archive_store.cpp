#include "rgw/storage/archive_store.hpp"

#include <span>
#include <utility>

#include "audit_columns.hpp"
#include "audit_statements.hpp"

namespace rgw::storage {

const pg::Statement look_at_archive{
    "audit_look_at_archive",
    "select coalesce((select max(a.end_index) from audit.archive a), h.pruned_before),"
    " coalesce((select a.tree_size from audit.anchor a order by a.id desc limit 1), 0)"
    " from audit.head h"};
const pg::Statement add_archived{"audit_add_archived",
                                 "select audit.add_archived($1, $2, $3, $4, $5, $6, $7, $8)"};

namespace {

Result<std::vector<audit::StoredEvent>> events_in(const pg::Rows& rows, audit::LeafRange range) {
    std::vector<audit::StoredEvent> events;
    events.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        events.push_back(read_event(rows[i]));
        if (events.back().chain_index != range.begin + static_cast<std::int64_t>(i)) {
            events.pop_back();
            break;
        }
    }
    const std::int64_t end = range.begin + std::ssize(events);
    return end == range.end
               ? Result<std::vector<audit::StoredEvent>>(std::move(events))
               : Error(Errc::not_found, "event " + std::to_string(end) + " is not there");
}

}  // namespace

async::Task<Result<audit::ArchiveState>> PgArchiveStore::look(Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(look_at_archive, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return Error(Errc::invalid_value, "the row of audit.head is missing");
    }
    co_return audit::ArchiveState{.archived_before = (*rows)[0].get<std::int64_t>(0),
                                  .anchored_before = (*rows)[0].get<std::int64_t>(1)};
}

async::Task<Result<std::vector<audit::StoredEvent>>> PgArchiveStore::load_events(
    audit::LeafRange events, Deadline deadline) {
    pg::Params params;
    params.add(events.begin).add(events.end);
    Result<pg::Rows> rows = co_await pool_.query(read_event_range, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    Result<std::vector<audit::StoredEvent>> read =
        co_await cpu_.run([rows = std::move(*rows), events] { return events_in(rows, events); });
    co_return read;
}

async::Task<Result<void>> PgArchiveStore::add(audit::ArchivedSegment segment, Deadline deadline) {
    pg::Params params;
    params.add(segment.events.begin)
        .add(segment.events.end)
        .add(segment.tree_size)
        .add(segment.retain_until)
        .add(segment.bucket)
        .add(segment.object_key)
        .add(segment.version_id)
        .add(std::span<const std::byte>(segment.body_hash));
    const Result<pg::Rows> rows = co_await pool_.query(add_archived, std::move(params), deadline);
    co_return rows ? Result<void>() : rows.error();
}

}  // namespace rgw::storage
