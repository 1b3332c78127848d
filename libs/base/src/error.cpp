#include "rgw/base/error.hpp"

#include <array>
#include <cstddef>

namespace rgw {
namespace {

using enum Detail;

// In the order of the enum; info() checks that at compile time.
// clang-format off
constexpr auto table = std::to_array<ErrorInfo>({
    {Errc::bad_request,             400, "bad_request",             appended, "The request is not valid HTTP/1.1"},
    {Errc::bad_target,              400, "bad_target",              appended, "The path is not acceptable"},
    {Errc::bad_query,               400, "bad_query",               appended, "The query string is not acceptable for this route"},
    {Errc::bad_header,              400, "bad_header",              appended, "A header is not acceptable"},
    {Errc::bad_body,                400, "bad_body",                appended, "The body is not acceptable for this route"},
    {Errc::body_too_large,          413, "body_too_large",          appended, "The body is larger than this route allows"},
    {Errc::head_too_large,          431, "head_too_large",          appended, "The request head is too large"},
    {Errc::method_unknown,          501, "method_unknown",          hidden,   "The method is not supported"},
    {Errc::length_required,         411, "length_required",         hidden,   "The request needs a length"},
    {Errc::expectation_failed,      417, "expectation_failed",      hidden,   "The expectation is not supported"},
    {Errc::route_unknown,           404, "route_unknown",           hidden,   "page not found"},
    {Errc::upgrade_refused,         501, "upgrade_refused",         hidden,   "Upgrades are not served on this route"},
    {Errc::invalid_request,         400, "invalid_request",         instead,  "invalid request"},
    {Errc::credential_missing,      401, "credential_missing",      instead,  "CLI authentication required - provide Authorization header"},
    {Errc::credential_malformed,    401, "credential_malformed",    instead,  "invalid authorization type for CLI access"},
    {Errc::credential_ambiguous,    401, "credential_ambiguous",    hidden,   "browser session cookies are not permitted for CLI routes"},
    {Errc::token_unknown,           401, "token_unknown",           hidden,   "The credential is not valid"},
    {Errc::token_expired,           401, "token_expired",           hidden,   "The API token has expired"},
    {Errc::session_expired,         401, "session_expired",         hidden,   "The session has expired; sign in again"},
    {Errc::session_revoked,         401, "session_revoked",         hidden,   "The session was ended; sign in again"},
    {Errc::owner_locked,            401, "owner_locked",            hidden,   "The account is locked"},
    {Errc::owner_suspended,         401, "owner_suspended",         hidden,   "The account is suspended"},
    {Errc::peer_rate_limited,       429, "peer_rate_limited",       hidden,   "Too many failed attempts from this address; wait a minute"},
    {Errc::rate_limited,            429, "rate_limited",            hidden,   "Too many requests of this kind; wait a little"},
    {Errc::sign_in_refused,         401, "sign_in_refused",         hidden,   "Signing in was refused"},
    {Errc::sign_in_unavailable,     503, "sign_in_unavailable",     hidden,   "Signing in is not available now; try again"},
    {Errc::guesses_exhausted,       429, "guesses_exhausted",       hidden,   "Too many wrong codes; wait ten minutes"},
    {Errc::csrf_refused,            403, "csrf_refused",            hidden,   "invalid CSRF token"},
    {Errc::permission_denied,       403, "permission_denied",       instead,  "permission denied"},
    {Errc::person_required,         403, "person_required",         hidden,   "API tokens cannot do this: it needs a person who confirms it with a second factor"},
    {Errc::mfa_step_up_required,    401, "mfa_step_up_required",    hidden,   "A second factor is needed for this"},
    {Errc::mfa_required,            401, "mfa_required",            hidden,   "A second factor is needed with this very request"},
    {Errc::mfa_enrollment_required, 403, "mfa_enrollment_required", hidden,   "You must set up multi-factor authentication before you can continue"},
    {Errc::mfa_verification_failed, 401, "mfa_verification_failed", hidden,   "MFA verification failed"},
    {Errc::invalid_mfa_type,        400, "invalid_mfa_type",        hidden,   "The kind of second factor is not known: totp or webauthn"},
    {Errc::factor_refused,          400, "factor_refused",          instead,  "verification failed"},
    {Errc::factor_unavailable,      503, "factor_unavailable",      hidden,   "The second factor cannot be checked now; try again, or use another"},
    {Errc::destructive_disabled,    403, "destructive_disabled",    hidden,   "Destructive actions are disabled; an admin can allow them in the settings"},
    {Errc::env_change_refused,      403, "env_change_refused",      appended, "The environment cannot be changed like this"},
    {Errc::env_conflict,            409, "env_conflict",            instead,  "The environment was changed meanwhile; read it again"},
    {Errc::host_refused,            400, "host_refused",            hidden,   "invalid host"},
    {Errc::origin_refused,          403, "origin_refused",          hidden,   "invalid origin"},
    {Errc::own_account,             400, "own_account",             instead,  "Nobody does this to their own account"},
    {Errc::last_admin,              409, "last_admin",              hidden,   "One admin who can sign in must remain"},
    {Errc::rights_exceeded,         403, "rights_exceeded",         instead,  "A token cannot hold more than its creator"},
    {Errc::rack_unreachable,        502, "rack_unreachable",        hidden,   "The rack cannot be reached"},
    {Errc::rack_timeout,            504, "rack_timeout",            hidden,   "The rack did not answer in time"},
    {Errc::rack_tls_untrusted,      502, "rack_tls_untrusted",      hidden,   "The rack's certificate is not trusted; the gateway's log says which settings answer that"},
    {Errc::rack_credential_refused, 502, "rack_credential_refused", hidden,   "The rack refused the gateway's own credential"},
    {Errc::rack_answer_invalid,     502, "rack_answer_invalid",     hidden,   "The rack's answer cannot be relayed safely"},
    {Errc::rack_connection_lost,    502, "rack_connection_lost",    hidden,   "The connection to the rack was lost"},
    {Errc::rack_pinning_off,        501, "rack_pinning_off",        hidden,   "rack certificate manager not configured"},
    {Errc::client_gone,             499, "client_gone",             hidden,   "The client closed the connection"},
    {Errc::audit_unavailable,       503, "audit_unavailable",       hidden,   "The audit log cannot be written, so nothing was done; try again"},
    {Errc::audit_outcome_pending,   503, "audit_outcome_pending",   hidden,   "The action was sent to the rack, but its outcome is not recorded yet; check before repeating it"},
    {Errc::database_unavailable,    503, "database_unavailable",    hidden,   "The database is not available; try again"},
    {Errc::database_timeout,        503, "database_timeout",        hidden,   "The database did not answer in time; try again"},
    {Errc::database_conflict,       409, "database_conflict",       hidden,   "The change conflicts with what is stored"},
    {Errc::database_rejected,       500, "database_rejected",       hidden,   "Internal error"},
    {Errc::object_storage_unavailable, 503, "object_storage_unavailable", hidden, "The object storage is not available now; try again"},
    {Errc::overloaded,              503, "overloaded",              hidden,   "The gateway is at its limit; try again"},
    {Errc::shutting_down,           503, "shutting_down",           hidden,   "The gateway is shutting down; try again"},
    {Errc::timed_out,               408, "timed_out",               hidden,   "The request took too long to arrive"},
    {Errc::connection_closed,       400, "connection_closed",       hidden,   "The connection was closed"},
    {Errc::cancelled,               503, "cancelled",               hidden,   "The call was cancelled"},
    {Errc::configuration_invalid,   500, "configuration_invalid",   hidden,   "The configuration is not valid"},
    {Errc::not_found,               404, "not_found",               instead,  "Not found"},
    {Errc::already_exists,          409, "already_exists",          instead,  "It exists already"},
    {Errc::invalid_value,           400, "invalid_value",           appended, "The value is not valid"},
    {Errc::internal,                500, "internal",                hidden,   "Internal error"},
});
// clang-format on

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
