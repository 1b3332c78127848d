#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rgw {

// Every outcome a caller may branch on. The table in error.cpp gives each its HTTP status, its
// public id (the reason code in answers and audit events) and its fixed public sentence.
enum class Errc : std::uint8_t {
    // what the caller sent
    bad_request,
    bad_target,
    bad_query,
    bad_header,
    bad_body,
    body_too_large,
    head_too_large,
    method_unknown,
    length_required,
    expectation_failed,
    route_unknown,
    upgrade_refused,
    invalid_request,
    // who the caller is
    credential_missing,
    credential_malformed,
    credential_ambiguous,
    token_unknown,
    token_expired,
    session_expired,
    session_revoked,
    owner_locked,
    owner_suspended,
    peer_rate_limited,
    rate_limited,
    sign_in_refused,
    sign_in_unavailable,
    guesses_exhausted,
    // what the caller may do
    csrf_refused,
    permission_denied,
    person_required,
    mfa_step_up_required,
    mfa_required,
    mfa_enrollment_required,
    mfa_verification_failed,
    invalid_mfa_type,
    factor_refused,
    factor_unavailable,
    destructive_disabled,
    env_change_refused,
    env_conflict,
    host_refused,
    origin_refused,
    own_account,
    last_admin,
    rights_exceeded,
    // the rack
    rack_unreachable,
    rack_timeout,
    rack_tls_untrusted,
    rack_credential_refused,
    rack_answer_invalid,
    rack_connection_lost,
    rack_pinning_off,
    client_gone,
    // ourselves
    audit_unavailable,
    audit_outcome_pending,
    database_unavailable,
    database_timeout,
    database_conflict,
    database_rejected,
    object_storage_unavailable,
    overloaded,
    shutting_down,
    timed_out,
    connection_closed,
    cancelled,
    configuration_invalid,
    not_found,
    already_exists,
    invalid_value,
    internal,
};

enum class Detail : std::uint8_t {
    hidden,    // for the log only
    appended,  // sentence, colon, detail
    instead,   // the detail is a whole sentence of ours; the table's stands in when it is empty
};

struct ErrorInfo {
    Errc code;
    std::uint16_t http_status;
    std::string_view id;        // stable, snake_case, public
    Detail detail;              // whether Error::detail may be shown to the caller
    std::string_view sentence;  // public; names no host, no path of ours, no secret
};

[[nodiscard]] const ErrorInfo& info(Errc code);
[[nodiscard]] inline std::string_view id(Errc code) {
    return info(code).id;
}

// `detail` is for the operator's log; it reaches the caller only where the table allows it.
struct Error {
    Errc code = Errc::internal;
    std::string detail;

    Error() = default;
    Error(Errc c) : code(c) {}  // NOLINT(google-explicit-constructor): an Errc is an Error
    Error(Errc c, std::string d) : code(c), detail(std::move(d)) {}
};

// The sentence for the caller: the table's, with the detail as far as the table allows it.
[[nodiscard]] std::string public_message(const Error& error);
// "id: detail", for logs and start-up messages.
[[nodiscard]] std::string describe(const Error& error);

template <class T = void>
using Result = boost::system::result<T, Error>;

// What Result::value() throws when there is an error: broken expectations, caught at the
// boundaries.
class ErrorException : public std::exception {
public:
    explicit ErrorException(Error error) : error_(std::move(error)), what_(describe(error_)) {}
    [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }
    [[nodiscard]] const Error& error() const { return error_; }

private:
    Error error_;
    std::string what_;
};

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

}  // namespace rgw
