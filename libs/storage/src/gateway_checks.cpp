#include <fmt/format.h>

#include "gateway_checks.hpp"

namespace rgw::storage {
namespace {

using std::chrono::milliseconds;

// A smaller index costs nothing worth a line.
constexpr std::int64_t unused_bytes = 1'000'000;
constexpr std::int64_t bloat_bytes = 8'000'000;
constexpr std::int64_t bloat_factor = 3;
// Before that a day's events say nothing about the year's, and the empty tables weigh too much.
constexpr milliseconds least_observed = std::chrono::hours(24);
constexpr std::int64_t least_events = 1000;
// A running server signs within seconds.
constexpr milliseconds longest_unsigned = std::chrono::minutes(5);
constexpr milliseconds longest_unanchored = std::chrono::hours(24);

std::string joined(const std::vector<std::string>& texts) {
    return fmt::format("{}", fmt::join(texts, ", "));
}

Check migrations(const SchemaFigures& schema) {
    Check check{.id = "migrations", .value = "current"};
    check.threshold = "warning when one is pending, critical when the schema is not this program's";
    if (!schema.mismatch.empty()) {
        check.verdict = Verdict::critical;
        check.value = schema.mismatch;
        check.advice = "use the version of rack-gateway-api that set the database up, or a newer";
    } else if (!schema.there) {
        check.verdict = Verdict::critical;
        check.value = "the database has no tables of the gateway";
        check.advice = "run rack-gateway-api migrate; a start does it, too";
    } else if (!schema.pending.empty()) {
        check.verdict = Verdict::warning;
        check.value = "pending: " + joined(schema.pending);
        check.advice = "run rack-gateway-api migrate; until then the server is not ready";
    }
    check.measured = static_cast<double>(schema.pending.size());
    return check;
}

Check privileges(const DatabaseReport& report) {
    const RightsFigures& rights = report.rights;
    Check check{.id = "privileges", .value = rights.role + " owns nothing and lacks nothing"};
    check.threshold =
        "warning when the server's login could change the log, critical when it lacks "
        "a right";
    if (!report.schema.there) {
        check.value = rights.role + ": no tables to have rights on yet";
    } else if (!rights.missing.empty()) {
        check.verdict = Verdict::critical;
        check.value = fmt::format("{} lacks {} rights: {} …", rights.role, rights.missing.size(),
                                  rights.missing.front());
        check.advice =
            "as the login that migrates, run: rack-gateway-api grant '" + rights.role + "'";
    } else if (rights.superuser || rights.owns_tables || rights.owns_log || rights.writes_log) {
        check.verdict = Verdict::warning;
        check.value =
            rights.role + (rights.superuser     ? " is a superuser"
                           : rights.owns_log    ? " owns the audit log, or may become its owner"
                           : rights.owns_tables ? " owns the tables"
                                                : " may write to the audit log's tables");
        check.advice =
            "who steals this login can switch the log's protection off or drop tables; only the "
            "hash chain would show it. Let ADMIN_DATABASE_URL be this login, and DATABASE_URL one "
            "made by CREATE ROLE rack_gateway_app WITH LOGIN PASSWORD '…' and rack-gateway-api "
            "grant rack_gateway_app";
    }
    return check;
}

Check indexes(const DatabaseReport& report) {
    Check check{.id = "indexes", .value = "none unused or bloated"};
    check.threshold = "warning for one of three times its expected size and 8 MB more";
    if (!report.audit) {
        check.value = "not read";
        return check;
    }
    std::vector<std::string> unused;
    std::vector<std::string> bloated;
    for (const IndexFigures& index : report.indexes) {
        const std::string shown_index = index.name + " (" + gigabytes(index.bytes) + ")";
        if (index.expected_bytes && index.bytes > *index.expected_bytes * bloat_factor &&
            index.bytes - *index.expected_bytes > bloat_bytes) {
            bloated.push_back(shown_index);
        } else if (index.unused && index.bytes > unused_bytes) {
            unused.push_back(shown_index);
        }
    }
    if (!bloated.empty()) {
        check.verdict = Verdict::warning;
        check.value = "bloated: " + joined(bloated);
        check.advice = "REINDEX INDEX CONCURRENTLY, as their owner";
    } else if (!unused.empty()) {
        check.value = "not used since the server's statistics began: " + joined(unused);
        check.advice = "some are for questions that are rarely asked; none has to go";
    }
    check.measured = static_cast<double>(bloated.size());
    return check;
}

Check audit_head(const DatabaseReport& report) {
    Check check{.id = "audit_head", .unit = "events"};
    check.threshold = "critical when the log's end is not its newest event";
    if (!report.audit) {
        check.verdict = Verdict::critical;
        check.value = "the log cannot be read";
        check.advice = "see migrations and privileges";
        return check;
    }
    const AuditFigures& audit = *report.audit;
    check.measured = static_cast<double>(audit.events);
    check.value = audit.newest_age ? fmt::format("{} events, the newest {} ago", audit.events,
                                                 shown(*audit.newest_age))
                                   : fmt::format("{} events", audit.events);
    if (!audit.head_matches) {
        check.verdict = Verdict::critical;
        check.value += fmt::format(", and audit.head says the next is {}", audit.next_index);
        check.advice =
            "events were removed or changed behind the gateway's back: keep everything "
            "as it is, and run rack-gateway-api audit verify";
    }
    return check;
}

Check audit_intents(const AuditFigures& audit) {
    Check check{.id = "audit_intents", .value = fmt::format("{}", audit.overdue_intents)};
    check.measured = static_cast<double>(audit.overdue_intents);
    check.unit = "intents";
    check.threshold = "for information: open for more than a minute";
    if (audit.overdue_intents > 0) {
        check.advice =
            "long calls and sessions under way, or left by a process that ended: a "
            "running server closes the latter as unknown";
    }
    return check;
}

Check checkpoint(const AuditFigures& audit) {
    Check check{.id = "checkpoint", .value = "none", .unit = "events"};
    check.threshold = "warning when an event is not signed for 5 min";
    if (audit.checkpoint_size && audit.checkpoint_age) {
        check.measured = static_cast<double>(*audit.checkpoint_size);
        check.value = fmt::format("over {} events, {} ago", *audit.checkpoint_size,
                                  shown(*audit.checkpoint_age));
    }
    if (audit.unsigned_age && *audit.unsigned_age > longest_unsigned) {
        check.verdict = Verdict::warning;
        check.value +=
            fmt::format(", and an event of {} ago is not signed", shown(*audit.unsigned_age));
        check.advice =
            "no server runs, or it found that the log is not the one it signed before: look for "
            "CRITICAL in its log, and run rack-gateway-api audit verify";
    }
    return check;
}

Check anchor(const AuditFigures& audit, const std::optional<AnchorFigures>& anchoring) {
    Check check{.id = "anchor", .value = "none", .unit = "events"};
    check.threshold =
        "warning when an event waits for 2 intervals, critical when for a day, or when the bucket "
        "contradicts this database";
    if (audit.anchor_size && audit.anchor_age) {
        check.measured = static_cast<double>(*audit.anchor_size);
        check.value =
            fmt::format("over {} events, {} ago", *audit.anchor_size, shown(*audit.anchor_age));
    }
    if (!anchoring) {
        check.advice =
            "without AUDIT_ANCHOR_BUCKET nothing outside this database says what the log held: who "
            "owns both the database and the keys could write another";
        return check;
    }
    if (!anchoring->contradiction.empty()) {
        check.verdict = Verdict::critical;
        check.value = anchoring->contradiction;
        check.advice =
            "was an older copy of the database put back? docs/audit-anchors.md says what to do; if "
            "not, keep everything as it is, and run rack-gateway-api audit verify --anchors";
        return check;
    }
    const auto waiting = audit.unanchored_age.value_or(milliseconds(0));
    const bool late = waiting > 2 * anchoring->interval;
    if (late) {
        check.value += fmt::format(", and an event of {} ago is in none", shown(waiting));
        check.advice = "no server runs, or it cannot write to the bucket: its log says why";
    }
    if (!anchoring->unreachable.empty()) {
        check.advice = "the bucket cannot be read: " + anchoring->unreachable;
    }
    if (late || !anchoring->unreachable.empty()) {
        check.verdict = waiting > longest_unanchored ? Verdict::critical : Verdict::warning;
    }
    return check;
}

Check growth(const std::optional<GrowthFigures>& figures) {
    Check check{.id = "growth", .unit = "events per day", .threshold = "for information"};
    if (!figures) {
        check.value = "not read";
        check.advice = "counting the last seven days took too long, or the log cannot be read";
        return check;
    }
    if (figures->observed < least_observed || figures->events < least_events) {
        check.value =
            fmt::format("{} events in {}", figures->recent_events, shown(figures->observed));
        check.advice = "a forecast needs a day and a thousand events";
        return check;
    }
    const double per_day =
        static_cast<double>(figures->recent_events) / (seconds(figures->observed) / 86400);
    const double bytes =
        static_cast<double>(figures->log_bytes) / static_cast<double>(figures->events);
    check.measured = per_day;
    check.value = fmt::format("{:.0f} events a day of {:.0f} bytes: {:.2f} GB a year", per_day,
                              bytes, per_day * bytes * 365 / 1e9);
    return check;
}

}  // namespace

void add_gateway_checks(std::vector<Check>& checks, const DatabaseReport& report) {
    checks.push_back(migrations(report.schema));
    checks.push_back(privileges(report));
    checks.push_back(indexes(report));
    checks.push_back(audit_head(report));
    if (report.audit) {
        checks.push_back(audit_intents(*report.audit));
        checks.push_back(checkpoint(*report.audit));
        checks.push_back(anchor(*report.audit, report.anchoring));
        checks.push_back(growth(report.growth));
    }
}

}  // namespace rgw::storage
