#include "rgw/settings/setting_table.hpp"

#include <vector>

#include "rows.hpp"

namespace rgw::settings {
namespace {

std::string code(std::string_view text) {
    return text.empty() ? std::string() : "`" + std::string(text) + "`";
}

}  // namespace

std::span<const SettingInfo> setting_table() {
    static const std::vector<SettingInfo> infos = [] {
        std::vector<SettingInfo> out;
        for (const Row& row : rows()) {
            out.push_back(row.info);
        }
        return out;
    }();
    return infos;
}

std::string settings_markdown() {
    std::string out =
        "# Settings\n"
        "\n"
        "Environment variables, read once at start. An empty one counts as unset. Every bad value "
        "is\n"
        "reported at once, by name; no value is ever printed. Durations are written like `30s`, "
        "`10m` or\n"
        "`1h30m`, booleans `true` or `false`, lists with commas. An unknown `RGW_…` name is a "
        "warning.\n"
        "\n"
        "| Variable | Value | Default | Required | Meaning |\n"
        "|---|---|---|---|---|\n";
    for (const SettingInfo& info : setting_table()) {
        out += "| " + code(info.name) + " | " + std::string(info.type) +
               (info.secret ? ", secret" : "") + " | " + code(info.default_value) + " | " +
               std::string(info.required) + " | " + std::string(info.description) + " |\n";
    }
    return out;
}

}  // namespace rgw::settings
