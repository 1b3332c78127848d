#include "ledger.hpp"

#include <algorithm>

#include "rgw/base/log.hpp"
#include "rgw/pg/survey.hpp"
#include "script_lines.hpp"

namespace rgw::pg {
namespace {

// The number of the Go implementation, so that both exclude each other on one database.
constexpr std::int64_t migration_lock = 728443218;

constexpr Statement ledger_shape{
    "migrations.ledger_shape",
    "select count(*), count(*) filter (where attname = 'checksum') from pg_attribute"
    " where attrelid = to_regclass('public.schema_migrations') and attnum > 0"};
constexpr Statement ledger_rows{
    "migrations.ledger_rows",
    "select version, checksum from public.schema_migrations order by version"};
constexpr Statement foreign_ledger_rows{
    "migrations.foreign_ledger_rows",
    "select version::text, '' from public.schema_migrations order by version"};
constexpr Statement record{"migrations.record",
                           "insert into public.schema_migrations (version, name, checksum)"
                           " values ($1, $2, $3)"};
constexpr Statement try_lock{"migrations.try_lock", "select pg_try_advisory_lock($1)"};

constexpr std::string_view make_ledger =
    "create table if not exists public.schema_migrations ("
    " version text constraint schema_migrations_pkey primary key,"
    " name text not null,"
    " checksum text not null,"
    " applied_at timestamptz not null default now());"
    "comment on table public.schema_migrations is"
    " 'Migrations applied by rack-gateway-api, with the SHA-256 of each file';";

const Migration* find(std::span<const Migration> migrations, std::string_view version) {
    const auto found = std::find_if(migrations.begin(), migrations.end(),
                                    [&](const Migration& m) { return m.version == version; });
    return found != migrations.end() ? &*found : nullptr;
}

std::string where(const Migration& migration, const ScriptFailure& failure) {
    const std::size_t line = failure.position != 0
                                 ? line_of_position(migration.sql, failure.position)
                                 : line_of_statement(migration.sql, failure.statement);
    return std::string(migration.file) + ":" + std::to_string(line) + ": ";
}

}  // namespace

async::Task<Result<Ledger>> read_ledger(Connection& connection, Deadline deadline) {
    const Result<Rows> shape = co_await connection.run(ledger_shape, {}, deadline);
    if (!shape) {
        co_return shape.error();
    }
    Ledger ledger;
    if ((*shape)[0].get<std::int64_t>(0) == 0) {
        co_return ledger;
    }
    const bool ours = (*shape)[0].get<std::int64_t>(1) != 0;
    const Result<Rows> rows =
        co_await connection.run(ours ? ledger_rows : foreign_ledger_rows, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    for (std::size_t i = 0; i < rows->size(); ++i) {
        ledger.push_back({(*rows)[i].get<std::string>(0), (*rows)[i].get<std::string>(1)});
    }
    co_return ledger;
}

Result<std::vector<const Migration*>> compare(const Ledger& ledger,
                                              std::span<const Migration> migrations) {
    for (const LedgerRow& row : ledger) {
        const Migration* known = find(migrations, row.version);
        if (known == nullptr) {
            return Error(Errc::configuration_invalid,
                         "the database has migration " + row.version +
                             ", which this binary does not know: it was set up by a newer version "
                             "or by another program; nothing was changed");
        }
        if (known->checksum != row.checksum) {
            return Error(Errc::configuration_invalid,
                         "migration " + std::string(known->file) +
                             " was applied with another content (checksum differs); nothing was "
                             "changed");
        }
    }
    std::vector<const Migration*> pending;
    for (const Migration& migration : migrations) {
        if (std::none_of(ledger.begin(), ledger.end(),
                         [&](const LedgerRow& row) { return row.version == migration.version; })) {
            pending.push_back(&migration);
        }
    }
    return pending;
}

async::Task<Result<void>> ensure_ledger(Connection& connection, Deadline deadline) {
    Result<void> made = co_await connection.script(make_ledger, deadline);
    co_return made;
}

async::Task<Result<void>> apply(Connection& connection, const Migration& migration,
                                Deadline deadline) {
    const std::optional<ScriptFailure> failure =
        co_await connection.try_script(migration.sql, deadline);
    if (failure) {
        co_return Error(failure->error.code, where(migration, *failure) + failure->error.detail);
    }
    if (!connection.in_transaction()) {
        co_return Error(Errc::internal,
                        std::string(migration.file) + ": a migration may not end its transaction");
    }
    Params row;
    row.add(migration.version).add(migration.name).add(migration.checksum);
    const Result<Rows> recorded = co_await connection.run(record, std::move(row), deadline);
    if (!recorded) {
        co_return Error(recorded.error().code,
                        std::string(migration.file) + ": ledger: " + recorded.error().detail);
    }
    co_return Result<void>();
}

async::Task<Result<std::unique_ptr<Connection>>> connect_for_schema(async::Loop& loop,
                                                                    const ConnInfo& info,
                                                                    MigrationLimits limits) {
    Fence fence;
    co_await survey_hosts(loop, info, &fence);
    Result<std::unique_ptr<Connection>> opened =
        co_await connect_checked(loop, info, deadline_in(limits.connect), fence);
    co_return opened;
}

async::Task<Result<void>> lock_migrations(Connection& connection, MigrationLimits limits) {
    const Deadline deadline = deadline_in(limits.lock_wait);
    const Result<Rows> tried =
        co_await connection.run(try_lock, Params().add(migration_lock), deadline);
    if (!tried) {
        co_return tried.error();
    }
    if ((*tried)[0].get<bool>(0)) {
        co_return Result<void>();
    }
    log::info("another process is migrating this database; waiting for it",
              {{"limit_ms", limits.lock_wait.count()}});
    // PostgreSQL keeps the time; our own deadline, a little later, is for a server that is gone.
    const std::string wait = "set statement_timeout = 0; set lock_timeout = " +
                             std::to_string(std::max<std::int64_t>(limits.lock_wait.count(), 1)) +
                             "; select pg_advisory_lock(" + std::to_string(migration_lock) +
                             "); reset lock_timeout; reset statement_timeout";
    const Result<void> locked =
        co_await connection.script(wait, deadline + std::chrono::seconds(5));
    if (!locked && locked.error().code == Errc::database_timeout) {
        co_return Error(Errc::database_timeout,
                        "another process has held the migration lock (advisory lock " +
                            std::to_string(migration_lock) + ") for more than " +
                            std::to_string(limits.lock_wait.count()) +
                            " ms; see pg_locks and pg_stat_activity for who it is");
    }
    co_return locked;
}

async::Task<Result<void>> begin_schema_change(Connection& connection, Deadline deadline) {
    Result<void> begun = co_await connection.script(
        "begin; set local statement_timeout = 0; set local search_path = public, pg_temp",
        deadline);
    co_return begun;
}

}  // namespace rgw::pg
