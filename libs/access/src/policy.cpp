#include "rgw/access/policy.hpp"

namespace rgw::access {
namespace {

constexpr std::string_view allow_destructive_actions = "allow_destructive_actions";

}  // namespace

PolicySettings resolve_policy(const StoredSettings& stored,
                              std::optional<bool> allow_destructive_actions_of_env) {
    PolicySettings policy;
    const auto row = stored.find(allow_destructive_actions);
    if (row != stored.end()) {
        policy.allow_destructive_actions = row->second == "true";
    } else if (allow_destructive_actions_of_env) {
        policy.allow_destructive_actions = *allow_destructive_actions_of_env;
    }
    return policy;
}

}  // namespace rgw::access
