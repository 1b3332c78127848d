#pragma once

#include <string>
#include <vector>

#include "client.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/migrate.hpp"
#include "rgw/pg/reset.hpp"

namespace rgw::pg {

using Versions = std::vector<std::string>;

inline async::Task<Result<Versions>> migrate_there(async::Loop& loop, ConnInfo info,
                                                   std::span<const Migration> migrations,
                                                   MigrationLimits limits) {
    Result<Versions> applied = co_await migrate(loop, info, migrations, limits, runtime_grants());
    co_return applied;
}

inline Result<Versions> run_migrations(const std::string& dsn,
                                       std::span<const Migration> migrations,
                                       MigrationLimits limits = {}) {
    async::Loop loop("migrate");
    loop.start();
    return test::run(loop, migrate_there(loop, ConnInfo::parse(dsn).value(), migrations, limits));
}

inline async::Task<Result<void>> reset_there(async::Loop& loop, ConnInfo info, ResetGuards guards,
                                             SchemaSource source) {
    Result<void> done = co_await reset_database(loop, info, std::move(guards), source);
    co_return done;
}

inline Result<void> run_reset(const std::string& dsn, ResetGuards guards, std::string_view drop_sql,
                              std::span<const Migration> migrations) {
    async::Loop loop("reset");
    loop.start();
    return test::run(loop, reset_there(loop, ConnInfo::parse(dsn).value(), std::move(guards),
                                       {drop_sql, migrations, runtime_grants()}));
}

// Every object of a database that PostgreSQL did not bring along, by kind and name.
inline std::vector<std::string> objects_of(test::Sql& sql) {
    return sql.column(
        "select 'relation ' || c.oid::regclass from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'"
        " union all select 'function ' || p.oid::regprocedure from pg_proc p"
        " join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname not in ('pg_catalog', 'information_schema')"
        " union all select 'schema ' || nspname from pg_namespace where nspname !~ '^pg_'"
        " union all select 'type ' || t.oid::regtype from pg_type t"
        " join pg_namespace n on n.oid = t.typnamespace"
        " where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'"
        " order by 1");
}

}  // namespace rgw::pg
