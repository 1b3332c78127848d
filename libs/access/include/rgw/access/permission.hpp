#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"

namespace rgw::access {

// MFA levels in rising order (spec proxy-rbac §3.4).
enum class MfaLevel : std::uint8_t { none, step_up, always };

// The closed list of permissions, `scope:resource:action`. The enumerators are generated from the
// same table as the texts (permission_table.inc): one line per permission, PERMISSION(enumerator,
// "text", mfa).
enum class Permission : std::uint16_t {
#define PERMISSION(name, text, mfa) name,
#include "rgw/access/permission_table.inc"
#undef PERMISSION
};

[[nodiscard]] std::string_view text(Permission permission);
[[nodiscard]] MfaLevel mfa_level(Permission permission);
[[nodiscard]] std::optional<Permission> find_permission(std::string_view text);
[[nodiscard]] std::span<const Permission> all_permissions();

// "app.list" of convox:app:list: the audit action; "app": its resource type.
[[nodiscard]] std::string_view audit_action(Permission permission);
[[nodiscard]] std::string_view audit_resource_type(Permission permission);

class PermissionSet {
public:
    static constexpr std::size_t capacity = 256;

    void add(Permission permission) { bits_.set(static_cast<std::size_t>(permission)); }
    [[nodiscard]] bool has(Permission permission) const {
        return bits_.test(static_cast<std::size_t>(permission));
    }
    [[nodiscard]] bool includes(const PermissionSet& other) const {
        return (bits_ & other.bits_) == other.bits_;
    }
    PermissionSet& operator|=(const PermissionSet& other) {
        bits_ |= other.bits_;
        return *this;
    }
    bool operator==(const PermissionSet&) const = default;

private:
    std::bitset<capacity> bits_;
};

// Compiles token permission texts: exact, or with `*` for whole components (spec §3.3). Error:
// invalid_value naming the first text that matches no permission of the list.
[[nodiscard]] Result<PermissionSet> compile(std::span<const std::string> texts);

}  // namespace rgw::access
