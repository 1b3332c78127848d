#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/access/permission.hpp"

namespace rgw::access {

// Spec proxy-rbac §3.2; `cicd` is a template for tokens, never a user's role. `auditor` is ours: it
// reads everything of the gateway and changes nothing.
enum class Role : std::uint8_t { viewer, ops, deployer, cicd, auditor, admin };

struct RoleInfo {
    Role role;
    std::string_view name;
    std::string_view label;
    std::string_view description;
    bool assignable_to_users;
};

[[nodiscard]] const RoleInfo& info(Role role);
[[nodiscard]] std::span<const RoleInfo> all_roles();
[[nodiscard]] std::optional<Role> find_role(std::string_view name);
// With what it inherits.
[[nodiscard]] const PermissionSet& permissions(Role role);
// What a token created with this role stores (`convox:*:*` and the like for admin, else the flat
// list).
[[nodiscard]] std::vector<std::string> permission_texts(Role role);

}  // namespace rgw::access
