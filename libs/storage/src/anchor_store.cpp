#include "rgw/storage/anchor_store.hpp"

#include <span>
#include <utility>

#include "audit_columns.hpp"
#include "audit_statements.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::storage {

const pg::Statement take_anchor_turn{"audit_take_anchor_turn",
                                     "select audit.take_anchor_turn($1, $2)"};
// The body says when it was made; the row was written a moment later.
const pg::Statement look_at_anchors{
    "audit_look_at_anchors",
    "select h.next_index, a.object_key, a.body_hash, a.tree_size,"
    " (a.body::json ->> 'ts_utc')::timestamptz,"
    " c.tree_size, c.note, e.event_hash, w.\"timestamp\""
    " from audit.head h"
    " left join lateral (select * from audit.anchor where bucket = $1 and chain_id = $2"
    "  order by id desc limit 1) a on true"
    " left join lateral (select * from audit.checkpoint order by tree_size desc limit 1) c on true"
    " left join audit.audit_event e on e.chain_index = c.tree_size - 1"
    " left join audit.audit_event w"
    "  on w.chain_index = greatest(coalesce(a.tree_size, 0), h.pruned_before)"};
const pg::Statement find_checkpoint_root{"audit_find_root",
                                         "select root from audit.checkpoint where tree_size = $1"};
const pg::Statement add_anchor{"audit_add_anchor",
                               "select audit.add_anchor($1, $2, $3, $4, $5, $6, $7, $8)"};

async::Task<Result<bool>> PgAnchorStore::take_turn(std::int64_t instance,
                                                   std::chrono::seconds length, Deadline deadline) {
    pg::Params params;
    params.add(instance).add(static_cast<std::int64_t>(length.count()));
    const Result<pg::Rows> rows =
        co_await pool_.query(take_anchor_turn, std::move(params), deadline);
    co_return rows ? Result<bool>((*rows)[0].get<bool>(0)) : rows.error();
}

async::Task<Result<audit::AnchorLook>> PgAnchorStore::look(std::string bucket, std::string chain_id,
                                                           Deadline deadline) {
    pg::Params params;
    params.add(bucket).add(chain_id);
    const Result<pg::Rows> rows =
        co_await pool_.query(look_at_anchors, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return Error(Errc::invalid_value, "the row of audit.head is missing");
    }
    const pg::Row row = (*rows)[0];
    audit::AnchorLook look{.next_index = row.get<std::int64_t>(0),
                           .newest = {},
                           .checkpoint = {},
                           .waiting_since = row.get<std::optional<Timestamp>>(8)};
    if (!row.is_null(1)) {
        look.newest = audit::KnownAnchor{
            .link = {.object_key = row.get<std::string>(1),
                     .body_hash = hash_of(row.get<pg::Bytes>(2)).value_or(audit::Hash{})},
            .tree_size = row.get<std::int64_t>(3),
            .at = row.get<Timestamp>(4)};
    }
    // Retention may have taken the event away; whatever it was, it is anchored then.
    const auto last_hash = row.is_null(7) ? std::nullopt : hash_of(row.get<pg::Bytes>(7));
    if (last_hash) {
        look.checkpoint = audit::CheckpointEnd{.tree_size = row.get<std::int64_t>(5),
                                               .note = row.get<std::string>(6),
                                               .last_hash = *last_hash};
    }
    co_return look;
}

async::Task<Result<std::optional<audit::Hash>>> PgAnchorStore::find_root(std::int64_t tree_size,
                                                                         Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(
        find_checkpoint_root, std::move(pg::Params().add(tree_size)), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->empty() ? std::nullopt : hash_of((*rows)[0].get<pg::Bytes>(0));
}

async::Task<Result<void>> PgAnchorStore::add(audit::NewAnchor anchor, Deadline deadline) {
    const audit::Anchor& said = anchor.anchor;
    const audit::Hash body_hash = crypto::sha256(anchor.body);
    pg::Params params;
    params.add(said.tree_size)
        .add(said.retain_until)
        .add(said.chain_id)
        .add(anchor.bucket)
        .add(said.object_key)
        .add(anchor.version_id)
        .add(anchor.body)
        .add(std::span<const std::byte>(body_hash));
    const Result<pg::Rows> rows = co_await pool_.query(add_anchor, std::move(params), deadline);
    co_return rows ? Result<void>() : rows.error();
}

}  // namespace rgw::storage
