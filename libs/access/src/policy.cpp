#include "rgw/access/policy.hpp"

namespace rgw::access {
namespace {

constexpr std::string_view allow_destructive_actions = "allow_destructive_actions";

}  // namespace

PolicySettings resolve_policy(const StoredSettings& stored,
                              const PolicyOfEnvironment& environment) {
    PolicySettings policy;
    const auto row = stored.global.find(allow_destructive_actions);
    if (row != stored.global.end()) {
        policy.allow_destructive_actions = row->second == "true";
    } else if (environment.allow_destructive_actions) {
        policy.allow_destructive_actions = *environment.allow_destructive_actions;
    }
    policy.env = EnvPolicy(stored.apps, environment.secret_env_vars);
    return policy;
}

}  // namespace rgw::access
