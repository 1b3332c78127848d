#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rgw/access/permission.hpp"
#include "rgw/base/error.hpp"

namespace rgw::access {

// Of the gateway, or of one app.
enum class SettingScope : std::uint8_t { global, app };

// What is written together, through one endpoint (spec http-api §17).
enum class SettingGroup : std::uint8_t {
    allow_destructive_actions,
    deploy_approvals,
    mfa_configuration,
    session_configuration,
    vcs_and_ci_defaults,
    vcs_ci_deploy,
    protected_env_vars,
    secret_env_vars,
    approved_deploy_commands,
    service_image_patterns,
};

// What an endpoint takes: an object of its keys, or its only key's bare value.
enum class SettingBody : std::uint8_t { object_of_keys, bare_value };

struct SettingGroupInfo {
    SettingGroup group;
    SettingScope scope;
    std::string_view path;  // the endpoint's last segment
    Permission permission;  // of writing; its MFA level holds
    SettingBody body;
};

enum class SettingKind : std::uint8_t {
    boolean,
    integer,
    choice,      // one of a few words
    text,        // one line, may be empty
    branch,      // name of a git branch
    repository,  // OWNER/REPO
    env_names,   // list of names of environment variables
    commands,    // list of command lines
    routes,      // list of "METHOD /api/v1/…", rows of the gateway's own route table
    patterns,    // service (or *) to regular expression, RE2 syntax
};

struct SettingInfo {
    std::string_view key;
    SettingGroup group;
    SettingKind kind;
    std::string_view default_json;
    std::string_view description;  // one sentence for operators
    std::int64_t least = 0;        // of an integer; its unit is the end of its key
    std::int64_t most = 0;
    std::span<const std::string_view> choices = {};
    std::string_view fallback = {};  // the global key that stands in while there is no value
    std::int64_t advised_most = 0;   // of an integer: more is allowed, with a warning
    std::string_view advice = {};    // what that warning says

    [[nodiscard]] bool nullable() const { return default_json == "null"; }
};

// Every setting (spec proxy-rbac §5, and ours of sessions).
[[nodiscard]] std::span<const SettingInfo> all_settings();
[[nodiscard]] std::span<const SettingGroupInfo> all_setting_groups();
[[nodiscard]] const SettingGroupInfo& info(SettingGroup group);
[[nodiscard]] SettingScope scope(const SettingInfo& setting);
[[nodiscard]] const SettingInfo* find_setting(std::string_view key);  // null: no such key
// Of a key that surely exists.
[[nodiscard]] const SettingInfo& setting(std::string_view key);

// monostate: null, no value.
using SettingValue = std::variant<std::monostate, bool, std::int64_t, std::string,
                                  std::vector<std::string>, std::map<std::string, std::string>>;

// Takes a value as JSON and checks it against the table. Null, and of a text that may be null also
// "", is monostate. Error: invalid_value, whose detail is for people and begins with the key.
[[nodiscard]] Result<SettingValue> parse_setting(const SettingInfo& setting, std::string_view json);
[[nodiscard]] SettingValue default_value(const SettingInfo& setting);
[[nodiscard]] std::string to_json(const SettingValue& value);
// "a whole number from 1 to 1440": what parse_setting() takes, for documents and refusals.
[[nodiscard]] std::string wanted(const SettingInfo& setting);

// In a pattern: stands for the commit that is built.
inline constexpr std::string_view commit_placeholder = "{{GIT_COMMIT}}";

// What an operator should know of a value that is allowed; empty for nothing.
[[nodiscard]] std::string_view warning_of(const SettingInfo& setting, const SettingValue& value);

// A rack's name of an app: lower-case letters, digits and dashes, at most 255.
[[nodiscard]] bool is_app_name(std::string_view name);

}  // namespace rgw::access
