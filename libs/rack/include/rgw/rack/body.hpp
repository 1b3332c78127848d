#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/rack/route.hpp"

// One source for what a rack reads (spec proxy-rbac §6.3, §7 items 1 to 3): it takes options from
// the query, an urlencoded body or a multipart one alike, so the gateway lets one of them through
// and writes it anew.
namespace rgw::rack {

// Whether the body's rule means that it is read whole and written anew by pin_body().
[[nodiscard]] bool is_form(BodyRule rule);

// Whether a body of this Content-Type may come on the route. A form must be urlencoded (alone or
// with charset=utf-8); a body that passes unread must not be of a type a rack reads options from.
// Error: bad_body.
[[nodiscard]] Result<void> check_content_type(const Route& route,
                                              std::optional<std::string_view> content_type);

// The route's form, parsed strictly and serialised anew in its order: every name once and allowed,
// no NUL in a value. Error: bad_body. A release's form is read_release_form()'s (release_env.hpp).
[[nodiscard]] Result<std::string> pin_body(const Route& route, std::string_view body);

}  // namespace rgw::rack
