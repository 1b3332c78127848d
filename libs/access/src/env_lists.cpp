#include "rgw/access/env_lists.hpp"

#include <algorithm>
#include <vector>

#include "rgw/base/text.hpp"

namespace rgw::access {
namespace {

// False when the stored list cannot be read.
bool add_names(std::string_view key, std::string_view app, const StoredSettings& stored,
               const EnvironmentSettings& environment, EnvNames& names) {
    const EffectiveSetting found = effective_setting(setting(key), app, stored, environment);
    if (found.problem) {
        return false;
    }
    if (const auto* list = std::get_if<std::vector<std::string>>(&found.value)) {
        for (const std::string& name : *list) {
            names.add(trim(name));
        }
    }
    return true;
}

void add_lists(std::string_view app, const StoredSettings& stored,
               const EnvironmentSettings& environment, EnvLists& lists) {
    const bool readable =
        add_names("secret_env_vars", app, stored, environment, lists.secret_names) &&
        add_names("protected_env_vars", app, stored, environment, lists.protected_names);
    if (!readable) {
        lists = EnvLists();
    }
}

}  // namespace

bool EnvNames::IgnoringCase::operator()(std::string_view a, std::string_view b) const {
    return std::ranges::lexicographical_compare(a, b, {}, ascii_lower, ascii_lower);
}

std::size_t EnvNames::mark(std::string_view name) {
    const auto first = static_cast<unsigned char>(name.empty() ? 0 : ascii_lower(name.front()));
    return (first + name.size()) % decltype(marks_)().size();
}

EnvNames EnvNames::every() {
    EnvNames names;
    names.every_ = true;
    return names;
}

void EnvNames::add(std::string_view name) {
    names_.emplace(name);
    marks_.set(mark(name));
}

bool EnvNames::has(std::string_view name) const {
    return every_ || (marks_.test(mark(name)) && names_.contains(name));
}

EnvPolicy::EnvPolicy(const StoredSettings& stored, const EnvironmentSettings& environment,
                     std::span<const std::string> secret_everywhere) {
    of_others_ = {.secret_names = {}, .protected_names = {}};
    for (const std::string& name : secret_everywhere) {
        of_others_.secret_names.add(name);
    }
    for (const auto& [app, rows] : stored.apps) {
        // Rows of names that differ in case only add up: a rack may take both for one app.
        EnvLists& lists = apps_.try_emplace(to_lower(app), of_others_).first->second;
        add_lists(app, stored, environment, lists);
    }
    for (const std::string& app : environment.apps()) {
        EnvLists& lists = of_environment_.try_emplace(app, of_others_).first->second;
        add_lists(app, {}, environment, lists);
    }
}

const EnvLists& EnvPolicy::of_app(std::string_view app) const {
    if (const auto stored = apps_.find(to_lower(app)); stored != apps_.end()) {
        return stored->second;
    }
    const auto found = of_environment_.find(app_in_variables(app));
    return found == of_environment_.end() ? of_others_ : found->second;
}

}  // namespace rgw::access
