#include <algorithm>
#include <array>

#include "rgw/access/permission.hpp"

namespace rgw::access {
namespace {

using Components = std::array<std::string_view, 3>;

// False when there are not exactly three components: "*" or "convox:*" mean nothing (spec §3.3).
bool split(std::string_view text, Components& out) {
    if (std::ranges::count(text, ':') != 2) {
        return false;
    }
    for (std::string_view& component : out) {
        const std::size_t end = std::min(text.find(':'), text.size());
        component = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return true;
}

bool matches(const Components& pattern, const Components& permission) {
    return std::ranges::equal(pattern, permission, [](std::string_view p, std::string_view c) {
        return p == "*" || p == c;
    });
}

// Adds every permission `pattern` stands for; false when there is none.
bool add_matching(std::string_view pattern, PermissionSet& set) {
    Components wanted;
    if (!split(pattern, wanted)) {
        return false;
    }
    bool any = false;
    for (const Permission permission : all_permissions()) {
        Components present;
        if (split(text(permission), present) && matches(wanted, present)) {
            set.add(permission);
            any = true;
        }
    }
    return any;
}

}  // namespace

Result<PermissionSet> compile(std::span<const std::string> texts) {
    PermissionSet set;
    for (const std::string& text : texts) {
        if (!add_matching(text, set)) {
            return Error(Errc::invalid_value, "unknown permission: " + text);
        }
    }
    return set;
}

}  // namespace rgw::access
