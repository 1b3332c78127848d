#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rgw/access/effective_setting.hpp"
#include "rgw/access/env_lists.hpp"

namespace rgw::access {

// How long sessions live without activity, never longer than in all.
struct SessionTimeouts {
    std::chrono::minutes web_idle{5};
    std::chrono::minutes web_absolute{720};
    std::chrono::minutes cli_idle{60};
    std::chrono::minutes cli_absolute{1440};
};

struct DeployApprovalPolicy {
    bool enabled = true;
    std::chrono::minutes window{15};
};

// The settings a call is judged by, resolved.
struct PolicySettings {
    bool allow_destructive_actions = false;
    bool mfa_require_all_users = true;
    std::chrono::minutes step_up_window{1};  // for how long a second factor counts as fresh
    std::chrono::hours trusted_device_lifetime{24};
    bool step_up_for_secrets = true;  // whether values of secrets are shown only after a fresh one
    // "POST /api/v1/users": rows of the gateway's own API that take a factor of people with every
    // call, and none of API tokens because an admin said so.
    std::set<std::string, std::less<>> routes_open_to_tokens = {};
    SessionTimeouts sessions = {};
    DeployApprovalPolicy deploy_approvals = {};
    EnvPolicy env = {};
    // "shop: secret_env_vars must be …": the stored values that do not count. For the log.
    std::vector<std::string> problems = {};
};

// What the gateway's own environment says about the policy.
struct PolicyOfEnvironment {
    EnvironmentSettings settings;
    std::vector<std::string> secret_env_vars;  // of every app: CONVOX_SECRET_ENV_VARS
};

// The database's word, else the environment's, else the default; names of secrets add up. A stored
// value that does not validate is strict, and never loosened by the environment.
[[nodiscard]] PolicySettings resolve_policy(const StoredSettings& stored,
                                            const PolicyOfEnvironment& environment);

// The settings of this moment, shared by all loops: readers take a snapshot, the one that listens
// for changes replaces it. Until the first replace() everything is at its strictest.
class PolicySnapshot {
public:
    [[nodiscard]] std::shared_ptr<const PolicySettings> current() const {
        return settings_.load(std::memory_order_acquire);
    }
    void replace(PolicySettings settings) {
        settings_.store(std::make_shared<const PolicySettings>(std::move(settings)),
                        std::memory_order_release);
    }

private:
    std::atomic<std::shared_ptr<const PolicySettings>> settings_{
        std::make_shared<const PolicySettings>()};
};

}  // namespace rgw::access
