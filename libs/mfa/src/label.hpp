#pragma once

#include <string>
#include <string_view>

namespace rgw::mfa {

// As a factor is stored under: trimmed, UTF-8, at most longest_label characters; `otherwise` when
// nothing is left.
[[nodiscard]] std::string label_or(std::string_view given, std::string_view otherwise);

}  // namespace rgw::mfa
