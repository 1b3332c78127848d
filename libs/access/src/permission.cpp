#include "rgw/access/permission.hpp"

#include <algorithm>
#include <array>

namespace rgw::access {
namespace {

struct Row {
    std::string_view text;
    MfaLevel mfa;
};

constexpr auto table = std::to_array<Row>({
#define PERMISSION(name, text, mfa) {text, MfaLevel::mfa},
#include "rgw/access/permission_table.inc"
#undef PERMISSION
});

constexpr auto enumerators = std::to_array<Permission>({
#define PERMISSION(name, text, mfa) Permission::name,
#include "rgw/access/permission_table.inc"
#undef PERMISSION
});

static_assert(table.size() <= PermissionSet::capacity, "PermissionSet is too small for the table");

constexpr std::size_t longest_action = 64;

// "app.list" of "convox:app:list", kept so that an audit event needs no allocation.
struct Action {
    std::array<char, longest_action> bytes{};
    std::size_t size = 0;
    std::size_t type_size = 0;
};

consteval Action make_action(std::string_view text) {
    Action action;
    const std::string_view tail = text.substr(text.find(':') + 1);
    if (tail.size() > longest_action || std::ranges::count(text, ':') != 2) {
        throw "a permission must have three components and fit an Action";
    }
    action.size = tail.size();
    action.type_size = tail.find(':');
    std::ranges::replace_copy(tail, action.bytes.begin(), ':', '.');
    return action;
}

constexpr auto actions = std::to_array<Action>({
#define PERMISSION(name, text, mfa) make_action(text),
#include "rgw/access/permission_table.inc"
#undef PERMISSION
});

constexpr std::size_t index(Permission permission) {
    return static_cast<std::size_t>(permission);
}

}  // namespace

std::string_view text(Permission permission) {
    return table[index(permission)].text;
}

MfaLevel mfa_level(Permission permission) {
    return table[index(permission)].mfa;
}

std::optional<Permission> find_permission(std::string_view text) {
    const auto found = std::ranges::find(table, text, &Row::text);
    if (found == table.end()) {
        return std::nullopt;
    }
    return static_cast<Permission>(found - table.begin());
}

std::span<const Permission> all_permissions() {
    return enumerators;
}

std::string_view audit_action(Permission permission) {
    const Action& action = actions[index(permission)];
    return {action.bytes.data(), action.size};
}

std::string_view audit_resource_type(Permission permission) {
    const Action& action = actions[index(permission)];
    return {action.bytes.data(), action.type_size};
}

}  // namespace rgw::access
