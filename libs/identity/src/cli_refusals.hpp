#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rgw/identity/cli_sign_in.hpp"

namespace rgw::identity {

// 43 characters of base64url: what new_login() makes.
[[nodiscard]] bool is_state(std::string_view text);

[[nodiscard]] CliRefusal refused(CliFault fault, const char* why, std::string email = "");
[[nodiscard]] CliRefusal ours(Error error);
// Our own trouble keeps its fault, anything else is `otherwise`.
[[nodiscard]] CliRefusal refused(CliFault otherwise, Error error, std::string email);

// How a login ended that is over for good; empty while it is not.
[[nodiscard]] std::optional<CliFault> end_of(const CliLogin& login);

// Why there is nothing to use.
[[nodiscard]] const char* why_over(const std::optional<CliLogin>& login, Timestamp now);

}  // namespace rgw::identity
