#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"
#include "rgw/identity/user_store.hpp"

namespace rgw::identity {

// Trimmed and lower-cased: one '@' with something on both sides, no white space, at most 254 bytes.
// Error: invalid_value.
[[nodiscard]] Result<std::string> parse_email(std::string_view text);

// The four lists of the environment, as given.
struct SeedLists {
    std::vector<std::string> admin;       // ADMIN_USERS
    std::vector<std::string> deployer;    // DEPLOYER_USERS
    std::vector<std::string> operations;  // OPERATIONS_USERS
    std::vector<std::string> viewer;      // VIEWER_USERS
};

// The users of a fresh database, by address; one in several lists gets all their roles. They are
// only for an empty table (UserStore::seed_if_empty): a restart undoes nothing an admin has changed
// since. Error: configuration_invalid naming every variable with an address that is none.
[[nodiscard]] Result<std::vector<SeedUser>> seed_users(const SeedLists& lists);

}  // namespace rgw::identity
