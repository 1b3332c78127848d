#include "settings_request.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "call.hpp"
#include "rgw/base/text.hpp"
#include "routes.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

using access::SettingGroupInfo;
using access::SettingInfo;
using access::SettingsChange;
using ValueMap = std::map<std::string, boost::json::value>;

// A key as a refusal shows it: any text at all.
std::string shown(std::string_view key) {
    constexpr std::size_t most_bytes = 100;
    return clip_utf8(valid_utf8(key), most_bytes);
}

Result<const SettingInfo*> find_key(std::string_view key, const SettingGroupInfo& group) {
    const SettingInfo* found = access::find_setting(key);
    if (found == nullptr) {
        return settings_refused("unknown setting key: " + shown(key));
    }
    if (found->group != group.group) {
        return settings_refused("setting " + std::string(key) + " is not managed by this endpoint");
    }
    return found;
}

// Null takes the stored value away.
std::optional<std::string> row_of(const access::SettingValue& value) {
    return std::holds_alternative<std::monostate>(value) ? std::nullopt
                                                         : std::optional(access::to_json(value));
}

// What the table of settings cannot know: whether there is such a route, and whether opening it
// means anything.
std::string unknown_routes(const SettingInfo& setting, const access::SettingValue& value) {
    const auto* routes = std::get_if<std::vector<std::string>>(&value);
    if (setting.kind != access::SettingKind::routes || routes == nullptr) {
        return {};
    }
    for (const std::string& wanted : *routes) {
        const auto found = std::ranges::find_if(gateway_routes(), [&](const GatewayRoute& route) {
            return route_name(route) == wanted;
        });
        if (found == gateway_routes().end() || !found->access.permission ||
            access::mfa_level(*found->access.permission) != access::MfaLevel::always) {
            return std::string(setting.key) + " holds " + shown(wanted) +
                   ", which is no route that takes a factor with every call";
        }
    }
    return {};
}

// All that is wrong with the values, at once.
Result<SettingsChange> check_values(const ValueMap& values, const SettingGroupInfo& group) {
    SettingsChange change;
    std::string problems;
    for (const auto& [key, json] : values) {
        const Result<const SettingInfo*> setting = find_key(key, group);
        if (!setting) {
            return setting.error();
        }
        const auto value = access::parse_setting(**setting, boost::json::serialize(json));
        const std::string problem =
            value ? unknown_routes(**setting, *value) : value.error().detail;
        if (problem.empty()) {
            change.rows.emplace(key, row_of(*value));
        } else {
            problems += (problems.empty() ? "" : "; ") + problem;
        }
    }
    if (!problems.empty()) {
        return settings_refused(std::move(problems));
    }
    return change;
}

Result<SettingsChange> values_in_body(const GatewayCall& call, const SettingGroupInfo& group) {
    const Result<boost::json::value> body = parse_body(call);
    if (!body) {
        return settings_refused("invalid request body");
    }
    if (group.body == access::SettingBody::bare_value) {
        return check_values({{std::string(keys_of(group.group).front()->key), *body}}, group);
    }
    const Result<ValueMap> values = Wire<ValueMap>::read(*body, "the body");
    if (!values) {
        return settings_refused("invalid request body");
    }
    if (values->empty()) {
        return settings_refused("no settings provided");
    }
    return check_values(*values, group);
}

Result<SettingsChange> keys_in_query(const GatewayCall& call, const SettingGroupInfo& group) {
    SettingsChange change;
    for (const std::string& key : call.queries("key")) {
        const Result<const SettingInfo*> setting = find_key(key, group);
        if (!setting) {
            return setting.error();
        }
        change.rows.emplace(key, std::nullopt);
    }
    if (change.rows.empty()) {
        for (const SettingInfo* each : keys_of(group.group)) {
            change.rows.emplace(each->key, std::nullopt);
        }
    }
    return change;
}

Result<SettingsChange> of_this_call(const GatewayCall& call, Result<SettingsChange> change) {
    Result<std::string> app = settings_app_of(call);
    if (!app) {
        return app.error();
    }
    if (change) {
        change->app = std::move(*app);
        change->by = call.principal()->user_id;
    }
    return change;
}

}  // namespace

Error settings_refused(std::string sentence) {
    return {Errc::invalid_request, std::move(sentence)};
}

const SettingGroupInfo& setting_group_of(const GatewayCall& call) {
    const std::string_view path = call.call().gateway_route->path;
    const std::string_view last = path.substr(path.rfind('/') + 1);
    return *std::ranges::find(access::all_setting_groups(), last, &SettingGroupInfo::path);
}

SettingList keys_of(access::SettingGroup group) {
    SettingList keys;
    for (const SettingInfo& each : access::all_settings()) {
        if (each.group == group) {
            keys.push_back(&each);
        }
    }
    return keys;
}

Result<std::string> settings_app_of(const GatewayCall& call) {
    if (call.call().path.empty()) {
        return std::string();
    }
    const std::string& app = call.path("app");
    return access::is_app_name(app)
               ? Result<std::string>(app)
               : settings_refused(
                     "the name of an app has lower-case letters, digits and dashes only");
}

Result<SettingsChange> read_values(const GatewayCall& call) {
    return of_this_call(call, values_in_body(call, setting_group_of(call)));
}

Result<SettingsChange> read_reset(const GatewayCall& call) {
    return of_this_call(call, keys_in_query(call, setting_group_of(call)));
}

}  // namespace rgw::api
