#pragma once

#include <bitset>
#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "rgw/access/effective_setting.hpp"

namespace rgw::access {

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
    // Of a name's first letter and size.
    [[nodiscard]] static std::size_t mark(std::string_view name);

    std::set<std::string, IgnoringCase> names_;
    std::bitset<64> marks_;  // of all names: it tells of most that they are none of them
    bool every_ = false;
};

// What an operator said about the variables of one app, besides the built-in rule (spec proxy-rbac
// §1.12): whose values nobody sees, and which nobody changes. Strictest until it is resolved.
struct EnvLists {
    EnvNames secret_names = EnvNames::every();
    EnvNames protected_names = EnvNames::every();
};

// The lists of every app, resolved. Until then everything of every app is secret and protected, as
// it is of an app whose stored list cannot be read.
class EnvPolicy {
public:
    EnvPolicy() = default;
    // Of the settings `secret_env_vars` and `protected_env_vars`; `secret_everywhere`:
    // CONVOX_SECRET_ENV_VARS.
    EnvPolicy(const StoredSettings& stored, const EnvironmentSettings& environment,
              std::span<const std::string> secret_everywhere);

    [[nodiscard]] const EnvLists& of_app(std::string_view app) const;

private:
    EnvLists of_others_;
    std::map<std::string, EnvLists, std::less<>> apps_;            // by lower-case name
    std::map<std::string, EnvLists, std::less<>> of_environment_;  // as app_in_variables() spells
};

}  // namespace rgw::access
