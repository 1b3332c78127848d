#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"

// What the gateway does to releases on their way through: no environment value leaves, none comes
// in.
namespace rgw::rack {

// What stands for a value; clients know it and send it back for "unchanged" (spec proxy-rbac
// §1.12).
inline constexpr std::string_view env_placeholder = "********************";

// Rewrites a release answer: an object or an array of objects in which every `env`, however deep
// and in whatever case, has its values replaced by the placeholder. Everything else keeps its
// spelling; white space goes. The caller must not use it on a body that has a Content-Encoding.
// Error: rack_answer_invalid for anything else, so that nothing unread passes (a key twice, an
// `env` that is no string, depth over 32, any other JSON or none).
[[nodiscard]] Result<std::string> mask_release_env(std::string_view json_body);

// The value-free form of one env text (lines KEY=VALUE). A line that may be the inside of a value
// of several lines is replaced as a whole.
[[nodiscard]] std::string mask_env_text(std::string_view env);

// Reads the body of a release creation strictly and writes it anew: only `build` and `description`.
// Errors: env_change_refused when `env` or `parent-release` is present, even empty; bad_body for
// anything else that is unknown, repeated or malformed.
[[nodiscard]] Result<std::string> release_form(std::string_view body);

}  // namespace rgw::rack
