#include "rgw/identity/person.hpp"

namespace rgw::identity {

NextStep next_step(const User& user, MfaRequired required) {
    const bool enforced = required == MfaRequired::yes || user.mfa_enforced;
    if (!enforced) {
        return NextStep::enter;
    }
    return user.mfa_enrolled ? NextStep::challenge : NextStep::enroll;
}

Result<void> may_sign_in(const User& user) {
    if (user.locked) {
        return Errc::owner_locked;
    }
    if (user.suspended) {
        return Errc::owner_suspended;
    }
    return {};
}

async::Task<Result<User>> find_person(PersonStores stores, std::string issuer, IdTokenClaims claims,
                                      Deadline deadline) {
    const auto found = co_await stores.users.find_by_email(claims.email, deadline);
    if (!found) {
        co_return found.error();
    }
    if (!*found) {
        co_return Error(Errc::sign_in_refused, "user: there is none of this address");
    }
    const User& user = **found;
    const Result<void> allowed = may_sign_in(user);
    if (!allowed) {
        co_return allowed.error();
    }
    const Result<bool> bound = co_await stores.users.bind_identity(
        user.id, user.email, std::move(issuer), claims.subject, deadline);
    if (!bound) {
        co_return bound.error();
    }
    if (!*bound) {
        co_return Error(Errc::sign_in_refused, "user: the address belonged to another person");
    }
    Result<User> followed = co_await stores.roles.follow(user, std::move(claims.groups), deadline);
    co_return followed;
}

}  // namespace rgw::identity
