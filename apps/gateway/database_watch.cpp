#include "database_watch.hpp"

#include "rgw/base/log.hpp"

namespace rgw::app {
namespace {

// Serving goes first: who waits longer than this for a connection gives up until the next time.
constexpr std::chrono::seconds patience{5};

double in_seconds(std::chrono::steady_clock::duration span) {
    return std::chrono::duration<double>(span).count();
}

}  // namespace

async::Task<void> DatabaseWatch::refresh() {
    if (reading_) {
        co_return;
    }
    reading_ = true;
    const Result<storage::ServerFigures> server =
        co_await storage::read_server_figures(pool_, deadline_in(patience));
    if (server) {
        const Result<storage::AuditFigures> audit =
            co_await storage::read_audit_figures(pool_, deadline_in(patience));
        const std::lock_guard lock(mutex_);
        seen_ = {.server = *server,
                 .audit = audit ? std::optional(*audit) : std::nullopt,
                 .at = std::chrono::steady_clock::now()};
    } else {
        log::debug("the database's figures could not be read",
                   {{"error", describe(server.error())}});
    }
    reading_ = false;
}

async::Task<void> DatabaseWatch::look_at_hosts() {
    if (looking_) {
        co_return;
    }
    looking_ = true;
    const std::vector<pg::HostState> hosts =
        co_await pg::survey_hosts(pool_.loop(), info_, &fence_);
    const std::vector<pg::HostState> old = pg::old_primaries(hosts);
    std::string names;
    for (const pg::HostState& host : old) {
        names += (names.empty() ? "" : ", ") + host.host;
    }
    if (names != old_primaries_ && !names.empty()) {
        log::error(
            "an old primary accepts writes, and is not used: another was promoted since. Stop it, "
            "or make it a standby",
            {{"hosts", names}});
    }
    old_primaries_ = std::move(names);
    looking_ = false;
    const std::lock_guard lock(mutex_);
    old_primaries_count_ = old.size();
}

void DatabaseWatch::set(const api::Metrics::Set& set) const {
    std::optional<Seen> seen;
    std::size_t old_primaries = 0;
    {
        const std::lock_guard lock(mutex_);
        seen = seen_;
        old_primaries = old_primaries_count_;
    }
    const auto number = [&set](const char* name, const char* help, auto value) {
        set(name, help, static_cast<double>(value));
    };
    number("rack_gateway_db_old_primaries",
           "Hosts of the connection string that accept writes although another was promoted",
           old_primaries);
    if (!seen) {
        return;
    }
    const storage::ServerFigures& server = seen->server;
    number("rack_gateway_db_figures_age_seconds",
           "Since the rack_gateway_db_server figures were read",
           in_seconds(std::chrono::steady_clock::now() - seen->at));
    number("rack_gateway_db_server_connections", "Connections of everybody to the database server",
           server.connections);
    number("rack_gateway_db_server_connections_max", "max_connections of the database server",
           server.max_connections);
    number("rack_gateway_db_server_standbys", "Standbys that stream from the database server",
           server.standbys);
    number("rack_gateway_db_server_standbys_hidden",
           "Those whose lag the login may not see, unless it is a member of pg_monitor",
           server.hidden_standbys);
    number("rack_gateway_db_server_lag_seconds",
           "How far the furthest standby is behind, as far as the login may see",
           in_seconds(server.lag.value_or(std::chrono::milliseconds(0))));
    number("rack_gateway_db_size_bytes", "Size of the gateway's database", server.database_bytes);
    number("rack_gateway_db_transactions_total",
           "Transactions of everybody in the gateway's database, committed or rolled back",
           server.transactions);
    if (disk_bytes_) {
        number("rack_gateway_db_disk_bytes", "RGW_DB_DISK_BYTES", *disk_bytes_);
    }
    if (!seen->audit) {
        return;
    }
    const storage::AuditFigures& audit = *seen->audit;
    number("rack_gateway_audit_log_events", "Events in the audit log", audit.events);
    number("rack_gateway_audit_log_table_bytes", "Size of the audit log's table without indexes",
           audit.table_bytes);
    number("rack_gateway_audit_log_indexes_bytes", "Size of the audit log's indexes",
           audit.indexes_bytes);
    number("rack_gateway_audit_log_head_matches", "1 while the audit log's end is its newest event",
           audit.head_matches ? 1 : 0);
    number("rack_gateway_audit_log_overdue_intents", "Intents open for more than a minute",
           audit.overdue_intents);
    if (audit.newest_age) {
        number("rack_gateway_audit_log_newest_age_seconds",
               "Age of the newest event when it was read", in_seconds(*audit.newest_age));
    }
}

}  // namespace rgw::app
