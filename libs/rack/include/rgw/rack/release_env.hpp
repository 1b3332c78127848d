#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/rack/env_rules.hpp"

// The environment of releases on their way through: which values leave (docs/adr/0006), and how a
// release is asked for. What comes in is judged in env_change.hpp.
namespace rgw::rack {

// What stands for a value; clients know it and send it back for "unchanged" (spec proxy-rbac
// §1.12).
inline constexpr std::string_view env_placeholder = "********************";

// Rewrites a release answer: an object or an array of objects in which every `env`, however deep
// and in whatever case, has the values `view` does not show replaced by the placeholder. Everything
// else keeps its spelling; white space goes. The caller must not use it on a body that has a
// Content-Encoding. Error: rack_answer_invalid for anything else, so that nothing unread passes (a
// key twice, an `env` that is no string, depth over 32, any other JSON or none).
[[nodiscard]] Result<std::string> mask_release_env(std::string_view json_body, const EnvView& view);

// One env text (lines KEY=VALUE) as `view` shows it. A line that may be the inside of a value of
// several lines is replaced as a whole, and nothing is shown that may continue a hidden value.
[[nodiscard]] std::string mask_env_text(std::string_view env, const EnvView& view);

// The variables by name, of a name that is there twice the last one: each value as `view` shows it
// or the placeholder; or every value there is, further lines included, for somebody with
// convox:secret:read.
using EnvValues = std::map<std::string, std::string>;
[[nodiscard]] EnvValues mask_env_values(std::string_view env, const EnvView& view);
[[nodiscard]] EnvValues reveal_env_values(std::string_view env);

// A text in which the values `view` does not show are replaced by the placeholder, wherever they
// stand. Those under four bytes are not looked for: they say nothing, and are everywhere.
[[nodiscard]] std::string hide_env_values(std::string text, std::string_view env,
                                          const EnvView& view);

// What a rack says about its newest release: the id in the answer to a list, none for an empty
// list; the env in the answer to that release. Error: rack_answer_invalid.
[[nodiscard]] Result<std::optional<std::string>> newest_release_id(std::string_view json_body);
[[nodiscard]] Result<Secret> release_env(std::string_view json_body, std::string_view id);
// The id of a release that was just created. Error: rack_answer_invalid.
[[nodiscard]] Result<std::string> created_release_id(std::string_view json_body);

// The body of a release creation, read strictly.
struct ReleaseForm {
    std::string others;         // `build` and `description`, written anew
    bool names_build = false;   // a whole release is asked for, not a change of the newest
    std::optional<Secret> env;  // present, perhaps empty: a change like any other

    // The body the rack is sent.
    [[nodiscard]] std::string with_env(std::string_view env_text) const;
};
// Errors: env_change_refused for `parent-release`, even empty, since it would bring back an earlier
// environment unchecked; bad_body for anything else that is unknown, repeated or malformed.
[[nodiscard]] Result<ReleaseForm> read_release_form(std::string_view body);

}  // namespace rgw::rack
