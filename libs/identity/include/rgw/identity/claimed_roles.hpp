#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/role_map.hpp"
#include "rgw/identity/user_directory.hpp"

namespace rgw::identity {

struct RoleChange {
    std::string email;
    std::string name;
    std::vector<std::string> before;
    std::vector<std::string> after;
};

// Where a change of roles is recorded that nobody but the identity provider asked for: before it is
// made, and what came of it.
class RoleChangeLog {
public:
    virtual ~RoleChangeLog() = default;
    // What end() is called with. Errors: the change must not be made then.
    virtual async::Task<Result<std::int64_t>> begin(RoleChange change) = 0;
    virtual async::Task<Result<void>> end(std::int64_t begun, RoleChange change,
                                          Result<void> outcome) = 0;
};

// The roles a provider vouches for become the user's at each sign-in, where a map says which group
// gives which (OIDC_ROLE_CLAIM, OIDC_ROLE_MAP); without a map they are what admins made them.
class ClaimedRoles {
public:
    struct Parts {
        std::vector<RoleMapping> map;  // empty: nothing changes
        UserDirectory& users;
        RoleChangeLog& log;
        const Clock& clock;
    };
    explicit ClaimedRoles(Parts parts) : parts_(std::move(parts)) {}

    // The user as they are afterwards. The last admin who can sign in stays as they are. Errors:
    // sign_in_refused when the groups give no role; those of the log and the directory.
    async::Task<Result<User>> follow(User user, std::vector<std::string> groups, Deadline deadline);

private:
    async::Task<Result<User>> change(User user, std::vector<std::string> roles, Deadline deadline);

    Parts parts_;
};

}  // namespace rgw::identity
