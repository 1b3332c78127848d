#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"
#include "rgw/identity/user_store.hpp"

namespace rgw::identity {

// Somebody an entry names; there is none once they are deleted.
struct UserReference {
    UserId id;
    std::string email;
    std::string name;
};

struct UserLock {
    Timestamp at{};
    std::string reason;
    std::optional<UserReference> by;
};

// All there is to know about a user (spec http-api §14.1).
struct UserProfile {
    User user;
    Timestamp created_at{};
    Timestamp updated_at{};
    std::optional<Timestamp> mfa_enforced_at;
    std::optional<std::string> preferred_mfa_method;
    std::optional<UserLock> lock;
    std::optional<UserReference> created_by;
};

// Checked already (user_rules.hpp).
struct NewUser {
    std::string email;
    std::string name;
    std::vector<std::string> roles;
    std::optional<UserId> created_by;
};

enum class UserFate : std::uint8_t { stays, is_locked, is_unlocked, is_removed };

// What a rule lets happen to a user; what is empty stays as it is.
struct UserChange {
    std::optional<std::string> email;  // a new one also forgets who the provider says it was
    std::optional<std::string> name;
    std::optional<std::vector<std::string>> roles;
    UserFate fate = UserFate::stays;
    std::string lock_reason;
    std::optional<UserId> locked_by;
    std::string sessions_end_because;  // empty: they go on
};

// What a rule judges by: the user, and how many other admins can sign in. Both hold until what it
// decides is written.
struct UserAtStake {
    UserProfile user;
    std::int64_t other_admins = 0;
};
using UserRule = std::function<Result<UserChange>(const UserAtStake&)>;

struct ChangedUser {
    UserProfile before;
    UserProfile after;  // of a removed one: as before
};

// The port the PostgreSQL store implements (libs/storage); a memory store passes the same contract
// test. E-mail addresses as parse_email() gives them.
class UserDirectory {
public:
    virtual ~UserDirectory() = default;
    // The newest first.
    virtual async::Task<Result<std::vector<UserProfile>>> list(Deadline deadline) = 0;
    virtual async::Task<Result<std::optional<UserProfile>>> find(std::string email,
                                                                 Deadline deadline) = 0;
    // Error: already_exists. Never touches an entry that is there.
    virtual async::Task<Result<UserProfile>> create(NewUser user, Timestamp now,
                                                    Deadline deadline) = 0;
    // Asks `rule` what to do and does it, one change at a time on all replicas; what the rule
    // refuses changes nothing. The rule runs on the store's loop. Errors: not_found,
    // already_exists (the new address), the rule's.
    virtual async::Task<Result<ChangedUser>> change(std::string email, UserRule rule, Timestamp now,
                                                    Deadline deadline) = 0;
};

}  // namespace rgw::identity
