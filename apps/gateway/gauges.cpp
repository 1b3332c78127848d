#include "gauges.hpp"

namespace rgw::app {

void set_gauges(const api::Metrics::Set& set, const pg::PoolStats& pool,
                const audit::AppenderStats& audit, std::size_t sessions,
                const std::vector<std::unique_ptr<Worker>>& workers) {
    const auto number = [&set](const char* name, const char* help, auto value) {
        set(name, help, static_cast<double>(value));
    };
    number("rack_gateway_db_connections_open", "Database connections of the pool", pool.open);
    number("rack_gateway_db_connections_idle", "Idle database connections", pool.idle);
    number("rack_gateway_db_connections_max", "DB_MAX_OPEN_CONNS", pool.max_open);
    number("rack_gateway_db_waiting", "Callers waiting for a database connection", pool.waiting);
    number("rack_gateway_db_connections_opened_total", "Database connections opened",
           pool.opened_total);
    number("rack_gateway_db_acquire_timeouts_total", "Waits for a database connection that gave up",
           pool.timeouts_total);
    number("rack_gateway_db_waits_total", "Calls that found no database connection free",
           pool.waits_total);
    number("rack_gateway_db_wait_seconds_total", "What these waited together",
           std::chrono::duration<double>(pool.wait_time).count());
    number("rack_gateway_db_connect_failures_total",
           "Database connections that could not be opened", pool.connect_failures_total);
    number("rack_gateway_audit_events_total", "Audit events made durable", audit.events_total);
    number("rack_gateway_audit_batches_total", "Audit transactions committed", audit.batches_total);
    number("rack_gateway_audit_failures_total", "Audit transactions that failed",
           audit.failures_total);
    number("rack_gateway_audit_waiting", "Audit events waiting for their commit", audit.waiting);
    number("rack_gateway_audit_healthy", "1 while the audit log can be written",
           audit.healthy ? 1 : 0);
    number("rack_gateway_sessions", "Open sessions and streams that hold a lease", sessions);
    http::ListenerStats clients;
    http::UpstreamStats rack;
    for (const auto& worker : workers) {
        const http::ListenerStats listener = worker->listener().stats();
        clients.connections += listener.connections;
        clients.accepted_total += listener.accepted_total;
        clients.refused_total += listener.refused_total;
        const http::UpstreamStats upstream = worker->rack().stats();
        rack.open += upstream.open;
        rack.idle += upstream.idle;
        rack.opened_total += upstream.opened_total;
        rack.reused_total += upstream.reused_total;
    }
    number("rack_gateway_client_connections", "Open client connections", clients.connections);
    number("rack_gateway_client_connections_accepted_total", "Client connections accepted",
           clients.accepted_total);
    number("rack_gateway_client_connections_refused_total",
           "Client connections refused at the limit", clients.refused_total);
    number("rack_gateway_rack_connections", "Open connections to the rack", rack.open);
    number("rack_gateway_rack_connections_idle", "Idle connections to the rack", rack.idle);
    number("rack_gateway_rack_connections_opened_total", "Connections opened to the rack",
           rack.opened_total);
    number("rack_gateway_rack_connections_reused_total", "Calls on a kept connection to the rack",
           rack.reused_total);
}

std::vector<api::MetricFamily> query_metrics(const std::vector<pg::QueryFigures>& queries) {
    using Kind = api::MetricFamily::Kind;
    api::MetricFamily seconds{
        .name = "rack_gateway_db_query_seconds",
        .help = "How long a query took, by name; several in one round trip count its whole time",
        .kind = Kind::histogram,
        .bounds = {pg::QueryWatch::bounds.begin(), pg::QueryWatch::bounds.end()},
        .members = {}};
    api::MetricFamily slow{.name = "rack_gateway_db_slow_queries_total",
                           .help = "Queries that took DB_SLOW_QUERY or longer, by name",
                           .kind = Kind::counter,
                           .bounds = {},
                           .members = {}};
    api::MetricFamily errors{.name = "rack_gateway_db_query_errors_total",
                             .help = "Queries that failed, by name and code",
                             .kind = Kind::counter,
                             .bounds = {},
                             .members = {}};
    for (const pg::QueryFigures& query : queries) {
        const std::string name(query.name);
        seconds.members.push_back({{{"query", name}}, query.seconds, query.counts});
        slow.members.push_back({{{"query", name}}, static_cast<double>(query.slow), {}});
        for (const auto& [code, count] : query.errors) {
            errors.members.push_back({{{"query", name}, {"code", std::string(id(code))}},
                                      static_cast<double>(count),
                                      {}});
        }
    }
    return {std::move(seconds), std::move(slow), std::move(errors)};
}

}  // namespace rgw::app
