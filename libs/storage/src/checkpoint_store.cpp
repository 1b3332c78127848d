#include "rgw/storage/checkpoint_store.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "audit_columns.hpp"
#include "audit_statements.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::storage {

#define RGW_CHECKPOINT_COLUMNS "c.tree_size, c.created_at, c.root, c.tree, c.note"

const pg::Statement look_at_log_end{
    "audit_look_at_end",
    "select h.next_index, h.last_hash, h.tree, " RGW_CHECKPOINT_COLUMNS
    ", h.pruned_before from audit.head h left join lateral ("
    "  select * from audit.checkpoint order by tree_size desc limit 1) c on true"};
const pg::Statement find_checkpoint{"audit_find_checkpoint",
                                    "select " RGW_CHECKPOINT_COLUMNS
                                    " from audit.checkpoint c where c.tree_size = $1"};
const pg::Statement read_event_range{
    "audit_read_range", "select " RGW_AUDIT_EVENT_COLUMNS
                        " from audit.audit_event e where e.chain_index >= $1 and e.chain_index < $2"
                        " order by e.chain_index"};
const pg::Statement read_groups{
    "audit_read_groups",
    "select s.index, s.root from audit.subtree s where s.index < $1 order by s.index"};
const pg::Statement read_kept_leaves{"audit_read_kept_leaves",
                                     "select leaves from audit.kept_leaves where index = $1"};
const pg::Statement add_checkpoint{"audit_add_checkpoint",
                                   "select audit.add_checkpoint($1, $2, $3, $4, $5, $6, $7, $8)"};
const pg::Statement list_signing_keys{"audit_list_signing_keys",
                                      "select k.verifier, k.first_used_at from audit.signing_key k"
                                      " order by k.first_used_at desc, k.verifier"};
const pg::Statement list_checkpoint_notes{
    "audit_list_notes",
    "(select tree_size, note from audit.checkpoint order by tree_size desc limit 1000)"
    " union"
    " (select distinct on ((created_at at time zone 'UTC')::date) tree_size, note"
    "  from audit.checkpoint order by (created_at at time zone 'UTC')::date, tree_size desc)"
    " order by tree_size"};

namespace {

audit::StoredCheckpoint read_checkpoint(const pg::Row& row, int column) {
    return {.tree_size = row.get<std::int64_t>(column),
            .created_at = row.get<Timestamp>(column + 1),
            .root = string_of(row.get<pg::Bytes>(column + 2)),
            .tree = string_of(row.get<pg::Bytes>(column + 3)),
            .note = row.get<std::string>(column + 4)};
}

Error missing_event(std::int64_t index) {
    return {Errc::not_found, "event " + std::to_string(index) + " is not there"};
}

Result<std::vector<audit::Hash>> leaves_in(const pg::Rows& rows, audit::LeafRange range) {
    std::vector<audit::Hash> leaves;
    leaves.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::int64_t index = range.begin + static_cast<std::int64_t>(i);
        const audit::StoredEvent stored = read_event(rows[i]);
        if (stored.chain_index != index) {
            return missing_event(index);
        }
        const std::optional<audit::Hash> leaf = audit::leaf_of(stored);
        if (!leaf) {
            return Error(Errc::invalid_value,
                         "event " + std::to_string(index) + " holds what no event can have");
        }
        leaves.push_back(*leaf);
    }
    const std::int64_t end = range.begin + std::ssize(leaves);
    return end == range.end ? Result<std::vector<audit::Hash>>(std::move(leaves))
                            : missing_event(end);
}

}  // namespace

async::Task<Result<audit::LogEnd>> PgCheckpointStore::look(Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(look_at_log_end, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return Error(Errc::invalid_value, "the row of audit.head is missing");
    }
    const pg::Row row = (*rows)[0];
    Result<audit::Head> head = read_head(row);
    if (!head) {
        co_return head.error();
    }
    audit::LogEnd end{
        .head = std::move(*head), .newest = {}, .pruned_before = row.get<std::int64_t>(8)};
    if (!row.is_null(3)) {
        end.newest = read_checkpoint(row, 3);
    }
    co_return end;
}

async::Task<Result<std::optional<audit::StoredCheckpoint>>> PgCheckpointStore::find(
    std::int64_t tree_size, Deadline deadline) {
    const Result<pg::Rows> rows =
        co_await pool_.query(find_checkpoint, std::move(pg::Params().add(tree_size)), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->empty() ? std::nullopt : std::optional(read_checkpoint((*rows)[0], 0));
}

async::Task<Result<std::vector<audit::Hash>>> PgCheckpointStore::load_leaves(
    audit::LeafRange leaves, Deadline deadline) {
    if (leaves.begin == leaves.end) {
        co_return std::vector<audit::Hash>();
    }
    pg::Params params;
    params.add(leaves.begin).add(leaves.end);
    Result<pg::Rows> rows = co_await pool_.query(read_event_range, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    Result<std::vector<audit::Hash>> hashed =
        co_await cpu_.run([rows = std::move(*rows), leaves] { return leaves_in(rows, leaves); });
    if (hashed || hashed.error().code != Errc::not_found) {
        co_return hashed;
    }
    std::optional<std::vector<audit::Hash>> kept = co_await find_kept(leaves, deadline);
    if (kept) {
        co_return std::move(*kept);
    }
    co_return hashed;
}

// Within one group, as a proof from an old checkpoint needs them.
async::Task<std::optional<std::vector<audit::Hash>>> PgCheckpointStore::find_kept(
    audit::LeafRange leaves, Deadline deadline) {
    const std::int64_t group = leaves.begin / audit::group_size;
    if ((leaves.end - 1) / audit::group_size != group) {
        co_return std::nullopt;
    }
    const Result<pg::Rows> rows =
        co_await pool_.query(read_kept_leaves, std::move(pg::Params().add(group)), deadline);
    if (!rows || rows->empty()) {
        co_return std::nullopt;
    }
    const auto bytes = (*rows)[0].get<pg::Bytes>(0);
    std::vector<audit::Hash> kept(static_cast<std::size_t>(leaves.end - leaves.begin));
    auto at = static_cast<std::size_t>(leaves.begin % audit::group_size) * sizeof(audit::Hash);
    for (audit::Hash& leaf : kept) {
        if (at + leaf.size() > bytes.size()) {
            co_return std::nullopt;
        }
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), leaf.size(), leaf.begin());
        at += leaf.size();
    }
    co_return kept;
}

async::Task<Result<std::vector<audit::Hash>>> PgCheckpointStore::load_groups(std::int64_t count,
                                                                             Deadline deadline) {
    if (count == 0) {
        co_return std::vector<audit::Hash>();
    }
    const Result<pg::Rows> rows =
        co_await pool_.query(read_groups, std::move(pg::Params().add(count)), deadline);
    if (!rows) {
        co_return rows.error();
    }
    std::vector<audit::Hash> groups;
    groups.reserve(rows->size());
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const pg::Row row = (*rows)[i];
        const std::optional<audit::Hash> root = hash_of(row.get<pg::Bytes>(1));
        if (row.get<std::int64_t>(0) != std::ssize(groups) || !root) {
            break;
        }
        groups.push_back(*root);
    }
    if (std::ssize(groups) != count) {
        co_return Error(Errc::not_found,
                        "group " + std::to_string(groups.size()) + " of events has no root");
    }
    co_return groups;
}

async::Task<Result<Timestamp>> PgCheckpointStore::add(audit::NewCheckpoint checkpoint,
                                                      Deadline deadline) {
    const std::vector<std::optional<std::string>> keys(checkpoint.keys.begin(),
                                                       checkpoint.keys.end());
    std::vector<pg::Bytes> groups;
    groups.reserve(checkpoint.groups.size());
    for (const audit::Hash& root : checkpoint.groups) {
        groups.emplace_back(root.begin(), root.end());
    }
    const audit::Head& head = checkpoint.head;
    const audit::Hash last_hash = head.last_hash.value_or(audit::Hash{});
    pg::Params params;
    params.add(head.next_index)
        .add(std::span<const std::byte>(head.tree.root()))
        .add(std::span<const std::byte>(last_hash))
        .add(crypto::bytes_of(head.tree.serialise()))
        .add(checkpoint.note)
        .add(std::span<const std::optional<std::string>>(keys))
        .add(checkpoint.first_group)
        .add(std::span<const pg::Bytes>(groups));
    const Result<pg::Rows> rows = co_await pool_.query(add_checkpoint, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return (*rows)[0].get<Timestamp>(0);
}

async::Task<Result<std::vector<audit::UsedKey>>> PgCheckpointStore::list_keys(Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(list_signing_keys, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    std::vector<audit::UsedKey> keys;
    keys.reserve(rows->size());
    for (std::size_t i = 0; i < rows->size(); ++i) {
        keys.push_back({.verifier = (*rows)[i].get<std::string>(0),
                        .first_used_at = (*rows)[i].get<Timestamp>(1)});
    }
    co_return keys;
}

async::Task<Result<std::vector<std::string>>> PgCheckpointStore::list_notes(Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(list_checkpoint_notes, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    std::vector<std::string> notes;
    notes.reserve(rows->size());
    for (std::size_t i = 0; i < rows->size(); ++i) {
        notes.push_back((*rows)[i].get<std::string>(1));
    }
    co_return notes;
}

}  // namespace rgw::storage
