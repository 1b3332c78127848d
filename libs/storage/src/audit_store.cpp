#include "rgw/storage/audit_store.hpp"

#include <utility>

#include "audit_columns.hpp"
#include "audit_statements.hpp"

namespace rgw::storage {

// The isolation level is named because a login may have another default, and a repeatable-read
// transaction that waited for the head lock would fail instead of seeing the new head. Whether it
// may write is left to the server: operators freeze a database by default_transaction_read_only.
const pg::Statement begin_append{"audit_begin", "begin isolation level read committed"};
const pg::Statement lock_head{"audit_lock_head",
                              "select next_index, last_hash, tree from audit.lock_head()"};
const pg::Statement append_events{
    "audit_append",
    "select audit.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "
    "$17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)"};
const pg::Statement write_probe{"audit_probe", "select audit.probe()"};
const pg::Statement commit_append{"audit_commit", "commit"};
const pg::Statement find_event_hash{
    "audit_find_event_hash", "select event_hash from audit.audit_event where chain_index = $1"};

namespace {

Error unavailable(const Error& why) {
    return {Errc::audit_unavailable, describe(why)};
}

}  // namespace

async::Task<Result<pg::Lease>> PgAuditStore::try_begin(audit::Head& head, Deadline deadline) {
    Result<pg::Lease> lease = co_await pool_.acquire(deadline);
    if (!lease) {
        co_return lease.error();
    }
    pg::Batch lock;
    lock.add(begin_append).add(lock_head);
    const Result<std::vector<pg::Rows>> locked = co_await (*lease)->run(std::move(lock), deadline);
    if (!locked) {
        co_return locked.error();
    }
    const pg::Rows& rows = locked->back();
    if (rows.size() != 1) {
        co_return Error(Errc::not_found, "the row of audit.head is missing");
    }
    Result<audit::Head> found = read_head(rows[0]);
    if (!found) {
        co_return found.error();
    }
    head = std::move(*found);
    co_return std::move(*lease);
}

// The head is locked when this returns; giving the lease back without a COMMIT closes its
// connection.
async::Task<Result<pg::Lease>> PgAuditStore::begin(audit::Head& head, Deadline deadline) {
    Result<pg::Lease> lease = co_await try_begin(head, deadline);
    if (lease || lease.error().code != Errc::database_unavailable) {
        co_return lease;
    }
    // A connection that died while it rested, perhaps; nothing was written, so once more.
    Result<pg::Lease> again = co_await try_begin(head, deadline);
    co_return again;
}

async::Task<Result<void>> PgAuditStore::commit(
    std::function<audit::SealedBatch(const audit::Head&)> seal, Deadline deadline) {
    audit::Head head;
    const Result<pg::Lease> lease = co_await begin(head, deadline);
    if (!lease) {
        co_return unavailable(lease.error());
    }
    const audit::SealedBatch sealed = seal(head);
    pg::Batch append;
    if (sealed.events.empty()) {
        append.add(write_probe);
    } else {
        append.add(append_events, append_params(sealed, instance_));
    }
    append.add(commit_append);
    const Result<std::vector<pg::Rows>> committed =
        co_await (*lease)->run(std::move(append), deadline);
    if (!committed) {
        co_return unavailable(committed.error());
    }
    co_return Result<void>();
}

async::Task<Result<audit::Presence>> PgAuditStore::look_up(std::int64_t chain_index,
                                                           audit::Hash event_hash,
                                                           Deadline deadline) {
    audit::Head head;
    const Result<pg::Lease> lease = co_await begin(head, deadline);
    if (!lease) {
        co_return unavailable(lease.error());
    }
    pg::Batch look;
    look.add(find_event_hash, std::move(pg::Params().add(chain_index))).add(commit_append);
    const Result<std::vector<pg::Rows>> answers = co_await (*lease)->run(std::move(look), deadline);
    if (!answers) {
        co_return unavailable(answers.error());
    }
    const pg::Rows& rows = answers->front();
    const bool stored = rows.size() == 1 &&
                        crypto::text_of(rows[0].get<pg::Bytes>(0)) == crypto::text_of(event_hash);
    co_return stored ? audit::Presence::stored : audit::Presence::absent;
}

std::span<const pg::Statement* const> audit_statements() {
    static constexpr const pg::Statement* all[] = {
        &begin_append,         &lock_head,
        &append_events,        &write_probe,
        &commit_append,        &find_event_hash,
        &adopt_orphans,        &begin_snapshot,
        &read_head_row,        &read_events,
        &find_log_bounds,      &slice_log,
        &slice_unsuccessful,   &slice_of_approval,
        &slice_of_request,     &count_log,
        &count_unsuccessful,   &count_of_approval,
        &count_of_request,     &count_of_user,
        &begin_look,           &prefer_index,
        &slice_of_user,        &end_look,
        &find_log_event,       &find_log_outcomes,
        &find_email_of_user,   &look_at_log_end,
        &find_checkpoint,      &read_event_range,
        &read_groups,          &add_checkpoint,
        &list_signing_keys,    &list_checkpoint_notes,
        &read_kept_leaves,     &find_pruned,
        &begin_claim,          &outlast_idleness,
        &claim_pruning,        &plan_pruning,
        &list_lasting,         &prune_events,
        &find_retention,       &thin_old_checkpoints,
        &may_set_retention,    &set_retention,
        &take_anchor_turn,     &look_at_anchors,
        &find_checkpoint_root, &add_anchor,
        &look_at_archive,      &add_archived,
    };
    return all;
}

}  // namespace rgw::storage
