#pragma once

#include <string>
#include <vector>

#include "rgw/access/role.hpp"
#include "rgw/rack/env_change.hpp"
#include "rgw/rack/release_env.hpp"

// An environment, who may change it, and what came of that as one text.
namespace rgw::rack {

using access::Permission;

inline const std::string stars(env_placeholder);
inline const std::string base =
    "LOG_LEVEL=info\nDATABASE_URL=postgres://u:hunter2@db/shop\nSTRIPE_KEY=sk_live\nREGION=eu\n";

inline access::EnvLists lists(const std::vector<std::string>& secret = {},
                              const std::vector<std::string>& protected_names = {}) {
    access::EnvLists out{.secret_names = {}, .protected_names = {}};
    for (const std::string& name : secret) {
        out.secret_names.add(name);
    }
    for (const std::string& name : protected_names) {
        out.protected_names.add(name);
    }
    return out;
}

inline access::PermissionSet with(const std::vector<Permission>& permissions) {
    access::PermissionSet set;
    for (const Permission permission : permissions) {
        set.add(permission);
    }
    return set;
}

inline const access::PermissionSet deployer = access::permissions(access::Role::deployer);
inline const access::PermissionSet admin = access::permissions(access::Role::admin);
inline const access::PermissionSet nobody;

// '#' stands for the placeholder.
inline std::string with_stars(std::string text) {
    for (auto at = text.find('#'); at != std::string::npos; at = text.find('#')) {
        text.replace(at, 1, stars);
    }
    return text;
}

// The new text, or "code: reason [keys]".
inline std::string told(const boost::system::result<EnvChange, EnvRefusal>& change) {
    if (change) {
        return std::string(change->text.expose());
    }
    std::string out =
        std::string(id(change.error().error.code)) + ": " + change.error().error.detail;
    for (const RefusedKey& key : change.error().keys) {
        out += " [" + key.name + (key.secrecy == Secrecy::secret ? " secret]" : "]");
    }
    return out;
}

}  // namespace rgw::rack
