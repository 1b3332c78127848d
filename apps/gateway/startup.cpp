#include "startup.hpp"

#include <memory>
#include <string>
#include <utility>

#include "configuration.hpp"
#include "retention.hpp"
#include "rgw/base/log.hpp"
#include "rgw/identity/seed.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/grants.hpp"
#include "rgw/pg/migrate.hpp"
#include "rgw/pg/reset.hpp"
#include "rgw/pg/survey.hpp"

namespace rgw::app {
namespace {

constexpr std::chrono::seconds patience{30};

Result<void> bring_schema_up_to_date(Database& database, const settings::Settings& settings) {
    if (settings.auto_migrate) {
        const Result<pg::ConnInfo> admin = admin_connection();
        if (!admin) {
            return admin.error();
        }
        const auto applied = database.wait_for(
            pg::migrate(database.loop(), admin.value(), migrations(), {}, runtime_grants()));
        if (!applied) {
            return applied.error();
        }
    } else {
        const auto pending = database.wait_for(
            pg::pending_migrations(database.pool(), migrations(), deadline_in(patience)));
        if (!pending) {
            return pending.error();
        }
        if (!pending->empty()) {
            return Error(Errc::configuration_invalid,
                         "migration " + pending->front() +
                             " is pending and RGW_AUTO_MIGRATE is false: run "
                             "rack-gateway-api migrate first");
        }
    }
    return {};
}

// A login of its own for the server, with the migrations' one at hand, gets what it lacks: giving
// both is the wish to run that way.
Result<void> ensure_rights(Database& database, const settings::Settings& settings) {
    const auto missing = database.wait_for(
        pg::missing_rights(database.pool(), runtime_grants(), deadline_in(patience)));
    if (!missing) {
        return missing.error();
    }
    if (missing->statements.empty()) {
        return {};
    }
    if (!settings.auto_migrate || from_environment("ADMIN_DATABASE_URL").value_or("").empty()) {
        return Error(Errc::configuration_invalid,
                     "the database login " + missing->role + " lacks rights (" +
                         missing->statements.front() +
                         " …): as the login that migrates, run rack-gateway-api grant '" +
                         missing->role + "'");
    }
    const Result<pg::ConnInfo> admin = admin_connection();
    if (!admin) {
        return admin.error();
    }
    const auto given =
        database.wait_for(pg::grant_to_role(database.loop(), admin.value(), missing->role,
                                            pg::GrantMode::what_is_missing, schema_source()));
    if (!given) {
        return given.error();
    }
    log::info("the server's database login was given the rights it lacked",
              {{"role", missing->role}, {"statements", given->size()}});
    return {};
}

Result<void> seed_users(const settings::SeedSettings& lists, Database& database,
                        storage::PgUserStore& users) {
    auto seeds = identity::seed_users({.admin = lists.admins,
                                       .deployer = lists.deployers,
                                       .operations = lists.operations,
                                       .viewer = lists.viewers});
    if (!seeds) {
        return seeds.error();
    }
    const auto seeded =
        database.wait_for(users.seed_if_empty(std::move(seeds.value()), deadline_in(patience)));
    if (!seeded) {
        return seeded.error();
    }
    if (seeded.value() > 0) {
        log::info("users were created from the environment", {{"count", seeded.value()}});
    }
    return {};
}

}  // namespace

async::Task<Result<void>> find_database_server(async::Loop& loop, pg::ConnInfo info,
                                               pg::Fence& fence) {
    co_await pg::survey_hosts(loop, info, &fence);
    const Result<std::unique_ptr<pg::Connection>> opened =
        co_await pg::connect_checked(loop, info, deadline_in(patience), fence);
    if (!opened) {
        co_return opened.error();
    }
    co_return Result<void>();
}

Result<void> prepare_database(Database& database, const settings::Settings& settings,
                              storage::PgUserStore& users) {
    Result<void> schema = bring_schema_up_to_date(database, settings);
    if (schema) {
        schema = ensure_rights(database, settings);
    }
    if (!schema) {
        return schema;
    }
    const auto environment =
        settings.dev_mode ? pg::Environment::development : pg::Environment::production;
    const auto marked = database.wait_for(
        pg::mark_environment(database.pool(), environment, deadline_in(patience)));
    if (!marked) {
        return marked.error();
    }
    const Result<void> seeded = seed_users(settings.seed, database, users);
    return seeded ? agree_on_retention(database, settings) : seeded;
}

}  // namespace rgw::app
