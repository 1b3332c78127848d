#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rgw/access/env_lists.hpp"

namespace rgw::access {

// The settings a call is judged by, resolved.
struct PolicySettings {
    bool allow_destructive_actions = false;
    bool mfa_require_all_users = true;
    EnvPolicy env = {};
};

// The settings table.
struct StoredSettings {
    StoredRows global;
    std::map<std::string, StoredRows, std::less<>> apps;

    bool operator==(const StoredSettings&) const = default;
};

// What the gateway's own environment says about the policy.
struct PolicyOfEnvironment {
    std::optional<bool> allow_destructive_actions;
    std::optional<bool> mfa_require_all_users;
    std::vector<std::string> secret_env_vars;
};

// The database's word, else the environment's, else the default; names of secrets add up. A stored
// value that is not exactly true or false counts as the default, a list that cannot be read as one
// of everything: strict, and never loosened by the environment.
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
