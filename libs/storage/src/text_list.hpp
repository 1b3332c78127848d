#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"

// Roles and permissions are kept as a JSON array of strings in a text column, as upstream keeps
// them.
namespace rgw::storage {

[[nodiscard]] std::string write_text_list(std::span<const std::string> texts);
// Error: database_rejected naming the column, when somebody stored anything else.
[[nodiscard]] Result<std::vector<std::string>> read_text_list(std::string_view json,
                                                              std::string_view column);

}  // namespace rgw::storage
