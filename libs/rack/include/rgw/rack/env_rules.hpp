#pragma once

#include <cstdint>
#include <string_view>

#include "rgw/access/env_lists.hpp"
#include "rgw/access/permission.hpp"

// Which variables of an environment are secret or protected, and what a caller may see or do about
// them (spec proxy-rbac §1.12).
namespace rgw::rack {

// Secret by its name: it contains SECRET, TOKEN, PASSWORD, PASSWD, CREDENTIAL or PRIVATE, ends in
// _KEY or _KEY_ID, or is listed; without regard to case.
[[nodiscard]] bool is_secret_name(const access::EnvLists& lists, std::string_view name);
// Secret by its value: it holds a URL with a password, scheme://user:password@…
[[nodiscard]] bool holds_password(std::string_view value);

// What a caller sees of an environment's values.
class EnvView {
public:
    // Placeholders only.
    [[nodiscard]] static EnvView names() { return EnvView(nullptr); }
    // The values of what `lists`, which must outlive the view, leave neither secret nor protected.
    [[nodiscard]] static EnvView values(const access::EnvLists& lists) { return EnvView(&lists); }
    // values() with convox:env:read, else names().
    [[nodiscard]] static EnvView of(const access::PermissionSet& held,
                                    const access::EnvLists& lists);

    [[nodiscard]] bool shows_values() const { return lists_ != nullptr; }
    [[nodiscard]] bool shows(std::string_view name, std::string_view value) const;

private:
    explicit EnvView(const access::EnvLists* lists) : lists_(lists) {}
    const access::EnvLists* lists_;
};

}  // namespace rgw::rack
