#pragma once

#include <cstdint>
#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/claimed_roles.hpp"
#include "rgw/identity/id_token.hpp"
#include "rgw/identity/user_store.hpp"

namespace rgw::identity {

// Whether the settings ask a second factor of everybody.
enum class MfaRequired : std::uint8_t { no, yes };

// Whether a second factor stands between a person and what they came for.
enum class NextStep : std::uint8_t { enter, enroll, challenge };
[[nodiscard]] NextStep next_step(const User& user, MfaRequired required);

// Error: owner_locked, owner_suspended.
[[nodiscard]] Result<void> may_sign_in(const User& user);

// The user the provider vouches for: one that exists and may sign in, bound to the provider's own
// key of the person at the first sign-in, because an address can be given to somebody else. Nobody
// becomes a user by signing in. Their roles follow the claims where these are mapped. The stores
// outlive the call. Errors: sign_in_refused with the reason; owner_locked, owner_suspended;
// database_*; audit_unavailable.
struct PersonStores {
    UserStore& users;
    ClaimedRoles& roles;
};
async::Task<Result<User>> find_person(PersonStores stores, std::string issuer, IdTokenClaims claims,
                                      Deadline deadline);

// A sign-in that failed, with the user as far as one is known, for its event.
struct SignInRefusal {
    Error error;
    std::string email;  // "" when the provider did not vouch for one
};
[[noreturn]] inline void throw_exception_from_error(const SignInRefusal& refusal,
                                                    const boost::source_location&) {
    throw ErrorException(refusal.error);
}

}  // namespace rgw::identity
