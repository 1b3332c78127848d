#pragma once

#include <optional>
#include <string_view>

#include "rgw/audit/verify.hpp"

namespace rgw::audit {

// A line as append_ndjson() writes it, without its line break: the members in that order, nothing
// between them, no escape but \" and \\, no byte beyond ASCII. Nothing for any other line, which
// may say the same in another spelling or be none: then a JSON parser has to look. Three times as
// fast as one, and verifying an export is mostly reading it.
[[nodiscard]] std::optional<StoredEvent> read_exact_line(std::string_view line);

}  // namespace rgw::audit
