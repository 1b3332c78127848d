#include "rgw/access/effective_setting.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rgw::access {
namespace {

bool is_null(const SettingValue& value) {
    return std::holds_alternative<std::monostate>(value);
}

EffectiveSetting beneath_the_database(const SettingInfo& setting, std::string_view app,
                                      const EnvironmentSettings& environment) {
    if (const SettingValue* value = environment.value(setting, app)) {
        return {.value = *value, .source = SettingSource::environment, .problem = {}};
    }
    return {.value = default_value(setting), .source = SettingSource::built_in, .problem = {}};
}

EffectiveSetting in_place_of(const SettingInfo& setting, std::string_view app,
                             const EnvironmentSettings& environment, std::string problem) {
    SettingValue value = default_value(setting);
    if (setting.kind == SettingKind::integer) {
        const SettingValue other = beneath_the_database(setting, app, environment).value;
        value = std::min(std::get<std::int64_t>(value), std::get<std::int64_t>(other));
    }
    return {.value = std::move(value),
            .source = SettingSource::database,
            .problem = std::move(problem)};
}

EffectiveSetting of_its_own(const SettingInfo& setting, std::string_view app,
                            const StoredSettings& stored, const EnvironmentSettings& environment) {
    const StoredRows& rows = stored.rows(app);
    const auto row = rows.find(setting.key);
    if (row == rows.end()) {
        return beneath_the_database(setting, app, environment);
    }
    Result<SettingValue> value = parse_setting(setting, row->second);
    if (!value) {
        return in_place_of(setting, app, environment, value.error().detail);
    }
    if (is_null(*value)) {
        return beneath_the_database(setting, app, environment);
    }
    return {.value = std::move(*value), .source = SettingSource::database, .problem = {}};
}

}  // namespace

const StoredRows& StoredSettings::rows(std::string_view app) const {
    static const StoredRows none;
    if (app.empty()) {
        return global;
    }
    const auto found = apps.find(app);
    return found == apps.end() ? none : found->second;
}

std::string_view name(SettingSource source) {
    switch (source) {
        case SettingSource::database:
            return "db";
        case SettingSource::environment:
            return "env";
        case SettingSource::built_in:
            return "default";
        case SettingSource::global_setting:
            return "global_default";
    }
    return "";
}

EffectiveSetting effective_setting(const SettingInfo& setting, std::string_view app,
                                   const StoredSettings& stored,
                                   const EnvironmentSettings& environment) {
    EffectiveSetting found = of_its_own(setting, app, stored, environment);
    if (is_null(found.value) && !found.problem && !setting.fallback.empty()) {
        found = of_its_own(access::setting(setting.fallback), "", stored, environment);
        found.source = SettingSource::global_setting;
    }
    return found;
}

std::optional<std::string> session_conflict(const StoredSettings& stored,
                                            const EnvironmentSettings& environment) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> pairs{{
        {"session_timeout_minutes", "session_absolute_timeout_minutes"},
        {"cli_session_timeout_minutes", "cli_session_absolute_timeout_minutes"},
    }};
    for (const auto& [idle_key, absolute_key] : pairs) {
        const auto minutes = [&](std::string_view key) {
            return std::get<std::int64_t>(
                effective_setting(setting(key), "", stored, environment).value);
        };
        const std::int64_t idle = minutes(idle_key);
        const std::int64_t absolute = minutes(absolute_key);
        if (idle > absolute) {
            return std::string(idle_key) + " (" + std::to_string(idle) +
                   ") must not be longer than " + std::string(absolute_key) + " (" +
                   std::to_string(absolute) + ")";
        }
    }
    return std::nullopt;
}

}  // namespace rgw::access
