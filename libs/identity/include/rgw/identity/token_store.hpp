#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"

namespace rgw::identity {

// A stored API token with its owner, as one query gives them.
struct TokenRecord {
    ApiTokenId id;
    std::string name;
    std::vector<std::string> permissions;
    std::optional<Timestamp> expires_at;
    UserId owner_id;
    std::string owner_email;
    std::string owner_name;
    bool owner_suspended = false;
    bool owner_locked = false;
};

// The port the PostgreSQL store implements (libs/storage); a memory store passes the same contract
// test.
class TokenStore {
public:
    virtual ~TokenStore() = default;
    virtual async::Task<Result<std::optional<TokenRecord>>> find_by_hash(std::string hash,
                                                                         Deadline deadline) = 0;
    // Sets last_used_at of all these at once.
    virtual async::Task<Result<void>> touch(std::vector<ApiTokenId> tokens, Timestamp at,
                                            Deadline deadline) = 0;
};

}  // namespace rgw::identity
