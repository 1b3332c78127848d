#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/grants.hpp"
#include "rgw/pg/pool.hpp"
#include "rgw/pg/survey.hpp"

namespace rgw::storage {

// What the server says of itself to any login; cheap.
struct ServerFigures {
    std::int64_t version_number = 0;  // 160001
    std::string version;
    bool local = false;  // a socket file, or the loopback address
    std::string tls;     // "TLSv1.3, TLS_AES_256_GCM_SHA384"; "" without
    std::int64_t connections = 0;
    std::int64_t max_connections = 0;
    bool standby = false;
    std::int64_t standbys = 0;
    std::int64_t hidden_standbys = 0;  // those whose lag this login may not see
    // A primary: the furthest behind of those that are applying; a standby: itself. None: nothing
    // is behind, or nobody can tell.
    std::optional<std::chrono::milliseconds> lag;
    std::int64_t database_bytes = 0;
    std::int64_t transactions = 0;  // committed or rolled back in this database, since it counts
    bool fsync = true;
    bool full_page_writes = true;
    bool synchronous_commit = true;
    bool autovacuum = true;
};

// The log's end; cheap.
struct AuditFigures {
    std::int64_t next_index = 0;
    std::int64_t events = 0;  // that retention has left
    std::optional<std::chrono::milliseconds> newest_age;
    std::int64_t table_bytes = 0;      // of audit.audit_event, without its indexes
    std::int64_t indexes_bytes = 0;    // of these
    bool head_matches = true;          // the head names the newest row, by index and hash
    std::int64_t overdue_intents = 0;  // open for more than a minute
    std::optional<std::int64_t> checkpoint_size;  // of the newest one: events it covers
    std::optional<std::chrono::milliseconds> checkpoint_age;
    std::optional<std::int64_t> anchor_size;
    std::optional<std::chrono::milliseconds> anchor_age;
    // Age of the oldest event that no checkpoint, no anchor covers; none when each is covered.
    std::optional<std::chrono::milliseconds> unsigned_age;
    std::optional<std::chrono::milliseconds> unanchored_age;
};

// Where anchors are configured.
struct AnchorFigures {
    std::chrono::milliseconds interval{};
    std::string contradiction;  // what the bucket says against this database; "" for nothing
    std::string unreachable;    // why it could not be asked; "" when it was
};

// Reads the last seven days of the log.
struct GrowthFigures {
    std::int64_t recent_events = 0;
    std::chrono::milliseconds observed{};  // how much of these seven days the log has
    std::int64_t events = 0;
    std::int64_t log_bytes = 0;  // with indexes
};

// Beyond what a primary key or a unique constraint needs.
struct IndexFigures {
    std::string name;
    std::int64_t bytes = 0;
    bool unused = false;  // never scanned since statistics began, and not there for a rule
    std::optional<std::int64_t> expected_bytes;  // an estimate from the rows; B-trees on columns
};

struct RightsFigures {
    std::string role;
    bool superuser = false;
    bool owns_tables = false;  // is, or may become, the owner of the tables in public
    bool owns_log = false;
    bool writes_log = false;           // beyond the log's functions
    std::vector<std::string> missing;  // GRANT statements
};

struct SchemaFigures {
    std::vector<std::string> pending;
    std::string mismatch;  // why the ledger is not this program's; "" when it is
    bool there = false;    // the log and its functions
};

struct DatabaseReport {
    // Of the connection string, for whoever makes the report to find out.
    pg::Pooling pooling = pg::Pooling::none;
    std::vector<pg::HostState> hosts;

    ServerFigures server;
    SchemaFigures schema;
    RightsFigures rights;
    std::chrono::milliseconds clock_ahead{};  // of this host; what the round trip may hide is off
    std::optional<AuditFigures> audit;        // none where the log cannot be read
    std::optional<AnchorFigures> anchoring;   // set by who knows the bucket
    std::optional<GrowthFigures> growth;
    std::vector<IndexFigures> indexes;
};

// From any loop; errors are those of pg::Pool::query.
async::Task<Result<ServerFigures>> read_server_figures(pg::Pool& pool, Deadline deadline);
async::Task<Result<AuditFigures>> read_audit_figures(pg::Pool& pool, Deadline deadline);
async::Task<Result<DatabaseReport>> read_database_report(pg::Pool& pool, pg::SchemaSource source,
                                                         Deadline deadline);

}  // namespace rgw::storage
