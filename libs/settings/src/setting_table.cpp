#include "rgw/settings/setting_table.hpp"

#include <vector>

#include "rgw/access/effective_setting.hpp"
#include "rows.hpp"

namespace rgw::settings {
namespace {

std::string code(std::string_view text) {
    return text.empty() ? std::string() : "`" + std::string(text) + "`";
}

// The settings an operator may change while the gateway runs.
std::string changeable_markdown() {
    std::string out =
        "\n"
        "## Settings that can be changed while the gateway runs\n"
        "\n"
        "Through the API or the web app; what is stored there comes before the variable, and that "
        "before the\n"
        "default. A variable's value is JSON, or plain: a text, `true` or `false`, a list with "
        "commas. In the name of\n"
        "a variable of one app stands the app in upper case, with `_` for `-`. A value that is not "
        "valid stops the\n"
        "start.\n"
        "\n"
        "| Variable | Value | Default | Written by | Meaning |\n"
        "|---|---|---|---|---|\n";
    for (const access::SettingInfo& setting : access::all_settings()) {
        const access::SettingGroupInfo& group = access::info(setting.group);
        const bool global = group.scope == access::SettingScope::global;
        out += "| " + code(access::variable_of(setting, "<app>")) + " | " +
               access::wanted(setting) + " | " + code(setting.default_json) + " | " +
               code((global ? "/settings/" : "/apps/{app}/settings/") + std::string(group.path)) +
               " | " + std::string(setting.description) + " |\n";
    }
    return out;
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
    return out + changeable_markdown();
}

}  // namespace rgw::settings
