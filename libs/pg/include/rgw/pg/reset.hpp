#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rgw/pg/dsn.hpp"
#include "rgw/pg/migrate.hpp"

namespace rgw::pg {

// What rgw_internal_metadata says a database is; nothing when the table or its row is missing.
using EnvironmentMarker = std::optional<std::string>;

enum class Environment : std::uint8_t { development, production };

// The values of the three guards, as the environment gives them.
struct ResetGuards {
    std::string confirmation;               // RESET_RACK_GATEWAY_DATABASE
    std::string dev_mode;                   // DEV_MODE
    std::string disable_environment_check;  // DISABLE_DATABASE_ENVIRONMENT_CHECK

    [[nodiscard]] static ResetGuards from(const EnvLookup& environment);
};

// May this database be reset? The confirmation must be DELETE_ALL_DATA; and the marker is
// `development`, or there is none and DEV_MODE is true, or the check is disabled by 1 or true.
// Error: configuration_invalid; the detail names the guard that is missing.
[[nodiscard]] Result<void> check_reset(const ResetGuards& guards, const EnvironmentMarker& marker);

// Drops what the gateway created, applies all migrations anew and writes the marker (development
// when DEV_MODE is true), in one transaction: all or nothing. Roles that could run the server
// before can after. drop_sql has no CASCADE: when something of somebody else's depends on one of
// the gateway's objects the reset fails and says what. Errors: those of check_reset and migrate.
async::Task<Result<void>> reset_database(async::Loop& loop, const ConnInfo& info,
                                         ResetGuards guards, SchemaSource source,
                                         MigrationLimits limits = {});

async::Task<Result<EnvironmentMarker>> environment_marker(Connection& connection,
                                                          Deadline deadline);
// At server start: writes the marker if there is none.
async::Task<Result<void>> mark_environment(Pool& pool, Environment environment, Deadline deadline);

}  // namespace rgw::pg
