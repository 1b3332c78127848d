#include "cli_refusals.hpp"

#include <utility>

#include "rgw/crypto/encoding.hpp"

namespace rgw::identity {
namespace {

constexpr std::size_t state_characters = 43;

bool is_ours(const Error& error) {
    return info(error.code).http_status >= 500;
}

}  // namespace

bool is_state(std::string_view text) {
    return text.size() == state_characters && crypto::parse_base64url(text).has_value();
}

std::string_view told(CliFault fault) {
    switch (fault) {
        case CliFault::expired:
            return "invalid or expired state";
        case CliFault::incomplete:
            return "nobody has signed in yet";
        case CliFault::exchange_failed:
            return "login_failed";
        case CliFault::unauthorized:
            return "user not authorized";
        case CliFault::enrollment_required:
            return "You must set up multi-factor authentication before you can continue using the "
                   "CLI.";
        case CliFault::factor_required:
            return "a second factor is needed to approve this login";
        case CliFault::denied:
            return "the login was denied in the browser";
        case CliFault::decided:
            return "the login was approved before";
        case CliFault::unavailable:
            return "failed to load login state";
    }
    return "";
}

CliRefusal refused(CliFault fault, const char* why, std::string email) {
    return {.fault = fault, .error = Error(Errc::sign_in_refused, why), .email = std::move(email)};
}
CliRefusal ours(Error error) {
    return {.fault = CliFault::unavailable, .error = std::move(error), .email = ""};
}

std::optional<CliFault> end_of(const CliLogin& login) {
    if (login.denied_at) {
        return CliFault::denied;
    }
    if (login.error.empty()) {
        return std::nullopt;
    }
    for (const CliFault fault : {CliFault::unauthorized, CliFault::enrollment_required}) {
        if (login.error == told(fault)) {
            return fault;
        }
    }
    return CliFault::exchange_failed;
}

const char* why_over(const std::optional<CliLogin>& login, Timestamp now) {
    if (!login || login->flow != LoginFlow::browser) {
        return "login: there is no such state";
    }
    return login->expires_at <= now ? "login: it took too long"
                                    : "login: the state was used before";
}

CliRefusal refused(CliFault otherwise, Error error, std::string email) {
    const CliFault fault = is_ours(error) ? CliFault::unavailable : otherwise;
    return {.fault = fault, .error = std::move(error), .email = std::move(email)};
}

}  // namespace rgw::identity
