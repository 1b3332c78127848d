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
#include "rgw/identity/user_directory.hpp"

namespace rgw::identity {

// All there is to know about an API token but its text (spec http-api §15).
struct TokenProfile {
    ApiTokenId id;
    std::string public_id;  // a UUID
    std::string name;
    UserReference owner;
    std::optional<UserReference> created_by;
    std::vector<std::string> permissions;
    Timestamp created_at{};
    std::optional<Timestamp> expires_at;
    std::optional<Timestamp> last_used_at;
    // While the text from before the last rotation is good, too.
    std::optional<Timestamp> old_text_until;
};

// Checked already (token_rules.hpp).
struct NewToken {
    std::string name;
    std::string hash;  // lower-case hex SHA-256 of the full token text
    UserId owner;
    std::optional<UserId> created_by;
    std::vector<std::string> permissions;
    std::optional<Timestamp> expires_at;
};

// A new text for a token; the one before is good until its time, the one before that no more.
struct TokenRotation {
    std::string hash;
    std::optional<Timestamp> old_text_until;  // empty: from now on only the new one
};

enum class TokenFate : std::uint8_t { stays, is_removed };

// What a rule lets happen to a token; what is empty stays as it is.
struct TokenChange {
    std::optional<std::string> name;
    std::optional<std::vector<std::string>> permissions;
    std::optional<Timestamp> expires_at;
    std::optional<TokenRotation> rotation;
    TokenFate fate = TokenFate::stays;
};
using TokenRule = std::function<Result<TokenChange>(const TokenProfile&)>;

struct ChangedToken {
    TokenProfile before;
    TokenProfile after;  // of a removed one: as before
};

// The port the PostgreSQL store implements (libs/storage); a memory store passes the same contract
// test. A public id that is no UUID finds nothing.
class TokenDirectory {
public:
    virtual ~TokenDirectory() = default;
    // The newest first; everybody's without an owner.
    virtual async::Task<Result<std::vector<TokenProfile>>> list(std::optional<UserId> owner,
                                                                Deadline deadline) = 0;
    virtual async::Task<Result<std::optional<TokenProfile>>> find(std::string public_id,
                                                                  Deadline deadline) = 0;
    // Errors: already_exists (the name is taken), not_found (no such owner).
    virtual async::Task<Result<TokenProfile>> create(NewToken token, Timestamp now,
                                                     Deadline deadline) = 0;
    // Asks `rule` what to do and does it, one change of a token at a time on all replicas. The rule
    // runs on the store's loop. Errors: not_found, already_exists (the new name), the rule's.
    virtual async::Task<Result<ChangedToken>> change(std::string public_id, TokenRule rule,
                                                     Deadline deadline) = 0;
};

}  // namespace rgw::identity
