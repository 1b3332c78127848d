#include "rgw/identity/role_map.hpp"

#include <algorithm>

#include "rgw/access/role.hpp"
#include "rgw/base/text.hpp"

namespace rgw::identity {

Result<std::vector<RoleMapping>> parse_role_map(std::string_view text) {
    std::vector<RoleMapping> map;
    for (const std::string& entry : split_list(text)) {
        const std::size_t equals = entry.rfind('=');
        if (equals == std::string::npos) {
            return Error(Errc::configuration_invalid, "expected group=role, not " + entry);
        }
        std::string group(trim(std::string_view(entry).substr(0, equals)));
        std::string role(trim(std::string_view(entry).substr(equals + 1)));
        const auto known = access::find_role(role);
        if (group.empty() || !known || !access::info(*known).assignable_to_users) {
            return Error(Errc::configuration_invalid, "no role for users in " + entry);
        }
        map.push_back({.group = std::move(group), .role = std::move(role)});
    }
    return map;
}

std::vector<std::string> roles_of(std::span<const std::string> groups,
                                  std::span<const RoleMapping> map) {
    std::vector<std::string> roles;
    for (const RoleMapping& mapping : map) {
        const bool member = std::ranges::find(groups, mapping.group) != groups.end();
        if (member && std::ranges::find(roles, mapping.role) == roles.end()) {
            roles.push_back(mapping.role);
        }
    }
    return roles;
}

}  // namespace rgw::identity
