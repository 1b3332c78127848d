#include "rgw/pg/reset.hpp"

#include "ledger.hpp"
#include "rgw/base/text.hpp"
#include "rights.hpp"

namespace rgw::pg {
namespace {

constexpr std::string_view confirmation_text = "DELETE_ALL_DATA";

constexpr Statement marker_table{"reset.marker_table",
                                 "select to_regclass('public.rgw_internal_metadata') is not null"};
constexpr Statement read_marker{"reset.read_marker",
                                "select environment from public.rgw_internal_metadata"};
constexpr Statement write_marker{
    "reset.write_marker",
    "insert into public.rgw_internal_metadata (environment) values ($1)"
    " on conflict (id) do nothing"};

bool is_true(std::string_view value) {
    const std::string_view text = trim(value);
    return text == "1" || equals_ignoring_case(text, "true");
}

std::string_view name_of(Environment environment) {
    return environment == Environment::development ? "development" : "production";
}

// Everything between BEGIN and COMMIT.
async::Task<Result<void>> replace_all(Connection& connection, const ResetGuards& guards,
                                      SchemaSource source, Deadline deadline) {
    const Result<EnvironmentMarker> marker = co_await environment_marker(connection, deadline);
    if (!marker) {
        co_return marker.error();
    }
    if (Result<void> allowed = check_reset(guards, *marker); !allowed) {
        co_return allowed;
    }
    const Result<std::vector<std::string>> roles =
        co_await runtime_roles(connection, source.grants, deadline);
    if (!roles) {
        co_return roles.error();
    }
    const Result<void> dropped = co_await connection.script(source.drop_sql, deadline);
    if (!dropped) {
        co_return Error(dropped.error().code, "nothing was reset: " + dropped.error().detail);
    }
    const Result<void> ledger = co_await ensure_ledger(connection, deadline);
    if (!ledger) {
        co_return ledger.error();
    }
    for (const Migration& migration : source.migrations) {
        const Result<void> applied = co_await apply(connection, migration, deadline);
        if (!applied) {
            co_return applied.error();
        }
    }
    const Result<void> given = co_await give_again(connection, *roles, source.grants, deadline);
    if (!given) {
        co_return given.error();
    }
    const Environment environment =
        is_true(guards.dev_mode) ? Environment::development : Environment::production;
    const Result<Rows> marked =
        co_await connection.run(write_marker, Params().add(name_of(environment)), deadline);
    if (!marked) {
        co_return marked.error();
    }
    co_return Result<void>();
}

}  // namespace

ResetGuards ResetGuards::from(const EnvLookup& environment) {
    return {environment("RESET_RACK_GATEWAY_DATABASE").value_or(""),
            environment("DEV_MODE").value_or(""),
            environment("DISABLE_DATABASE_ENVIRONMENT_CHECK").value_or("")};
}

Result<void> check_reset(const ResetGuards& guards, const EnvironmentMarker& marker) {
    if (guards.confirmation != confirmation_text) {
        return Error(Errc::configuration_invalid,
                     "reset refused: set RESET_RACK_GATEWAY_DATABASE=DELETE_ALL_DATA to confirm "
                     "that all data of the gateway is to be deleted");
    }
    if (is_true(guards.disable_environment_check) || marker == "development") {
        return {};
    }
    if (!marker) {
        if (is_true(guards.dev_mode)) {
            return {};
        }
        return Error(Errc::configuration_invalid,
                     "reset refused: the database does not say that it is a development database; "
                     "set DEV_MODE=true, or DISABLE_DATABASE_ENVIRONMENT_CHECK=1 to reset it "
                     "whatever it is");
    }
    return Error(Errc::configuration_invalid,
                 "reset refused: the database is marked as " + *marker +
                     "; set DISABLE_DATABASE_ENVIRONMENT_CHECK=1 to reset it all the same");
}

async::Task<Result<void>> reset_database(async::Loop& loop, const ConnInfo& info,
                                         ResetGuards guards, SchemaSource source,
                                         MigrationLimits limits) {
    // With this marker only the confirmation is checked: no need to connect without it.
    if (Result<void> confirmed = check_reset(guards, "development"); !confirmed) {
        co_return confirmed;
    }
    Result<std::unique_ptr<Connection>> opened = co_await connect_for_schema(loop, info, limits);
    if (!opened) {
        co_return opened.error();
    }
    Connection& connection = **opened;
    const Result<void> locked = co_await lock_migrations(connection, limits);
    if (!locked) {
        co_return locked;
    }
    const Deadline deadline = deadline_in(limits.file);
    const Result<void> begun = co_await begin_schema_change(connection, deadline);
    if (!begun) {
        co_return begun;
    }
    const Result<void> replaced = co_await replace_all(connection, guards, source, deadline);
    Result<void> ended = co_await connection.script(replaced ? "commit" : "rollback", deadline);
    co_return replaced ? ended : replaced;
}

async::Task<Result<EnvironmentMarker>> environment_marker(Connection& connection,
                                                          Deadline deadline) {
    const Result<Rows> table = co_await connection.run(marker_table, {}, deadline);
    if (!table) {
        co_return table.error();
    }
    if (!(*table)[0].get<bool>(0)) {
        co_return EnvironmentMarker();
    }
    const Result<Rows> rows = co_await connection.run(read_marker, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->empty() ? EnvironmentMarker() : (*rows)[0].get<std::string>(0);
}

async::Task<Result<void>> mark_environment(Pool& pool, Environment environment, Deadline deadline) {
    const Result<Rows> written =
        co_await pool.query(write_marker, Params().add(name_of(environment)), deadline);
    if (!written) {
        co_return written.error();
    }
    co_return Result<void>();
}

}  // namespace rgw::pg
