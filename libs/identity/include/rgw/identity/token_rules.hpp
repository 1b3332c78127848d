#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/access/permission.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/principal.hpp"
#include "rgw/identity/token_directory.hpp"

// What may become of API tokens (spec http-api §15, docs/adr/0010). The sentences of the errors are
// matched by clients.
namespace rgw::identity {

inline constexpr std::chrono::days default_token_life{90};
inline constexpr std::chrono::days longest_token_life{366};
inline constexpr std::chrono::minutes default_overlap{60};
inline constexpr std::chrono::minutes longest_overlap{7 * 24 * 60};

// Who deals with tokens: their own, unless they may see or manage everybody's. `permissions` is
// what they hold here and now: of an API token its own list.
struct TokenActor {
    UserId user;
    access::PermissionSet permissions;
    bool sees_all = false;
    bool manages_all = false;
};
[[nodiscard]] TokenActor actor_of(const Principal& principal);

[[nodiscard]] bool is_public_id(std::string_view text);

// What somebody wants to create; `role` counts only without permissions.
struct TokenRequest {
    std::string name;
    std::vector<std::string> permissions;
    std::optional<std::string> role;
    std::optional<Timestamp> expires_at;
};
// The token without its text and owner. Errors: invalid_request; rights_exceeded, naming the first
// permission the creator lacks.
[[nodiscard]] Result<NewToken> plan_token(const TokenRequest& request, const TokenActor& actor,
                                          Timestamp now);

// Error: permission_denied.
[[nodiscard]] Result<void> may_see(const TokenProfile& token, const TokenActor& actor);

// What is empty stays; an empty list of permissions takes all away.
struct TokenUpdate {
    std::optional<std::string> name;
    std::optional<std::vector<std::string>> permissions;
};
struct RotationRequest {
    std::chrono::minutes overlap = default_overlap;
    std::optional<Timestamp> expires_at;  // a new life; else it ends when it would have
};

// The rules, each for one change. All refuse another's token: permission_denied. Further errors:
// invalid_request, rights_exceeded. Taking permissions away is never refused; a rotation gives out
// a text of all the token holds, so that must be within the actor's own.
[[nodiscard]] TokenRule updating(TokenUpdate update, TokenActor actor);
[[nodiscard]] TokenRule rotating(RotationRequest request, std::string new_hash, TokenActor actor,
                                 Timestamp now);
[[nodiscard]] TokenRule removing(TokenActor actor);

}  // namespace rgw::identity
