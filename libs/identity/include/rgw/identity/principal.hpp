#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rgw/access/permission.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/id.hpp"
#include "rgw/identity/session.hpp"

namespace rgw::identity {

// What a person's session adds to who they are.
struct SessionFacts {
    SessionId id;
    Channel channel = Channel::web;
    std::optional<Timestamp> mfa_verified_at;
    std::optional<Timestamp> recent_step_up_at;
    std::optional<std::int64_t> trusted_device_id;  // of mfa: the browser need not show a factor
    bool mfa_enrolled = false;
    bool mfa_enforced = false;  // by the user's own record, whatever the settings say
    std::optional<std::string> preferred_factor;  // "totp", "webauthn"
};

// Who makes a call: an API token or a person's session. Immutable; shared between calls by the
// cache. For an API token `permissions` is the token's own list, never its owner's roles (design
// §2.4); for a session it is what the user's roles give.
struct Principal {
    UserId user_id;
    std::string email;
    std::string name;
    std::optional<ApiTokenId> api_token_id;
    std::string api_token_name;
    std::optional<SessionFacts> session;
    std::vector<std::string> roles;  // of a person's session; empty for API tokens
    access::PermissionSet permissions;
    std::optional<Timestamp> expires_at;  // of a session: the absolute limit
    std::string
        credential_hash;  // SHA-256 of the credential, hex: what Authenticator::renew() asks by
};

using PrincipalPtr = std::shared_ptr<const Principal>;

}  // namespace rgw::identity
