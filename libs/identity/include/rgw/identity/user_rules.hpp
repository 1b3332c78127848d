#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"
#include "rgw/identity/user_directory.hpp"

// What may become of users (spec http-api §14.2). The sentences of the errors are matched by
// clients.
namespace rgw::identity {

// Known, assignable to users, each once, at least one. Error: invalid_request.
[[nodiscard]] Result<std::vector<std::string>> check_roles(std::span<const std::string> roles);
// Trimmed, 1 to 120 characters, no control characters. Error: invalid_request.
[[nodiscard]] Result<std::string> check_user_name(std::string_view name);

struct UserRequest {
    std::string email;
    std::string name;
    std::vector<std::string> roles;
};
// Error: invalid_request.
[[nodiscard]] Result<NewUser> check_new_user(const UserRequest& request,
                                             std::optional<UserId> created_by);

// What somebody wants of a user; a blank name counts as none.
struct UserUpdate {
    std::optional<std::string> email;
    std::optional<std::string> name;
    std::optional<std::vector<std::string>> roles;
};
// The same in the form it is stored; nothing is written before all of it is sound. Error:
// invalid_request.
[[nodiscard]] Result<UserUpdate> check_update(UserUpdate update);

// The rules, each for one change. Errors: own_account (one's own roles, deleting oneself),
// last_admin (of those who can sign in, one admin must remain).
[[nodiscard]] UserRule updating(UserUpdate checked, UserId actor);
[[nodiscard]] UserRule locking(std::string reason, UserId actor);
[[nodiscard]] UserRule unlocking();
[[nodiscard]] UserRule removing(UserId actor);
// At a sign-in: the roles the identity provider vouches for. The last admin stays one: then the
// roles stay as they are.
[[nodiscard]] UserRule following_claims(std::vector<std::string> roles);

}  // namespace rgw::identity
