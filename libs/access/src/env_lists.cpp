#include "rgw/access/env_lists.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>

#include "rgw/base/text.hpp"

namespace rgw::access {
namespace {

namespace json = boost::json;

constexpr std::string_view secret_key = "secret_env_vars";
constexpr std::string_view protected_key = "protected_env_vars";

std::optional<std::vector<std::string>> parse_names(std::string_view json_text) {
    boost::system::error_code error;
    const json::value value = json::parse(json_text, error);
    if (error || (!value.is_array() && !value.is_null())) {
        return std::nullopt;
    }
    std::vector<std::string> names;
    if (value.is_null()) {
        return names;
    }
    for (const json::value& item : value.get_array()) {
        if (!item.is_string()) {
            return std::nullopt;
        }
        names.emplace_back(trim(item.get_string()));
    }
    return names;
}

}  // namespace

bool EnvNames::IgnoringCase::operator()(std::string_view a, std::string_view b) const {
    return std::ranges::lexicographical_compare(a, b, {}, ascii_lower, ascii_lower);
}

EnvNames EnvNames::every() {
    EnvNames names;
    names.every_ = true;
    return names;
}

void EnvNames::add(std::string_view name) {
    names_.emplace(name);
}

bool EnvNames::has(std::string_view name) const {
    return every_ || names_.contains(name);
}

EnvPolicy::EnvPolicy(const std::map<std::string, StoredRows, std::less<>>& apps,
                     std::span<const std::string> secret_everywhere) {
    of_others_ = {.secret_names = {}, .protected_names = {}};
    for (const std::string& name : secret_everywhere) {
        of_others_.secret_names.add(name);
    }
    for (const auto& [app, rows] : apps) {
        // Rows of names that differ in case only add up: a rack may take both for one app.
        EnvLists& lists = apps_.try_emplace(to_lower(app), of_others_).first->second;
        for (const auto& [key, member] : {std::pair{secret_key, &EnvLists::secret_names},
                                          std::pair{protected_key, &EnvLists::protected_names}}) {
            const auto row = rows.find(key);
            if (row == rows.end()) {
                continue;
            }
            const auto names = parse_names(row->second);
            if (!names) {
                lists = EnvLists();
                unreadable_.push_back(app + ": " + std::string(key));
                continue;
            }
            for (const std::string& name : *names) {
                (lists.*member).add(name);
            }
        }
    }
}

const EnvLists& EnvPolicy::of_app(std::string_view app) const {
    const auto found = apps_.find(to_lower(app));
    return found == apps_.end() ? of_others_ : found->second;
}

}  // namespace rgw::access
