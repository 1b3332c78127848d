#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "parse.hpp"
#include "rgw/settings/setting_table.hpp"
#include "rgw/settings/settings.hpp"

namespace rgw::settings {

// One variable: what the documents say of it and how its value gets into Settings.
struct Row {
    SettingInfo info;
    // Reads a value that is not blank (defaults go the same way). Null where another library reads
    // it.
    Problem (*apply)(std::string_view value, Settings& into);
};

// DEV_MODE comes first: later rows may depend on it.
[[nodiscard]] std::span<const Row> rows();

// In `required`: a problem when missing, for the server outside DEV_MODE.
inline constexpr std::string_view outside_dev_mode = "outside DEV_MODE";

// At least the length of the HMAC's own output (RFC 2104 §3).
inline constexpr std::size_t least_hmac_bytes = 32;

}  // namespace rgw::settings
