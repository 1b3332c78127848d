#include "setting_record.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "call.hpp"
#include "rgw/base/text.hpp"

namespace rgw::api {
namespace {

using access::EffectiveSetting;
using access::SettingValue;

// With the rest of the details within what an event holds (libs/audit/src/normalise.cpp).
constexpr std::size_t most_values_bytes = 7000;

void append_member(std::string& json, std::string_view name, std::string_view value_json) {
    json += json.size() > 1 ? "," : "";
    append_json_string(json, name);
    json += ':';
    json += value_json;
}

std::string quoted(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return json;
}

// The parts of a list or of patterns, as texts.
std::set<std::string> parts_of(const SettingValue& value) {
    std::set<std::string> parts;
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
        parts.insert(list->begin(), list->end());
    } else if (const auto* patterns = std::get_if<std::map<std::string, std::string>>(&value)) {
        for (const auto& [service, pattern] : *patterns) {
            std::string part = service;
            part += ": ";
            part += pattern;
            parts.insert(std::move(part));
        }
    }
    return parts;
}

std::string missing_in(const std::set<std::string>& one, const std::set<std::string>& other) {
    std::vector<std::string> missing;
    std::ranges::set_difference(one, other, std::back_inserter(missing));
    return access::to_json(std::move(missing));
}

void append_values(std::string& details, const SettingValue& before, const SettingValue& after) {
    const std::string old_json = access::to_json(before);
    const std::string new_json = access::to_json(after);
    if (old_json.size() + new_json.size() <= most_values_bytes) {
        append_member(details, "old", old_json);
        append_member(details, "new", new_json);
        return;
    }
    append_member(details, "removed", missing_in(parts_of(before), parts_of(after)));
    append_member(details, "added", missing_in(parts_of(after), parts_of(before)));
}

}  // namespace

ChangeRecord setting_record(const access::SettingInfo& setting, std::string_view app,
                            const EffectiveSetting& before, const EffectiveSetting& after) {
    const std::string key(setting.key);
    std::string details = "{";
    if (!app.empty()) {
        append_member(details, "app", quoted(app));
    }
    append_values(details, before.value, after.value);
    append_member(details, "old_source", quoted(access::name(before.source)));
    append_member(details, "new_source", quoted(access::name(after.source)));
    const bool stored = after.source == access::SettingSource::database;
    return {.action_type = "gateway",
            .action = stored ? "setting.update" : "setting.delete",
            .resource_type = "setting",
            .resource = app.empty() ? key : std::string(app) + "/" + key,
            .name = key,
            .details = details + "}"};
}

}  // namespace rgw::api
