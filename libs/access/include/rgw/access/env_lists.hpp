#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rgw::access {

// Rows of the settings table: key to JSON text.
using StoredRows = std::map<std::string, std::string, std::less<>>;

// Names of environment variables, which compare without case: an app may read one as it likes.
class EnvNames {
public:
    EnvNames() = default;
    // Every name there is: what a list that cannot be read stands for.
    [[nodiscard]] static EnvNames every();

    void add(std::string_view name);
    [[nodiscard]] bool has(std::string_view name) const;

private:
    struct IgnoringCase {
        using is_transparent = void;
        bool operator()(std::string_view a, std::string_view b) const;
    };
    std::set<std::string, IgnoringCase> names_;
    bool every_ = false;
};

// What an operator said about the variables of one app, besides the built-in rule (spec proxy-rbac
// §1.12): whose values nobody sees, and which nobody changes. Strictest until it is resolved.
struct EnvLists {
    EnvNames secret_names = EnvNames::every();
    EnvNames protected_names = EnvNames::every();
};

// The lists of every app, resolved. Until then everything of every app is secret and protected.
class EnvPolicy {
public:
    EnvPolicy() = default;
    // `apps`: the rows of each app, of which `secret_env_vars` and `protected_env_vars` are lists
    // of texts (or null, which is unset); `secret_everywhere`: CONVOX_SECRET_ENV_VARS.
    EnvPolicy(const std::map<std::string, StoredRows, std::less<>>& apps,
              std::span<const std::string> secret_everywhere);

    [[nodiscard]] const EnvLists& of_app(std::string_view app) const;
    // "shop: secret_env_vars": the rows that are no such list; everything of their app is secret
    // and protected. For the log.
    [[nodiscard]] const std::vector<std::string>& unreadable() const { return unreadable_; }

private:
    EnvLists of_others_;
    std::map<std::string, EnvLists, std::less<>> apps_;  // by lower-case name
    std::vector<std::string> unreadable_;
};

}  // namespace rgw::access
