#include "rgw/storage/database_figures.hpp"

namespace rgw::storage {
namespace {

using std::chrono::milliseconds;

// numbackends and not pg_stat_activity, which hides from an ordinary login what others are. A
// standby that has applied all it received is not behind, however long nothing has happened.
const pg::Statement select_server{
    "server_figures",
    "select current_setting('server_version_num')::bigint, current_setting('server_version'),"
    " inet_client_addr() is null or inet_client_addr() <<= '127.0.0.0/8'"
    " or inet_client_addr() = '::1',"
    " coalesce((select version || ', ' || cipher from pg_stat_ssl"
    " where pid = pg_backend_pid() and ssl), ''),"
    " (select coalesce(sum(numbackends), 0)::bigint from pg_stat_database),"
    " current_setting('max_connections')::bigint, pg_is_in_recovery(),"
    " s.standbys, s.hidden,"
    " case when not pg_is_in_recovery() then s.lag"
    " when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0"
    " else (extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())"
    " * 1000)::bigint end,"
    " pg_database_size(current_database()), current_setting('fsync') = 'on',"
    " current_setting('full_page_writes') = 'on', current_setting('synchronous_commit') <> 'off',"
    " current_setting('autovacuum') = 'on' and current_setting('track_counts') = 'on',"
    " (select xact_commit + xact_rollback from pg_stat_database"
    " where datname = current_database())"
    " from (select count(*) as standbys, count(*) filter (where state is null) as hidden,"
    " (extract(epoch from max(replay_lag)) * 1000)::bigint as lag from pg_stat_replication"
    " where state is distinct from 'backup') as s"};

const pg::Statement select_audit{
    "audit_figures",
    "select h.next_index, h.next_index - h.pruned_before,"
    " (extract(epoch from clock_timestamp() - e.\"timestamp\") * 1000)::bigint,"
    " coalesce((select max(chain_index) from audit.audit_event), h.pruned_before - 1)"
    " = h.next_index - 1"
    " and (e.event_hash is not distinct from h.last_hash or h.next_index = h.pruned_before),"
    " (select count(*) from audit.open_intent where opened_at < now() - interval '1 minute'),"
    " c.tree_size, (extract(epoch from clock_timestamp() - c.created_at) * 1000)::bigint,"
    " a.tree_size, (extract(epoch from clock_timestamp() - a.created_at) * 1000)::bigint,"
    " pg_table_size('audit.audit_event'), pg_indexes_size('audit.audit_event'),"
    " (extract(epoch from clock_timestamp() - s.\"timestamp\") * 1000)::bigint,"
    " (extract(epoch from clock_timestamp() - w.\"timestamp\") * 1000)::bigint"
    " from audit.head h left join audit.audit_event e on e.chain_index = h.next_index - 1"
    " left join (select tree_size, created_at from audit.checkpoint order by tree_size desc"
    " limit 1) as c on true"
    " left join (select tree_size, created_at from audit.anchor order by id desc limit 1) as a"
    " on true"
    " left join audit.audit_event s"
    " on s.chain_index = greatest(coalesce(c.tree_size, 0), h.pruned_before)"
    " left join audit.audit_event w"
    " on w.chain_index = greatest(coalesce(a.tree_size, 0), h.pruned_before)"};

const pg::Statement select_growth{
    "audit_growth",
    "select (select count(*) from audit.audit_event"
    " where \"timestamp\" >= now() - interval '7 days'),"
    " (extract(epoch from least(interval '7 days',"
    " coalesce(clock_timestamp() - e.\"timestamp\", interval '0'))) * 1000)::bigint, h.next_index "
    "- h.pruned_before,"
    " pg_total_relation_size('audit.audit_event')"
    " from audit.head h left join audit.audit_event e on e.chain_index = h.pruned_before"};

// The estimate: a B-tree entry is 16 bytes with its pointer, and what its columns take; a page is
// filled to nine tenths. Columns are known from the planner's statistics, of tables the login may
// read.
const pg::Statement select_indexes{
    "index_figures",
    "select format('%I.%I', s.schemaname, s.indexrelname), pg_relation_size(s.indexrelid),"
    " s.idx_scan = 0 and not i.indisunique,"
    " case when a.amname = 'btree' and c.reltuples >= 0 and w.known = i.indnatts then"
    " 8192 + (c.reltuples * (16 + w.width) / 0.9)::bigint end"
    " from pg_stat_user_indexes s"
    " join pg_index i on i.indexrelid = s.indexrelid"
    " join pg_class c on c.oid = s.indexrelid"
    " join pg_am a on a.oid = c.relam"
    " join unnest($1::text[], $2::text[]) as own(schema, name)"
    " on own.schema = s.schemaname and own.name = s.relname"
    " cross join lateral (select count(*) as known, coalesce(sum(p.avg_width), 0) as width"
    " from pg_attribute t join pg_stats p on p.schemaname = s.schemaname"
    " and p.tablename = s.relname and p.attname = t.attname"
    " where t.attrelid = i.indrelid and t.attnum = any (i.indkey)) as w"
    " order by 1"};

const pg::Statement select_rights{
    "rights_figures",
    "select current_user::text, r.rolsuper,"
    " coalesce(bool_or(pg_has_role(c.relowner, 'member')) filter (where n.nspname = 'public'),"
    " false),"
    " coalesce(bool_or(pg_has_role(c.relowner, 'member')) filter (where n.nspname = 'audit'),"
    " false),"
    " coalesce(bool_or(has_table_privilege(c.oid, 'insert, update, delete, truncate, trigger'))"
    " filter (where n.nspname = 'audit'), false),"
    " count(*) filter (where n.nspname = 'audit') > 0,"
    " coalesce(bool_and(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid,"
    " 'select')) filter (where n.nspname = 'audit'), false)"
    " from pg_roles r left join (pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " join unnest($1::text[], $2::text[]) as own(schema, name) on own.schema = n.nspname"
    " and own.name = c.relname) on c.relkind = 'r'"
    " where r.rolname = current_user group by r.rolsuper"};

const pg::Statement select_clock{"clock", "select clock_timestamp()"};

std::optional<milliseconds> span(const pg::Row& row, int column) {
    const auto count = row.get<std::optional<std::int64_t>>(column);
    return count ? std::optional(milliseconds(*count)) : std::nullopt;
}

pg::Params tables_of(std::span<const pg::Grant> grants) {
    std::vector<std::optional<std::string>> schemas;
    std::vector<std::optional<std::string>> names;
    for (const pg::Grant& grant : grants) {
        if (grant.kind == pg::Grant::Kind::table) {
            schemas.emplace_back(grant.schema);
            names.emplace_back(grant.name);
        }
    }
    pg::Params params;
    params.add(std::span<const std::optional<std::string>>(schemas))
        .add(std::span<const std::optional<std::string>>(names));
    return params;
}

ServerFigures server_of(const pg::Row& row) {
    ServerFigures figures;
    figures.version_number = row.get<std::int64_t>(0);
    figures.version = row.get<std::string>(1);
    figures.local = row.get<bool>(2);
    figures.tls = row.get<std::string>(3);
    figures.connections = row.get<std::int64_t>(4);
    figures.max_connections = row.get<std::int64_t>(5);
    figures.standby = row.get<bool>(6);
    figures.standbys = row.get<std::int64_t>(7);
    figures.hidden_standbys = row.get<std::int64_t>(8);
    figures.lag = span(row, 9);
    figures.database_bytes = row.get<std::int64_t>(10);
    figures.fsync = row.get<bool>(11);
    figures.full_page_writes = row.get<bool>(12);
    figures.synchronous_commit = row.get<bool>(13);
    figures.autovacuum = row.get<bool>(14);
    figures.transactions = row.get<std::int64_t>(15);
    return figures;
}

async::Task<Result<GrowthFigures>> read_growth(pg::Pool& pool, Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool.query(select_growth, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    GrowthFigures figures;
    if (!rows->empty()) {
        figures.recent_events = (*rows)[0].get<std::int64_t>(0);
        figures.observed = milliseconds((*rows)[0].get<std::int64_t>(1));
        figures.events = (*rows)[0].get<std::int64_t>(2);
        figures.log_bytes = (*rows)[0].get<std::int64_t>(3);
    }
    co_return figures;
}

async::Task<Result<void>> read_indexes(pg::Pool& pool, std::span<const pg::Grant> grants,
                                       std::vector<IndexFigures>& indexes, Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool.query(select_indexes, tables_of(grants), deadline);
    if (!rows) {
        co_return rows.error();
    }
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const pg::Row row = (*rows)[i];
        indexes.push_back({.name = row.get<std::string>(0),
                           .bytes = row.get<std::int64_t>(1),
                           .unused = row.get<bool>(2),
                           .expected_bytes = row.get<std::optional<std::int64_t>>(3)});
    }
    co_return Result<void>();
}

// Fills in rights and schema; whether the log can be read.
async::Task<Result<bool>> read_rights(pg::Pool& pool, pg::SchemaSource source,
                                      DatabaseReport& report, Deadline deadline) {
    const Result<pg::Rows> rows =
        co_await pool.query(select_rights, tables_of(source.grants), deadline);
    if (!rows) {
        co_return rows.error();
    }
    const pg::Row row = (*rows)[0];
    report.rights = {.role = row.get<std::string>(0),
                     .superuser = row.get<bool>(1),
                     .owns_tables = row.get<bool>(2),
                     .owns_log = row.get<bool>(3),
                     .writes_log = row.get<bool>(4),
                     .missing = {}};
    report.schema.there = row.get<bool>(5);
    Result<pg::MissingRights> missing = co_await pg::missing_rights(pool, source.grants, deadline);
    if (!missing) {
        co_return missing.error();
    }
    report.rights.missing = std::move(missing->statements);
    co_return row.get<bool>(6);
}

async::Task<Result<void>> read_schema(pg::Pool& pool, pg::SchemaSource source,
                                      SchemaFigures& schema, Deadline deadline) {
    Result<std::vector<std::string>> pending =
        co_await pg::pending_migrations(pool, source.migrations, deadline);
    if (pending) {
        schema.pending = std::move(*pending);
    } else if (pending.error().code == Errc::configuration_invalid ||
               pending.error().code == Errc::database_rejected) {
        schema.mismatch = pending.error().detail;
    } else {
        co_return pending.error();
    }
    co_return Result<void>();
}

// The difference that the round trip cannot explain.
async::Task<Result<milliseconds>> read_clock(pg::Pool& pool, Deadline deadline) {
    const Timestamp before = SystemClock().now();
    const Result<pg::Rows> rows = co_await pool.query(select_clock, {}, deadline);
    const Timestamp after = SystemClock().now();
    if (!rows) {
        co_return rows.error();
    }
    const auto there = (*rows)[0].get<Timestamp>(0);
    auto ahead = std::chrono::microseconds::zero();
    if (there < before) {
        ahead = before - there;
    } else if (there > after) {
        ahead = after - there;
    }
    co_return std::chrono::duration_cast<milliseconds>(ahead);
}

// What needs the log to be readable.
async::Task<Result<void>> read_log(pg::Pool& pool, std::span<const pg::Grant> grants,
                                   DatabaseReport& report, Deadline deadline) {
    Result<AuditFigures> audit = co_await read_audit_figures(pool, deadline);
    if (!audit) {
        co_return audit.error();
    }
    report.audit = *audit;
    const Result<GrowthFigures> growth = co_await read_growth(pool, deadline);
    if (growth) {  // a week of a busy log may take longer than we wait
        report.growth = *growth;
    }
    Result<void> indexes = co_await read_indexes(pool, grants, report.indexes, deadline);
    co_return indexes;
}

}  // namespace

async::Task<Result<ServerFigures>> read_server_figures(pg::Pool& pool, Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool.query(select_server, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return server_of((*rows)[0]);
}

async::Task<Result<AuditFigures>> read_audit_figures(pg::Pool& pool, Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool.query(select_audit, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->size() != 1) {
        co_return Error(Errc::not_found, "the row of audit.head is missing");
    }
    const pg::Row row = (*rows)[0];
    co_return AuditFigures{.next_index = row.get<std::int64_t>(0),
                           .events = row.get<std::int64_t>(1),
                           .newest_age = span(row, 2),
                           .table_bytes = row.get<std::int64_t>(9),
                           .indexes_bytes = row.get<std::int64_t>(10),
                           .head_matches = row.get<bool>(3),
                           .overdue_intents = row.get<std::int64_t>(4),
                           .checkpoint_size = row.get<std::optional<std::int64_t>>(5),
                           .checkpoint_age = span(row, 6),
                           .anchor_size = row.get<std::optional<std::int64_t>>(7),
                           .anchor_age = span(row, 8),
                           .unsigned_age = span(row, 11),
                           .unanchored_age = span(row, 12)};
}

async::Task<Result<DatabaseReport>> read_database_report(pg::Pool& pool, pg::SchemaSource source,
                                                         Deadline deadline) {
    DatabaseReport report;
    const Result<ServerFigures> server = co_await read_server_figures(pool, deadline);
    if (!server) {
        co_return server.error();
    }
    report.server = *server;
    const Result<bool> readable = co_await read_rights(pool, source, report, deadline);
    if (!readable) {
        co_return readable.error();
    }
    const Result<void> schema = co_await read_schema(pool, source, report.schema, deadline);
    if (!schema) {
        co_return schema.error();
    }
    const Result<milliseconds> ahead = co_await read_clock(pool, deadline);
    if (!ahead) {
        co_return ahead.error();
    }
    report.clock_ahead = *ahead;
    if (*readable) {
        const Result<void> log = co_await read_log(pool, source.grants, report, deadline);
        if (!log) {
            co_return log.error();
        }
    }
    co_return report;
}

}  // namespace rgw::storage
