#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/connection.hpp"
#include "rgw/pg/conninfo.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::pg {

// One file of migrations/, embedded in the binary. All of it lives for the whole process.
struct Migration {
    std::string_view version;   // "0001"
    std::string_view name;      // "people_and_settings"
    std::string_view file;      // "0001_people_and_settings.sql"
    std::string_view checksum;  // lower-case hex SHA-256 of sql
    std::string_view sql;       // no transaction control: the runner wraps it
};

// What a login that only runs the server may do with one object. Roles that were given it once
// (they may execute one of the functions) get what a later migration adds, in that migration's own
// transaction: an upgrade asks nobody to grant anything.
struct Grant {
    enum class Kind : std::uint8_t { schema, table, function };
    Kind kind;
    std::string_view schema;
    std::string_view name;    // of a table or function; function names are not overloaded
    std::string_view rights;  // "select, insert"
};

// Everything the binary knows about the schema. All of it lives for the whole process.
struct SchemaSource {
    std::string_view drop_sql;  // names every object of the gateway with IF EXISTS
    std::span<const Migration> migrations;
    std::span<const Grant> grants;
};

struct MigrationLimits {
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds lock_wait{120'000};  // for another process that is migrating
    std::chrono::milliseconds file{1'800'000};
};

// Applies what is missing and returns the versions applied, in order; nothing to do is success and
// needs no more than SELECT on the ledger. Any number of processes may run it at once: a
// session-level advisory lock lets one of them work and the others wait.
//
// Errors (detail is one line for the operator): configuration_invalid: the ledger has a version
// this binary does not know, or another checksum, or the login may not create tables (the detail
// says what to run); database_timeout: another process held the lock
// too long; any other: a file failed, detail "0002_audit.sql:17: 42601 syntax error …"; that file
// left no trace.
async::Task<Result<std::vector<std::string>>> migrate(async::Loop& loop, const ConnInfo& info,
                                                      std::span<const Migration> migrations,
                                                      MigrationLimits limits = {},
                                                      std::span<const Grant> grants = {});

// Versions not yet applied, with the same refusals. For RGW_AUTO_MIGRATE=false and for readiness.
async::Task<Result<std::vector<std::string>>> pending_migrations(
    Connection& connection, std::span<const Migration> migrations, Deadline deadline);
async::Task<Result<std::vector<std::string>>> pending_migrations(
    Pool& pool, std::span<const Migration> migrations, Deadline deadline);

}  // namespace rgw::pg
