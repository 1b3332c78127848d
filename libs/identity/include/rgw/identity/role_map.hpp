#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"

namespace rgw::identity {

struct RoleMapping {
    std::string group;
    std::string role;  // one that users can have
};

// OIDC_ROLE_MAP: "group=role,other group=role". The role stands after the last '='; a group's name
// may hold no comma. Error: configuration_invalid naming the first entry that is none.
[[nodiscard]] Result<std::vector<RoleMapping>> parse_role_map(std::string_view text);

// The roles of a person in these groups (IdTokenClaims::groups), each once, in the map's order.
// Names are compared byte for byte.
[[nodiscard]] std::vector<std::string> roles_of(std::span<const std::string> groups,
                                                std::span<const RoleMapping> map);

}  // namespace rgw::identity
