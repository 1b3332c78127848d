#include "rgw/base/error.hpp"

#include <array>
#include <cstddef>

namespace rgw {
namespace {

using enum Detail;

// In the order of the enum; info() checks that at compile time.
constexpr auto table = std::to_array<ErrorInfo>({
    {Errc::bad_request, 400, "bad_request", "The request is not valid HTTP/1.1", appended},
    {Errc::bad_target, 400, "bad_target", "The path is not acceptable", appended},
    {Errc::bad_query, 400, "bad_query", "The query string is not acceptable for this route",
     appended},
    {Errc::bad_header, 400, "bad_header", "A header is not acceptable", appended},
    {Errc::bad_body, 400, "bad_body", "The body is not acceptable for this route", appended},
    {Errc::body_too_large, 413, "body_too_large", "The body is larger than this route allows",
     appended},
    {Errc::head_too_large, 431, "head_too_large", "The request head is too large", appended},
    {Errc::method_unknown, 501, "method_unknown", "The method is not supported", hidden},
    {Errc::length_required, 411, "length_required", "The request needs a length", hidden},
    {Errc::expectation_failed, 417, "expectation_failed", "The expectation is not supported",
     hidden},
    {Errc::route_unknown, 404, "route_unknown", "page not found", hidden},
    {Errc::upgrade_refused, 501, "upgrade_refused", "Upgrades are not served on this route",
     hidden},
    {Errc::credential_missing, 401, "credential_missing",
     "CLI authentication required - provide Authorization header", hidden},
    {Errc::credential_malformed, 401, "credential_malformed",
     "invalid authorization type for CLI access", instead},
    {Errc::credential_ambiguous, 401, "credential_ambiguous",
     "browser session cookies are not permitted for CLI routes", hidden},
    {Errc::token_unknown, 401, "token_unknown", "The credential is not valid", hidden},
    {Errc::token_expired, 401, "token_expired", "The API token has expired", hidden},
    {Errc::owner_locked, 401, "owner_locked", "The account is locked", hidden},
    {Errc::owner_suspended, 401, "owner_suspended", "The account is suspended", hidden},
    {Errc::peer_rate_limited, 429, "peer_rate_limited",
     "Too many failed attempts from this address; wait a minute", hidden},
    {Errc::permission_denied, 403, "permission_denied", "permission denied", instead},
    {Errc::destructive_disabled, 403, "destructive_disabled",
     "Destructive actions are disabled; an admin can allow them in the settings", hidden},
    {Errc::env_change_refused, 403, "env_change_refused",
     "Changing the environment through the gateway is not available", appended},
    {Errc::rack_unreachable, 502, "rack_unreachable", "The rack cannot be reached", hidden},
    {Errc::rack_timeout, 504, "rack_timeout", "The rack did not answer in time", hidden},
    {Errc::rack_tls_untrusted, 502, "rack_tls_untrusted", "The rack's certificate is not trusted",
     hidden},
    {Errc::rack_credential_refused, 502, "rack_credential_refused",
     "The rack refused the gateway's own credential", hidden},
    {Errc::rack_answer_invalid, 502, "rack_answer_invalid",
     "The rack's answer cannot be relayed safely", hidden},
    {Errc::rack_connection_lost, 502, "rack_connection_lost", "The connection to the rack was lost",
     hidden},
    {Errc::client_gone, 499, "client_gone", "The client closed the connection", hidden},
    {Errc::audit_unavailable, 503, "audit_unavailable",
     "The audit log cannot be written, so nothing was done; try again", hidden},
    {Errc::audit_outcome_pending, 503, "audit_outcome_pending",
     "The action was sent to the rack, but its outcome is not recorded yet; check before repeating "
     "it",
     hidden},
    {Errc::database_unavailable, 503, "database_unavailable",
     "The database is not available; try again", hidden},
    {Errc::database_timeout, 503, "database_timeout",
     "The database did not answer in time; try again", hidden},
    {Errc::database_conflict, 409, "database_conflict", "The change conflicts with what is stored",
     hidden},
    {Errc::database_rejected, 500, "database_rejected", "Internal error", hidden},
    {Errc::overloaded, 503, "overloaded", "The gateway is at its limit; try again", hidden},
    {Errc::shutting_down, 503, "shutting_down", "The gateway is shutting down; try again", hidden},
    {Errc::timed_out, 408, "timed_out", "The request took too long to arrive", hidden},
    {Errc::connection_closed, 400, "connection_closed", "The connection was closed", hidden},
    {Errc::cancelled, 503, "cancelled", "The call was cancelled", hidden},
    {Errc::configuration_invalid, 500, "configuration_invalid", "The configuration is not valid",
     hidden},
    {Errc::not_found, 404, "not_found", "Not found", appended},
    {Errc::already_exists, 409, "already_exists", "It exists already", appended},
    {Errc::invalid_value, 400, "invalid_value", "The value is not valid", appended},
    {Errc::internal, 500, "internal", "Internal error", hidden},
});

consteval bool in_order() {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (static_cast<std::size_t>(table[i].code) != i) {
            return false;
        }
    }
    return table.size() == static_cast<std::size_t>(Errc::internal) + 1;
}
static_assert(in_order(), "the error table must list every Errc, in the order of the enum");

}  // namespace

const ErrorInfo& info(Errc code) {
    return table[static_cast<std::size_t>(code)];
}

std::string public_message(const Error& error) {
    const ErrorInfo& entry = info(error.code);
    if (entry.detail == hidden || error.detail.empty()) {
        return std::string(entry.sentence);
    }
    if (entry.detail == instead) {
        return error.detail;
    }
    return std::string(entry.sentence) + ": " + error.detail;
}

std::string describe(const Error& error) {
    std::string text(id(error.code));
    if (!error.detail.empty()) {
        text += ": ";
        text += error.detail;
    }
    return text;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw ErrorException(error);
}

}  // namespace rgw
