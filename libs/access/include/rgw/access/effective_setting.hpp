#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/access/setting.hpp"

namespace rgw::access {

// Rows of the settings table: key to JSON text.
using StoredRows = std::map<std::string, std::string, std::less<>>;

// The settings table.
struct StoredSettings {
    StoredRows global;
    std::map<std::string, StoredRows, std::less<>> apps;

    // Of one app, or with "" the global ones.
    [[nodiscard]] const StoredRows& rows(std::string_view app) const;
    bool operator==(const StoredSettings&) const = default;
};

// RGW_SETTING_<KEY>, or of an app RGW_APP_<APP>_SETTING_<KEY>: upper case, '_' for '-'.
[[nodiscard]] std::string variable_of(const SettingInfo& setting, std::string_view app);
// The part of such a name that stands for the app; two apps may share it.
[[nodiscard]] std::string app_in_variables(std::string_view app);

// What the process environment says about settings. Values are JSON, or by kind: the words of a
// boolean (true, yes, 1 …), plain text, a list with commas. Blank counts as unset.
class EnvironmentSettings {
public:
    using Environment = std::map<std::string, std::string, std::less<>>;

    // Takes the variables above and leaves all others alone. Of a value that does not validate a
    // line "VARIABLE: must be …" is appended to `problems`.
    [[nodiscard]] static EnvironmentSettings read(const Environment& environment,
                                                  std::vector<std::string>& problems);
    // The setting a variable is about; null when it is no such name.
    [[nodiscard]] static const SettingInfo* find(std::string_view variable);

    [[nodiscard]] const SettingValue* value(const SettingInfo& setting, std::string_view app) const;
    // As app_in_variables() spells them.
    [[nodiscard]] const std::set<std::string, std::less<>>& apps() const { return apps_; }

private:
    std::map<std::string, SettingValue, std::less<>> values_;  // by variable
    std::set<std::string, std::less<>> apps_;
};

// Where a value comes from.
enum class SettingSource : std::uint8_t { database, environment, built_in, global_setting };
// As the API says it: "db", "env", "default", "global_default".
[[nodiscard]] std::string_view name(SettingSource source);

struct EffectiveSetting {
    SettingValue value;
    SettingSource source = SettingSource::built_in;
    // Why the stored value does not count. The value is then as strict as any could be, where there
    // is such a one: the default, of a number the least of default and environment. A list or text
    // has none; whoever judges by it refuses.
    std::optional<std::string> problem;
};

// The database's word, else the environment's, else the default, else the global setting that
// stands in. `app` is "" for a global setting.
[[nodiscard]] EffectiveSetting effective_setting(const SettingInfo& setting, std::string_view app,
                                                 const StoredSettings& stored,
                                                 const EnvironmentSettings& environment);

// What does not fit together in the settings of sessions, for people; empty when all does: no
// session may be allowed to be idle for longer than it lives.
[[nodiscard]] std::optional<std::string> session_conflict(const StoredSettings& stored,
                                                          const EnvironmentSettings& environment);

}  // namespace rgw::access
