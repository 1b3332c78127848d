#include "rgw/identity/user_rules.hpp"

#include <algorithm>
#include <utility>

#include "plain_text.hpp"
#include "rgw/access/role.hpp"
#include "rgw/base/text.hpp"
#include "rgw/identity/seed.hpp"

namespace rgw::identity {
namespace {

constexpr std::size_t longest_name = 120;
constexpr std::size_t longest_reason = 1000;

bool is_admin(std::span<const std::string> roles) {
    return std::ranges::find(roles, access::info(access::Role::admin).name) != roles.end();
}

bool leaves_no_admin(const UserAtStake& stake) {
    const User& user = stake.user.user;
    return is_admin(user.roles) && !user.locked && !user.suspended && stake.other_admins == 0;
}

access::PermissionSet rights_of(std::span<const std::string> roles) {
    access::PermissionSet rights;
    for (const std::string& name : roles) {
        if (const auto role = access::find_role(name)) {
            rights |= access::permissions(*role);
        }
    }
    return rights;
}

// Whoever took up a session before its person could do more must not be able to do more with it.
// Fewer rights act on the sessions there are.
std::string end_of_sessions(const User& user, std::span<const std::string> roles) {
    return rights_of(user.roles).includes(rights_of(roles)) ? "" : "rights grew: a new sign-in";
}

Result<std::string> check_email(std::string_view text) {
    if (trim(text).empty()) {
        return Error(Errc::invalid_request, "email cannot be empty");
    }
    Result<std::string> email = parse_email(text);
    return email ? email : Error(Errc::invalid_request, "email is not an address");
}

}  // namespace

Result<std::vector<std::string>> check_roles(std::span<const std::string> roles) {
    if (roles.empty()) {
        return Error(Errc::invalid_request, "roles cannot be empty");
    }
    std::vector<std::string> checked;
    for (const std::string& name : roles) {
        const auto role = access::find_role(name);
        if (!role || !access::info(*role).assignable_to_users) {
            return Error(Errc::invalid_request, "invalid role: " + name);
        }
        if (std::ranges::find(checked, name) == checked.end()) {
            checked.push_back(name);
        }
    }
    return checked;
}

Result<std::string> check_user_name(std::string_view name) {
    const std::string_view trimmed = trim(name);
    if (trimmed.empty()) {
        return Error(Errc::invalid_request, "name cannot be empty");
    }
    if (!is_plain_text(trimmed, longest_name)) {
        return Error(Errc::invalid_request, "name must be one line of at most 120 characters");
    }
    return std::string(trimmed);
}

Result<NewUser> check_new_user(const UserRequest& request, std::optional<UserId> created_by) {
    Result<std::string> email = check_email(request.email);
    if (!email) {
        return email.error();
    }
    Result<std::string> name = check_user_name(request.name);
    if (!name) {
        return name.error();
    }
    Result<std::vector<std::string>> roles = check_roles(request.roles);
    if (!roles) {
        return roles.error();
    }
    return NewUser{.email = std::move(*email),
                   .name = std::move(*name),
                   .roles = std::move(*roles),
                   .created_by = created_by};
}

Result<UserUpdate> check_update(UserUpdate update) {
    if (!update.email && !update.name && !update.roles) {
        return Error(Errc::invalid_request, "no fields provided");
    }
    if (update.email) {
        Result<std::string> email = check_email(*update.email);
        if (!email) {
            return email.error();
        }
        update.email = std::move(*email);
    }
    if (update.name && trim(*update.name).empty()) {
        update.name.reset();
    } else if (update.name) {
        Result<std::string> name = check_user_name(*update.name);
        if (!name) {
            return name.error();
        }
        update.name = std::move(*name);
    }
    if (update.roles) {
        Result<std::vector<std::string>> roles = check_roles(*update.roles);
        if (!roles) {
            return roles.error();
        }
        update.roles = std::move(*roles);
    }
    return update;
}

UserRule updating(UserUpdate checked, UserId actor) {
    return [checked = std::move(checked), actor](const UserAtStake& stake) -> Result<UserChange> {
        const User& user = stake.user.user;
        if (checked.roles && user.id == actor) {
            return Error(Errc::own_account, "cannot change your own roles");
        }
        if (checked.roles && !is_admin(*checked.roles) && leaves_no_admin(stake)) {
            return Errc::last_admin;
        }
        UserChange change{.name = checked.name, .roles = checked.roles};
        if (checked.roles) {
            change.sessions_end_because = end_of_sessions(user, *checked.roles);
        }
        if (checked.email && *checked.email != user.email) {
            change.email = checked.email;
            change.sessions_end_because = "e-mail address changed";
        }
        return change;
    };
}

UserRule locking(std::string reason, UserId actor) {
    return [reason = std::move(reason), actor](const UserAtStake& stake) -> Result<UserChange> {
        if (trim(reason).empty() || !is_text(reason, longest_reason)) {
            return Error(Errc::invalid_request, "invalid request");
        }
        if (leaves_no_admin(stake)) {
            return Errc::last_admin;
        }
        return UserChange{.fate = UserFate::is_locked,
                          .lock_reason = reason,
                          .locked_by = actor,
                          .sessions_end_because = "account locked"};
    };
}

UserRule unlocking() {
    return [](const UserAtStake&) -> Result<UserChange> {
        return UserChange{.fate = UserFate::is_unlocked};
    };
}

UserRule removing(UserId actor) {
    return [actor](const UserAtStake& stake) -> Result<UserChange> {
        if (stake.user.user.id == actor) {
            return Error(Errc::own_account, "cannot delete yourself");
        }
        if (leaves_no_admin(stake)) {
            return Errc::last_admin;
        }
        return UserChange{.fate = UserFate::is_removed};
    };
}

UserRule following_claims(std::vector<std::string> roles) {
    return [roles = std::move(roles)](const UserAtStake& stake) -> Result<UserChange> {
        if (!is_admin(roles) && leaves_no_admin(stake)) {
            return Errc::last_admin;
        }
        return UserChange{.roles = roles,
                          .sessions_end_because = end_of_sessions(stake.user.user, roles)};
    };
}

}  // namespace rgw::identity
