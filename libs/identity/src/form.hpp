#pragma once

#include <string>
#include <string_view>

namespace rgw::identity {

// application/x-www-form-urlencoded, as RFC 6749 appendix B asks for.
[[nodiscard]] std::string form_encode(std::string_view text);
// Appends `name=value`, after a '&' unless `form` is empty or ends with a '?'.
void append_form_field(std::string& form, std::string_view name, std::string_view value);

}  // namespace rgw::identity
