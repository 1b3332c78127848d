#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rgw/access/permission.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"

namespace rgw::identity {

struct User {
    UserId id;
    std::string email;
    std::string name;
    std::vector<std::string> roles;
    bool suspended = false;
    bool locked = false;
    bool mfa_enrolled = false;
    bool mfa_enforced = false;  // for this user, whatever the settings say
};

// What the user's roles give together; nothing while suspended or locked. A role of another
// version's gives nothing.
[[nodiscard]] access::PermissionSet permissions_of(const User& user);

struct SeedUser {
    std::string email;
    std::string name;
    std::vector<std::string> roles;
};

// The port the PostgreSQL store implements (libs/storage); a memory store passes the same contract
// test.
class UserStore {
public:
    virtual ~UserStore() = default;
    // `email` as parse_email() gives it.
    virtual async::Task<Result<std::optional<User>>> find_by_email(std::string email,
                                                                   Deadline deadline) = 0;
    // Binds the user to the provider's own key of the person, the first time; afterwards whether it
    // is the same. False also when that key is somebody else's already, the user is gone, or has
    // another address by now: a new address is a new person.
    virtual async::Task<Result<bool>> bind_identity(UserId user, std::string email,
                                                    std::string issuer, std::string subject,
                                                    Deadline deadline) = 0;
    // Inserts all of them if the table is empty, in one transaction; else nothing. Returns how
    // many. Any number of replicas may try at once: one succeeds.
    virtual async::Task<Result<std::int64_t>> seed_if_empty(std::vector<SeedUser> users,
                                                            Deadline deadline) = 0;
};

}  // namespace rgw::identity
