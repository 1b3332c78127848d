#pragma once

#include <memory>
#include <optional>
#include <string>

#include "rgw/access/permission.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/id.hpp"

namespace rgw::identity {

// Who makes a call. Immutable; shared between calls by the cache. For an API token `permissions` is
// the token's own list, never its owner's roles (design §2.4).
struct Principal {
    UserId user_id;
    std::string email;
    std::string name;
    std::optional<ApiTokenId> api_token_id;
    std::string api_token_name;
    access::PermissionSet permissions;
    std::optional<Timestamp> expires_at;
    std::string credential_hash;  // SHA-256 of the credential, hex: what Authenticator::renew() asks by
};

using PrincipalPtr = std::shared_ptr<const Principal>;

}  // namespace rgw::identity
