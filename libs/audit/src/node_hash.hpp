#pragma once

#include "rgw/audit/event.hpp"

namespace rgw::audit {

// An inner node of the tree: SHA-256(0x01 ‖ left ‖ right).
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);

}  // namespace rgw::audit
