#include "rgw/pg/migrate.hpp"

#include "ledger.hpp"
#include "rgw/base/log.hpp"
#include "rights.hpp"

namespace rgw::pg {
namespace {

using Versions = std::vector<std::string>;

Versions versions_of(const std::vector<const Migration*>& migrations) {
    Versions versions;
    for (const Migration* migration : migrations) {
        versions.emplace_back(migration->version);
    }
    return versions;
}

async::Task<Result<std::vector<const Migration*>>> read_pending(
    Connection& connection, std::span<const Migration> migrations, Deadline deadline) {
    const Result<Ledger> ledger = co_await read_ledger(connection, deadline);
    if (!ledger) {
        co_return ledger.error();
    }
    co_return compare(*ledger, migrations);
}

// Since PostgreSQL 15 nobody but the database's owner may create tables in public.
constexpr Statement rights_to_create{
    "migrations.rights_to_create",
    "select quote_ident(current_user), string_agg(format('GRANT CREATE ON %s TO %I', o.shown,"
    " current_user), '; ') from (select format('SCHEMA %I', nspname), has_schema_privilege(oid,"
    " 'create') from pg_namespace where nspname = 'public' union all select format('DATABASE %I',"
    " datname), has_database_privilege(oid, 'create') from pg_database where datname ="
    " current_database() and not exists (select from pg_namespace where nspname = 'audit'))"
    " as o(shown, held) where not o.held"};

async::Task<Result<void>> check_may_create(Connection& connection, Deadline deadline) {
    const Result<Rows> rows = co_await connection.run(rights_to_create, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    const auto lacking = (*rows)[0].get<std::optional<std::string>>(1);
    if (lacking) {
        co_return Error(Errc::configuration_invalid,
                        "the login " + (*rows)[0].get<std::string>(0) +
                            " may not create the gateway's tables; as the database's owner or a "
                            "superuser, run in this database: " +
                            *lacking);
    }
    co_return Result<void>();
}

// Gives what a migration has added to the roles that run the server.
async::Task<Result<void>> give_runtime_roles(Connection& connection, std::span<const Grant> grants,
                                             Deadline deadline) {
    const Result<std::vector<std::string>> roles =
        co_await runtime_roles(connection, grants, deadline);
    if (!roles) {
        co_return roles.error();
    }
    Result<void> given = co_await give_again(connection, *roles, grants, deadline);
    co_return given;
}

// One file in one transaction.
async::Task<Result<void>> apply_alone(Connection& connection, const Migration& migration,
                                      std::span<const Grant> grants, Deadline deadline) {
    Result<void> done = co_await begin_schema_change(connection, deadline);
    if (done) {
        Result<void> ledger = co_await ensure_ledger(connection, deadline);
        done = std::move(ledger);
    }
    if (done) {
        Result<void> applied = co_await apply(connection, migration, deadline);
        done = std::move(applied);
    }
    if (done) {
        Result<void> given = co_await give_runtime_roles(connection, grants, deadline);
        done = std::move(given);
    }
    if (done) {
        Result<void> committed = co_await connection.script("commit", deadline);
        co_return committed;
    }
    // After an error nothing else is done on this connection, so its end rolls back as well.
    co_await connection.script("rollback", deadline);
    co_return done;
}

struct PendingWork final {
    std::span<const Migration> migrations;
    Deadline deadline;
};

async::Task<Result<Versions>> pending_on(Pool& pool, PendingWork work) {
    Result<Lease> lease = co_await pool.acquire(work.deadline);
    if (!lease) {
        co_return lease.error();
    }
    Result<Versions> pending = co_await pending_migrations(**lease, work.migrations, work.deadline);
    co_return pending;
}

}  // namespace

async::Task<Result<Versions>> migrate(async::Loop& loop, const ConnInfo& info,
                                      std::span<const Migration> migrations, MigrationLimits limits,
                                      std::span<const Grant> grants) {
    Result<std::unique_ptr<Connection>> opened = co_await connect_for_schema(loop, info, limits);
    if (!opened) {
        co_return opened.error();
    }
    Connection& connection = **opened;
    Result<std::vector<const Migration*>> pending =
        co_await read_pending(connection, migrations, deadline_in(limits.connect));
    if (!pending || pending->empty()) {
        co_return pending ? Result<Versions>(Versions()) : pending.error();
    }
    // The lock ends with its session, which is this connection and no other.
    const Result<void> locked = co_await lock_migrations(connection, limits);
    if (!locked) {
        co_return locked.error();
    }
    Result<std::vector<const Migration*>> still_pending =
        co_await read_pending(connection, migrations, deadline_in(limits.connect));
    if (!still_pending) {
        co_return still_pending.error();
    }
    if (!still_pending->empty()) {
        const Result<void> allowed =
            co_await check_may_create(connection, deadline_in(limits.connect));
        if (!allowed) {
            co_return allowed.error();
        }
    }
    for (const Migration* migration : *still_pending) {
        const Result<void> applied =
            co_await apply_alone(connection, *migration, grants, deadline_in(limits.file));
        if (!applied) {
            co_return applied.error();
        }
        log::info("migration applied", {{"file", migration->file}});
    }
    co_return versions_of(*still_pending);
}

async::Task<Result<Versions>> pending_migrations(Connection& connection,
                                                 std::span<const Migration> migrations,
                                                 Deadline deadline) {
    const Result<std::vector<const Migration*>> pending =
        co_await read_pending(connection, migrations, deadline);
    if (!pending) {
        co_return pending.error();
    }
    co_return versions_of(*pending);
}

async::Task<Result<Versions>> pending_migrations(Pool& pool, std::span<const Migration> migrations,
                                                 Deadline deadline) {
    return async::on(pool.loop(), pending_on(pool, {migrations, deadline}));
}

}  // namespace rgw::pg
