#include "failure.hpp"

#include <libpq-fe.h>

#include <charconv>

#include "rgw/base/text.hpp"

namespace rgw::pg {
namespace {

std::string field(const pg_result* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text != nullptr ? text : "";
}

}  // namespace

Failure read_failure(const pg_result* result) {
    Failure failure;
    failure.sqlstate = field(result, PG_DIAG_SQLSTATE);
    failure.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    failure.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    failure.context = field(result, PG_DIAG_CONTEXT);
    failure.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    const std::string position = field(result, PG_DIAG_STATEMENT_POSITION);
    std::from_chars(position.data(), position.data() + position.size(), failure.position);
    const std::string severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    failure.fatal = severity == "FATAL" || severity == "PANIC";
    if (failure.message.empty()) {
        failure.message = on_one_line(PQresultErrorMessage(result));
    }
    return failure;
}

bool spoils_connection(const Failure& failure) {
    constexpr std::string_view read_only = "25006";
    constexpr std::string_view plan_does_not_fit = "0A000";
    constexpr std::string_view statement_unknown = "26000";
    return failure.fatal || failure.sqlstate == read_only ||
           failure.sqlstate == plan_does_not_fit || failure.sqlstate == statement_unknown;
}

Errc code_of(std::string_view sqlstate) {
    if (sqlstate.empty()) {
        return Errc::database_unavailable;  // libpq's own: the connection is gone
    }
    if (sqlstate == "57014" || sqlstate == "55P03") {  // statement_timeout or cancel, lock_timeout
        return Errc::database_timeout;
    }
    const std::string_view family = sqlstate.substr(0, 2);
    if (family == "23" || sqlstate == "40001" || sqlstate == "40P01") {
        return Errc::database_conflict;
    }
    // connection, resources, operator intervention, system error, read-only after a failover
    if (family == "08" || family == "53" || family == "57" || family == "58" ||
        sqlstate == "25006") {
        return Errc::database_unavailable;
    }
    return Errc::database_rejected;
}

Error statement_error(const Failure& failure, std::string_view statement) {
    const Errc code = code_of(failure.sqlstate);
    if (!failure.constraint.empty() && failure.sqlstate.starts_with("23")) {
        return {code, failure.constraint};
    }
    std::string detail = failure.sqlstate + (failure.sqlstate.empty() ? "in " : " in ");
    detail += statement.empty() ? "an unnamed statement" : statement;
    detail += ": ";
    detail += failure.sqlstate.starts_with("22") ? "a value is not acceptable (not shown)"
                                                 : failure.message;
    return {code, std::move(detail)};
}

Error script_error(const Failure& failure) {
    std::string detail =
        failure.sqlstate.empty() ? failure.message : failure.sqlstate + " " + failure.message;
    if (!failure.detail.empty()) {
        detail += " (" + on_one_line(failure.detail) + ")";
    }
    if (!failure.context.empty()) {
        detail += " [" + on_one_line(failure.context) + "]";
    }
    return {code_of(failure.sqlstate), std::move(detail)};
}

std::string on_one_line(std::string_view text) {
    std::string line;
    for (const std::string& part : split_list(text, '\n')) {
        line += line.empty() ? "" : "; ";
        line += trim(part);
    }
    return line;
}

}  // namespace rgw::pg
