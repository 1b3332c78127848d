#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rgw/pg/connection.hpp"
#include "rgw/pg/migrate.hpp"

namespace rgw::pg {

// public.schema_migrations: what has been applied.
struct LedgerRow {
    std::string version;
    std::string checksum;  // empty in a ledger of the Go implementation
};
using Ledger = std::vector<LedgerRow>;  // empty also when there is no such table

async::Task<Result<Ledger>> read_ledger(Connection& connection, Deadline deadline);

// What is still to be applied, in order. Errors: configuration_invalid (unknown version, checksum).
[[nodiscard]] Result<std::vector<const Migration*>> compare(const Ledger& ledger,
                                                            std::span<const Migration> migrations);

// Makes the ledger if it is missing. Inside a transaction.
async::Task<Result<void>> ensure_ledger(Connection& connection, Deadline deadline);

// Runs the file and writes its ledger row, inside a transaction of the caller, which rolls back on
// failure. The error names file and line.
async::Task<Result<void>> apply(Connection& connection, const Migration& migration,
                                Deadline deadline);

// Connects to the primary that was promoted last, if the gateway can run there (connect_checked).
async::Task<Result<std::unique_ptr<Connection>>> connect_for_schema(async::Loop& loop,
                                                                    const ConnInfo& info,
                                                                    MigrationLimits limits);

// Takes the migration lock for the session; says so in the log when it has to wait.
async::Task<Result<void>> lock_migrations(Connection& connection, MigrationLimits limits);

// BEGIN for schema changes: no statement_timeout (a file may take long; the deadline holds), and
// names without a schema mean public, whatever the login's search_path says.
async::Task<Result<void>> begin_schema_change(Connection& connection, Deadline deadline);

}  // namespace rgw::pg
