#include "rgw/identity/claimed_roles.hpp"

#include <algorithm>
#include <utility>

#include "rgw/identity/user_rules.hpp"

namespace rgw::identity {

async::Task<Result<User>> ClaimedRoles::follow(User user, std::vector<std::string> groups,
                                               Deadline deadline) {
    if (parts_.map.empty()) {
        co_return user;
    }
    std::vector<std::string> roles = roles_of(groups, parts_.map);
    if (roles.empty()) {
        co_return Error(Errc::sign_in_refused, "roles: the provider's groups give the user none");
    }
    if (std::ranges::is_permutation(roles, user.roles)) {
        co_return user;
    }
    Result<User> changed = co_await change(std::move(user), std::move(roles), deadline);
    co_return changed;
}

async::Task<Result<User>> ClaimedRoles::change(User user, std::vector<std::string> roles,
                                               Deadline deadline) {
    const RoleChange wanted{
        .email = user.email, .name = user.name, .before = user.roles, .after = roles};
    const Result<std::int64_t> begun = co_await parts_.log.begin(wanted);
    if (!begun) {
        co_return begun.error();
    }
    const Result<ChangedUser> changed = co_await parts_.users.change(
        user.email, following_claims(std::move(roles)), parts_.clock.now(), deadline);
    Result<void> outcome;
    if (!changed) {
        outcome = changed.error();
    }
    const Result<void> recorded = co_await parts_.log.end(*begun, wanted, outcome);
    if (!recorded) {
        co_return recorded.error();
    }
    if (changed) {
        user.roles = changed->after.user.roles;
    } else if (changed.error().code != Errc::last_admin) {
        co_return changed.error();
    }
    co_return user;
}

}  // namespace rgw::identity
