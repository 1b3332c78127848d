#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rgw::settings {

struct SettingInfo {
    std::string_view name;
    std::string_view type;           // "number", "duration", "list of addresses" …
    std::string_view default_value;  // as it would be written; "" for none
    std::string_view required;       // when it must be set; "" for never
    bool secret = false;
    std::string_view description;  // one sentence
};

// Every variable the gateway reads, also those read elsewhere (the database's by libs/pg).
[[nodiscard]] std::span<const SettingInfo> setting_table();

// docs/settings.md; a test keeps the file equal to it.
[[nodiscard]] std::string settings_markdown();

}  // namespace rgw::settings
