#include "rgw/access/policy.hpp"

#include <algorithm>
#include <cstdint>

namespace rgw::access {
namespace {

class Resolver {
public:
    Resolver(const StoredSettings& stored, const EnvironmentSettings& environment)
        : stored_(stored), environment_(environment) {}

    [[nodiscard]] bool flag(std::string_view key) const { return std::get<bool>(value(key)); }
    [[nodiscard]] std::chrono::minutes minutes(std::string_view key) const {
        return std::chrono::minutes(std::get<std::int64_t>(value(key)));
    }
    [[nodiscard]] std::chrono::hours days(std::string_view key) const {
        return std::chrono::days(std::get<std::int64_t>(value(key)));
    }
    [[nodiscard]] std::set<std::string, std::less<>> texts(std::string_view key) const {
        const SettingValue found = value(key);
        const auto* items = std::get_if<std::vector<std::string>>(&found);
        return items == nullptr ? std::set<std::string, std::less<>>()
                                : std::set<std::string, std::less<>>(items->begin(), items->end());
    }

private:
    [[nodiscard]] SettingValue value(std::string_view key) const {
        return effective_setting(setting(key), "", stored_, environment_).value;
    }

    const StoredSettings& stored_;
    const EnvironmentSettings& environment_;
};

// Database and environment may each be sound and not fit together: then the shorter time holds.
SessionTimeouts session_timeouts(const Resolver& resolved) {
    SessionTimeouts timeouts{
        .web_idle = resolved.minutes("session_timeout_minutes"),
        .web_absolute = resolved.minutes("session_absolute_timeout_minutes"),
        .cli_idle = resolved.minutes("cli_session_timeout_minutes"),
        .cli_absolute = resolved.minutes("cli_session_absolute_timeout_minutes")};
    timeouts.web_idle = std::min(timeouts.web_idle, timeouts.web_absolute);
    timeouts.cli_idle = std::min(timeouts.cli_idle, timeouts.cli_absolute);
    return timeouts;
}

void find_problems(const StoredRows& rows, SettingScope of, const std::string& where,
                   std::vector<std::string>& problems) {
    for (const auto& [key, json] : rows) {
        const SettingInfo* known = find_setting(key);
        if (known == nullptr || scope(*known) != of) {
            continue;  // the rack's certificate, and what an older version kept
        }
        const Result<SettingValue> value = parse_setting(*known, json);
        if (!value) {
            problems.push_back(where + value.error().detail);
        }
    }
}

}  // namespace

PolicySettings resolve_policy(const StoredSettings& stored,
                              const PolicyOfEnvironment& environment) {
    const Resolver resolved(stored, environment.settings);
    PolicySettings policy{
        .allow_destructive_actions = resolved.flag("allow_destructive_actions"),
        .mfa_require_all_users = resolved.flag("mfa_require_all_users"),
        .step_up_window = resolved.minutes("mfa_step_up_window_minutes"),
        .trusted_device_lifetime = resolved.days("mfa_trusted_device_ttl_days"),
        .step_up_for_secrets = resolved.flag("mfa_step_up_for_secrets"),
        .routes_open_to_tokens = resolved.texts("mfa_routes_open_to_tokens"),
        .sessions = session_timeouts(resolved),
        .deploy_approvals = {.enabled = resolved.flag("deploy_approvals_enabled"),
                             .window = resolved.minutes("deploy_approval_window_minutes")},
        .env = EnvPolicy(stored, environment.settings, environment.secret_env_vars)};
    find_problems(stored.global, SettingScope::global, "", policy.problems);
    for (const auto& [app, rows] : stored.apps) {
        find_problems(rows, SettingScope::app, app + ": ", policy.problems);
    }
    return policy;
}

}  // namespace rgw::access
