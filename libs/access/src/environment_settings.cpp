#include <algorithm>
#include <array>
#include <span>

#include "rgw/access/effective_setting.hpp"
#include "rgw/base/json.hpp"
#include "rgw/base/text.hpp"

namespace rgw::access {
namespace {

constexpr std::string_view global_prefix = "RGW_SETTING_";
constexpr std::string_view app_prefix = "RGW_APP_";
constexpr std::string_view before_key = "_SETTING_";

constexpr std::array<std::string_view, 3> true_words{"true", "yes", "1"};
constexpr std::array<std::string_view, 3> false_words{"false", "no", "0"};

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return out;
}

bool is_word(std::string_view text, std::span<const std::string_view> words) {
    return std::ranges::any_of(
        words, [text](std::string_view word) { return equals_ignoring_case(text, word); });
}

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

bool is_json_text_or_null(std::string_view text) {
    const auto value = parse_json(text, {.bytes = text.size()});
    return value && (value->is_string() || value->is_null());
}

// The value as JSON.
std::string json_of(const SettingInfo& setting, std::string_view text) {
    switch (setting.kind) {
        case SettingKind::boolean:
            if (is_word(text, true_words)) {
                return "true";
            }
            return is_word(text, false_words) ? "false" : std::string(text);
        case SettingKind::integer:
        case SettingKind::patterns:
            return std::string(text);
        case SettingKind::choice:
        case SettingKind::text:
        case SettingKind::branch:
        case SettingKind::repository:
            return is_json_text_or_null(text) ? std::string(text) : quoted(text);
        case SettingKind::env_names:
        case SettingKind::commands:
        case SettingKind::routes: {
            if (text.starts_with('[') || text == "null") {
                return std::string(text);
            }
            return to_json(split_list(text));
        }
    }
    return std::string(text);
}

// "APP" of RGW_APP_APP_SETTING_KEY; empty where the name is of another form.
std::string_view app_part(std::string_view variable, const SettingInfo& setting) {
    const std::string end = std::string(before_key) + upper(setting.key);
    if (!variable.starts_with(app_prefix) || !variable.ends_with(end) ||
        variable.size() <= app_prefix.size() + end.size()) {
        return {};
    }
    const std::string_view app =
        variable.substr(app_prefix.size(), variable.size() - app_prefix.size() - end.size());
    return app == app_in_variables(app) ? app : std::string_view();
}

bool is_about(std::string_view variable, const SettingInfo& setting) {
    return scope(setting) == SettingScope::global ? variable == variable_of(setting, "")
                                                  : !app_part(variable, setting).empty();
}

}  // namespace

std::string app_in_variables(std::string_view app) {
    std::string out = upper(app);
    std::ranges::replace(out, '-', '_');
    return out;
}

std::string variable_of(const SettingInfo& setting, std::string_view app) {
    if (scope(setting) == SettingScope::global) {
        return std::string(global_prefix) + upper(setting.key);
    }
    return std::string(app_prefix) + app_in_variables(app) + std::string(before_key) +
           upper(setting.key);
}

const SettingInfo* EnvironmentSettings::find(std::string_view variable) {
    if (!variable.starts_with(global_prefix) && !variable.starts_with(app_prefix)) {
        return nullptr;
    }
    const auto found = std::ranges::find_if(
        all_settings(), [&](const SettingInfo& setting) { return is_about(variable, setting); });
    return found == all_settings().end() ? nullptr : &*found;
}

EnvironmentSettings EnvironmentSettings::read(const Environment& environment,
                                              std::vector<std::string>& problems) {
    EnvironmentSettings settings;
    for (const auto& [variable, raw] : environment) {
        const std::string_view text = trim(raw);
        const SettingInfo* setting = text.empty() ? nullptr : find(variable);
        if (setting == nullptr) {
            continue;
        }
        Result<SettingValue> value = parse_setting(*setting, json_of(*setting, text));
        if (!value) {
            // The detail begins with the key, which the variable's name says already.
            problems.push_back(variable + ": " +
                               value.error().detail.substr(setting->key.size() + 1));
            continue;
        }
        if (std::holds_alternative<std::monostate>(*value)) {
            continue;
        }
        settings.values_.emplace(variable, std::move(*value));
        if (scope(*setting) == SettingScope::app) {
            settings.apps_.emplace(app_part(variable, *setting));
        }
    }
    if (const auto conflict = session_conflict({}, settings)) {
        problems.push_back(variable_of(setting("session_timeout_minutes"), "") + ": " + *conflict);
    }
    return settings;
}

const SettingValue* EnvironmentSettings::value(const SettingInfo& setting,
                                               std::string_view app) const {
    const auto found = values_.find(variable_of(setting, app));
    return found == values_.end() ? nullptr : &found->second;
}

}  // namespace rgw::access
