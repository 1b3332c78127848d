#include "rgw/storage/database_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gateway_checks.hpp"

namespace rgw::storage {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t least_version = 140'000;
constexpr std::int64_t advised_version = 160'000;
constexpr double connections_warning = 70;
constexpr double connections_critical = 90;
constexpr milliseconds lag_warning{1'000};
constexpr milliseconds lag_critical{10'000};
constexpr double disk_warning = 70;
constexpr double disk_critical = 85;
constexpr milliseconds clock_warning{1'000};
constexpr milliseconds clock_critical{10'000};

template <class T>
Verdict above(T value, T warning, T critical) {
    return value >= critical  ? Verdict::critical
           : value >= warning ? Verdict::warning
                              : Verdict::ok;
}

Check version(const ServerFigures& server) {
    Check check{.id = "version", .value = "PostgreSQL " + server.version};
    check.threshold = "critical below 14";
    const std::int64_t major = server.version_number / 10'000;
    check.measured = static_cast<double>(major);
    if (server.version_number < least_version) {
        check.verdict = Verdict::critical;
        check.advice = "the gateway needs PostgreSQL 14 or later: upgrade the server";
    } else if (server.version_number < advised_version) {
        check.advice = "works; 16 or later is recommended";
    }
    return check;
}

Check tls(const ServerFigures& server) {
    Check check{.id = "tls", .threshold = "warning without TLS over a network"};
    if (!server.tls.empty()) {
        check.value = server.tls;
    } else if (server.local) {
        check.value = "none: both are on one host";
    } else {
        check.verdict = Verdict::warning;
        check.value = "none: passwords and data cross the network readable";
        check.advice =
            "add sslmode=verify-full (or at least require) to the connection string, and ssl = on "
            "to the server";
    }
    return check;
}

Check connections(const ServerFigures& server) {
    const double percent = server.max_connections > 0
                               ? 100.0 * static_cast<double>(server.connections) /
                                     static_cast<double>(server.max_connections)
                               : 0;
    Check check{.id = "connections",
                .verdict = above(percent, connections_warning, connections_critical)};
    check.value =
        fmt::format("{} of {} ({:.0f} %)", server.connections, server.max_connections, percent);
    check.measured = percent;
    check.unit = "percent";
    check.threshold = "warning from 70 %, critical from 90 % of max_connections";
    if (check.verdict != Verdict::ok) {
        check.advice =
            "see who they are in pg_stat_activity; lower DB_MAX_OPEN_CONNS of each replica or "
            "raise max_connections";
    }
    return check;
}

Check replication(const ServerFigures& server) {
    Check check{.id = "replication", .unit = "seconds"};
    check.threshold = "warning from 1 s, critical from 10 s behind";
    if (server.lag) {
        check.verdict = above(*server.lag, lag_warning, lag_critical);
        check.measured = seconds(*server.lag);
    }
    if (server.standby) {
        check.value = server.lag ? fmt::format("this is a standby, {} behind", shown(*server.lag))
                                 : "this is a standby that has replayed nothing yet";
        check.verdict = Verdict::critical;
        check.advice =
            "the gateway cannot write here: connect to the primary (target_session_attrs="
            "read-write finds it among several hosts)";
        return check;
    }
    if (server.standbys == 0) {
        check.value = "no standby";
        return check;
    }
    check.value = fmt::format("standbys: {}, {} behind", server.standbys,
                              server.lag ? shown(*server.lag) : "none");
    if (server.hidden_standbys > 0) {
        check.value =
            fmt::format("standbys: {} whose lag this login may not see", server.hidden_standbys);
        check.advice = "GRANT pg_monitor to the login to have it watched";
    } else if (check.verdict != Verdict::ok) {
        check.advice = "a failover now would lose what is not replayed: see pg_stat_replication";
    }
    return check;
}

std::string told(const pg::HostState& host) {
    if (!host.problem.empty()) {
        return host.host + " cannot be reached";
    }
    return host.host + (host.server.standby ? " standby" : " primary") +
           (host.server.timeline ? fmt::format(" of timeline {}", *host.server.timeline) : "");
}

Check hosts(const std::vector<pg::HostState>& hosts) {
    Check check{.id = "hosts", .unit = "old primaries"};
    check.threshold = "warning when one cannot be reached, critical when an old primary is back";
    std::string unreachable;
    for (const pg::HostState& host : hosts) {
        check.value += (check.value.empty() ? "" : ", ") + told(host);
        unreachable += host.problem.empty() ? "" : " " + host.problem;
    }
    const std::vector<pg::HostState> old = pg::old_primaries(hosts);
    check.measured = static_cast<double>(old.size());
    if (!old.empty()) {
        check.verdict = Verdict::critical;
        check.advice = old.front().host +
                       " accepts writes although another was promoted since; the gateway does not "
                       "use it, others may: stop it, or make it a standby";
    } else if (!unreachable.empty()) {
        check.verdict = Verdict::warning;
        check.advice = "a failover has nowhere to go:" + unreachable;
    }
    return check;
}

Check disk(const ServerFigures& server, std::optional<std::int64_t> disk_bytes) {
    Check check{.id = "disk", .value = gigabytes(server.database_bytes)};
    check.threshold = "warning from 70 %, critical from 85 % of RGW_DB_DISK_BYTES";
    if (!disk_bytes) {
        check.advice =
            "how full the disk is cannot be known from here: set RGW_DB_DISK_BYTES to its size";
        return check;
    }
    const double percent =
        100.0 * static_cast<double>(server.database_bytes) / static_cast<double>(*disk_bytes);
    check.verdict = above(percent, disk_warning, disk_critical);
    check.value += fmt::format(" of {} ({:.0f} %)", gigabytes(*disk_bytes), percent);
    check.measured = percent;
    check.unit = "percent";
    check.advice = check.verdict == Verdict::ok
                       ? "this database alone; WAL and other databases come on top"
                       : "enlarge the disk; when it is full nothing can be recorded, so nothing "
                         "is allowed";
    return check;
}

Check durability(const ServerFigures& server) {
    Check check{.id = "durability", .value = "fsync, full_page_writes and synchronous_commit on"};
    check.threshold =
        "critical when fsync or full_page_writes is off, warning for "
        "synchronous_commit";
    if (!server.fsync || !server.full_page_writes) {
        check.verdict = Verdict::critical;
        check.value = !server.fsync ? "fsync is off" : "full_page_writes is off";
        check.advice = "a power failure can destroy the database: switch it on";
    } else if (!server.synchronous_commit) {
        check.verdict = Verdict::warning;
        check.value = "synchronous_commit is off";
        check.advice =
            "the audit log commits durably all the same; other changes of the last moments are "
            "lost in a crash: switch it on for this login";
    }
    return check;
}

Check autovacuum(const ServerFigures& server) {
    Check check{.id = "autovacuum", .value = "on", .threshold = "warning when off"};
    if (!server.autovacuum) {
        check.verdict = Verdict::warning;
        check.value = "off";
        check.advice = "tables and indexes grow without end: switch autovacuum and track_counts on";
    }
    return check;
}

Check clock(milliseconds ahead) {
    const milliseconds apart = std::chrono::abs(ahead);
    Check check{.id = "clock",
                .verdict = apart > clock_critical  ? Verdict::critical
                           : apart > clock_warning ? Verdict::warning
                                                   : Verdict::ok};
    check.value = apart.count() == 0 ? "the same here and there"
                                     : fmt::format("this host is {} {}", shown(apart),
                                                   ahead.count() > 0 ? "ahead" : "behind");
    check.measured = seconds(apart);
    check.unit = "seconds";
    check.threshold = "warning above 1 s, critical above 10 s apart";
    if (check.verdict != Verdict::ok) {
        check.advice =
            "let both keep their clocks by NTP: one-time codes, sessions and the times "
            "in the log depend on them";
    }
    return check;
}

}  // namespace

Check pooler_check(pg::Pooling pooling) {
    Check check{.id = "pooler"};
    check.threshold = "critical when one does not pool by session";
    switch (pooling) {
        case pg::Pooling::none:
            check.value = "none";
            break;
        case pg::Pooling::by_session:
            check.value = "one is in between, and pools by session";
            check.advice =
                "its pool has to be larger than DB_MAX_OPEN_CONNS of all replicas, and one for "
                "each";
            break;
        case pg::Pooling::otherwise:
            check.verdict = Verdict::critical;
            check.value = "one is in between that does not pool by session";
            check.advice = pg::wrong_pooling;
            break;
    }
    return check;
}

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::ok:
            return "ok";
        case Verdict::warning:
            return "warning";
        case Verdict::critical:
            return "critical";
    }
    return "";
}

std::vector<Check> check_database(const DatabaseReport& report,
                                  std::optional<std::int64_t> disk_bytes) {
    std::vector<Check> checks{
        version(report.server),     tls(report.server),         pooler_check(report.pooling),
        connections(report.server), replication(report.server), disk(report.server, disk_bytes),
        durability(report.server),  autovacuum(report.server),  clock(report.clock_ahead)};
    if (!report.hosts.empty()) {
        checks.push_back(hosts(report.hosts));
    }
    add_gateway_checks(checks, report);
    return checks;
}

Verdict worst(const std::vector<Check>& checks) {
    Verdict verdict = Verdict::ok;
    for (const Check& check : checks) {
        verdict = std::max(verdict, check.verdict);
    }
    return verdict;
}

}  // namespace rgw::storage
