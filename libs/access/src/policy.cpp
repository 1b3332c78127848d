#include "rgw/access/policy.hpp"

namespace rgw::access {
namespace {

// What is stored and neither true nor false counts as `strict`.
bool resolve(const StoredRows& stored, std::string_view key, std::optional<bool> environment,
             bool strict) {
    const auto row = stored.find(key);
    if (row == stored.end()) {
        return environment.value_or(strict);
    }
    return row->second == (strict ? "false" : "true") ? !strict : strict;
}

}  // namespace

PolicySettings resolve_policy(const StoredSettings& stored,
                              const PolicyOfEnvironment& environment) {
    constexpr bool refused = false;
    constexpr bool demanded = true;
    return {.allow_destructive_actions = resolve(stored.global, "allow_destructive_actions",
                                                 environment.allow_destructive_actions, refused),
            .mfa_require_all_users = resolve(stored.global, "mfa_require_all_users",
                                             environment.mfa_require_all_users, demanded),
            .env = EnvPolicy(stored.apps, environment.secret_env_vars)};
}

}  // namespace rgw::access
