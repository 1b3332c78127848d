#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/secret.hpp"

namespace rgw::identity {

// What a person types to say which device they mean (RFC 8628 §6.1): eight consonants, 34 bits, so
// that no word appears and no letter is taken for another.
[[nodiscard]] std::string new_user_code();

// "WDJB-MJHT", as it is shown.
[[nodiscard]] std::string shown_user_code(std::string_view code);
// The code as new_user_code() made it, from however it was typed: any case, dashes and spaces
// anywhere. Empty when it cannot be one.
[[nodiscard]] std::optional<std::string> parse_user_code(std::string_view typed);

// How it is stored. Keyed: there are few enough codes to try them all against a plain hash.
[[nodiscard]] std::string user_code_hash(const Secret& key, std::string_view code);

}  // namespace rgw::identity
