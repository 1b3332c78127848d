#include <string>

#include "require.hpp"
#include "rgw/access/setting.hpp"
#include "targets.hpp"

namespace rgw::fuzz {

// The first byte chooses the setting; the rest is its value as JSON.
void setting(std::string_view input) {
    if (input.empty()) {
        return;
    }
    const auto settings = access::all_settings();
    const access::SettingInfo& chosen =
        settings[static_cast<unsigned char>(input.front()) % settings.size()];
    const auto value = access::parse_setting(chosen, input.substr(1));
    if (!value) {
        require(value.error().code == Errc::invalid_value);
        require(value.error().detail.starts_with(std::string(chosen.key) + " "));
        return;
    }
    // What is stored reads back as what was taken.
    const std::string stored = access::to_json(*value);
    const auto again = access::parse_setting(chosen, stored);
    require(again.has_value() && *again == *value);
    require(access::to_json(*again) == stored);
}

}  // namespace rgw::fuzz
