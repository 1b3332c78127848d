#pragma once

#include <string>

#include "rgw/access/permission.hpp"
#include "rgw/base/error.hpp"

namespace rgw::access {

// One bit test; a yes allocates nothing. Error: permission_denied with refusal_sentence() as its
// detail.
[[nodiscard]] Result<void> decide(const PermissionSet& held, Permission needed);

// What a caller without it reads. Each begins with the text that clients show and some search for
// (spec proxy-rbac §1.3, http-api §23) and ends with the permission's name: "You don't have
// permission to run processes. Needed: convox:process:exec".
[[nodiscard]] std::string refusal_sentence(Permission missing);

}  // namespace rgw::access
