#include "rgw/storage/retention_store.hpp"

#include <span>
#include <utility>

#include "audit_statements.hpp"

namespace rgw::storage {

// The lock lasts as long as its transaction, which holds nothing else: no snapshot and no row.
const pg::Statement begin_claim{"audit_begin_claim", "begin isolation level read committed"};
const pg::Statement outlast_idleness{"audit_outlast_idleness",
                                     "set local idle_in_transaction_session_timeout = 0"};
const pg::Statement claim_pruning{"audit_claim_pruning",
                                  "select pg_try_advisory_xact_lock(5571920841436201)"};

// $1: days, $2: whether an anchor has to cover what goes, $3: whether it has to be archived.
// least() passes over NULL.
const pg::Statement plan_pruning{
    "audit_plan_pruning",
    "with allowed as (select released_before, greatest(days, $1) as days,"
    "  now() - make_interval(days => greatest(days, $1)::integer) as cutoff"
    "  from audit.retention where days is not null),"
    " covered as (select a.*, (select c.tree_size from audit.checkpoint c"
    "  where c.created_at <= a.cutoff order by c.tree_size desc limit 1) as size,"
    "  coalesce((select tree_size from audit.anchor order by id desc limit 1),"
    "   case when $2 then 0 end) as anchored,"
    "  case when $3 then (select coalesce(max(end_index), 0) from audit.archive) end as archived"
    "  from allowed a),"
    " ended as (select c.*, least(c.size, c.anchored, c.archived,"
    "  (select o.chain_index from audit.open_intent o order by o.chain_index limit 1),"
    "  (select e.chain_index from audit.audit_event e where e.chain_index >= c.released_before"
    "   and e.chain_index < c.size and e.\"timestamp\" > c.cutoff order by e.chain_index limit 1))"
    "  / 256 * 256 as before from covered c where c.size is not null)"
    " select e.released_before, e.before, (select c.tree_size from audit.checkpoint c"
    "  where c.tree_size >= e.before order by c.tree_size limit 1), e.days from ended e"};

const pg::Statement list_lasting{
    "audit_list_lasting",
    "select s.size from audit.lasting_checkpoints($1, $2) as s(size) order by s.size"};
const pg::Statement prune_events{"audit_prune", "select audit.prune($1, $2, null, $3, $4)"};
const pg::Statement thin_old_checkpoints{"audit_thin_checkpoints",
                                         "select audit.thin_checkpoints()"};
const pg::Statement find_retention{"audit_find_retention",
                                   "select days::bigint from audit.retention"};
const pg::Statement may_set_retention{"audit_may_set_retention",
                                      "select has_table_privilege('audit.retention', 'update')"};
const pg::Statement set_retention{
    "audit_set_retention",
    "update audit.retention set days = $1, changed_at = now() where days is distinct from $1"};

namespace {

class LeaseClaim final : public audit::PruneClaim {
public:
    explicit LeaseClaim(pg::Lease lease) : lease_(std::move(lease)) {}

private:
    pg::Lease lease_;  // ends with its transaction open, so that its connection is closed
};

}  // namespace

async::Task<Result<std::unique_ptr<audit::PruneClaim>>> PgRetentionStore::claim(Deadline deadline) {
    Result<pg::Lease> lease = co_await pool_.acquire(deadline);
    if (!lease) {
        co_return lease.error();
    }
    pg::Batch batch;
    batch.add(begin_claim).add(outlast_idleness).add(claim_pruning);
    const Result<std::vector<pg::Rows>> answers =
        co_await (*lease)->run(std::move(batch), deadline);
    if (!answers) {
        co_return answers.error();
    }
    std::unique_ptr<audit::PruneClaim> claim;
    if (answers->back()[0].get<bool>(0)) {
        claim = std::make_unique<LeaseClaim>(std::move(*lease));
    }
    co_return claim;
}

async::Task<Result<std::optional<audit::PrunePlan>>> PgRetentionStore::plan(std::int64_t days,
                                                                            audit::PruneBelow below,
                                                                            Deadline deadline) {
    pg::Params params;
    params.add(days)
        .add(below != audit::PruneBelow::checkpoint)
        .add(below == audit::PruneBelow::archive);
    const Result<pg::Rows> rows = co_await pool_.query(plan_pruning, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return std::optional<audit::PrunePlan>();
    }
    const pg::Row row = (*rows)[0];
    co_return audit::PrunePlan{.from = row.get<std::int64_t>(0),
                               .to = row.get<std::int64_t>(1),
                               .boundary = row.get<std::int64_t>(2),
                               .days = row.get<std::int64_t>(3)};
}

async::Task<Result<std::vector<std::int64_t>>> PgRetentionStore::lasting(std::int64_t from,
                                                                         std::int64_t before,
                                                                         Deadline deadline) {
    pg::Params params;
    params.add(from).add(before);
    const Result<pg::Rows> rows = co_await pool_.query(list_lasting, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    std::vector<std::int64_t> sizes;
    sizes.reserve(rows->size());
    for (std::size_t i = 0; i < rows->size(); ++i) {
        sizes.push_back((*rows)[i].get<std::int64_t>(0));
    }
    co_return sizes;
}

async::Task<Result<std::int64_t>> PgRetentionStore::prune(audit::PruneBatch batch,
                                                          Deadline deadline) {
    std::vector<std::optional<std::int64_t>> groups;
    std::vector<pg::Bytes> leaves;
    for (const audit::KeptGroup& kept : batch.kept) {
        groups.emplace_back(kept.index);
        pg::Bytes& bytes = leaves.emplace_back();
        for (const audit::Hash& leaf : kept.leaves) {
            bytes.insert(bytes.end(), leaf.begin(), leaf.end());
        }
    }
    pg::Params params;
    params.add(batch.to)
        .add(batch.days)
        .add(std::span<const std::optional<std::int64_t>>(groups))
        .add(std::span<const pg::Bytes>(leaves));
    const Result<pg::Rows> rows = co_await pool_.query(prune_events, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return (*rows)[0].get<std::int64_t>(0);
}

async::Task<Result<std::int64_t>> PgRetentionStore::thin_checkpoints(Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(thin_old_checkpoints, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return (*rows)[0].get<std::int64_t>(0);
}

async::Task<Result<std::optional<std::int64_t>>> PgRetentionStore::find_limit(Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(find_retention, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return Error(Errc::not_found, "the row of audit.retention is missing");
    }
    co_return (*rows)[0].get<std::optional<std::int64_t>>(0);
}

async::Task<Result<bool>> PgRetentionStore::set_limit(std::optional<std::int64_t> days,
                                                      Deadline deadline) {
    const Result<pg::Rows> may = co_await pool_.query(may_set_retention, {}, deadline);
    if (!may) {
        co_return may.error();
    }
    if (!(*may)[0].get<bool>(0)) {
        co_return false;
    }
    const Result<pg::Rows> rows =
        co_await pool_.query(set_retention, std::move(pg::Params().add(days)), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return true;
}

}  // namespace rgw::storage
