#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "rgw/access/setting.hpp"
#include "rgw/base/json.hpp"
#include "rgw/base/text.hpp"
#include "setting_rules.hpp"

namespace rgw::access {
namespace {

namespace json = boost::json;

constexpr std::size_t most_value_bytes = 16UL * 1024;
constexpr std::size_t most_items = 200;
constexpr std::size_t most_app_name_bytes = 255;
constexpr JsonLimits limits{.bytes = most_value_bytes, .depth = 4};

// A value, or what is wrong, as the end of a sentence that begins with the setting's key.
struct Parsed {
    SettingValue value;
    std::string problem;
};
using Check = std::string (*)(std::string_view);

std::string_view view(const json::string& text) {
    return {text.data(), text.size()};
}

std::string must_be(const SettingInfo& setting) {
    return "must be " + wanted(setting);
}

Parsed take(SettingValue value) {
    return {.value = std::move(value), .problem = {}};
}

Parsed refuse(std::string problem) {
    return {.value = {}, .problem = std::move(problem)};
}

Parsed refuse(const SettingInfo& setting) {
    return refuse(must_be(setting));
}

Parsed parse_integer(const SettingInfo& setting, const json::value& value) {
    if (!value.is_int64() || value.get_int64() < setting.least ||
        value.get_int64() > setting.most) {
        return refuse(setting);
    }
    return take(value.get_int64());
}

Parsed parse_text(const SettingInfo& setting, const json::value& value) {
    if (!value.is_string()) {
        return refuse(setting);
    }
    std::string text(view(value.get_string()));
    if (text.empty() && setting.nullable()) {
        return take({});
    }
    std::string problem;
    if (setting.kind == SettingKind::choice) {
        problem = std::ranges::find(setting.choices, text) == setting.choices.end()
                      ? must_be(setting)
                      : "";
    } else if (setting.kind == SettingKind::branch) {
        problem = check_branch(text);
    } else if (setting.kind == SettingKind::repository) {
        problem = check_repository(text);
    } else {
        problem = check_line(text);
    }
    if (!problem.empty()) {
        return refuse(problem);
    }
    return take(std::move(text));
}

Parsed parse_list(const SettingInfo& setting, const json::value& value) {
    const json::array* array = value.if_array();
    if (array == nullptr || array->size() > most_items) {
        return refuse(setting);
    }
    const Check check = setting.kind == SettingKind::env_names ? check_env_name
                        : setting.kind == SettingKind::routes  ? check_route
                                                               : check_command;
    std::vector<std::string> items;
    for (const json::value& item : *array) {
        const json::string* text = item.if_string();
        if (text == nullptr) {
            return refuse(setting);
        }
        std::string problem = check(view(*text));
        if (!problem.empty()) {
            return refuse(problem);
        }
        items.emplace_back(view(*text));
    }
    return take(std::move(items));
}

Parsed parse_patterns(const SettingInfo& setting, const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr || object->size() > most_items) {
        return refuse(setting);
    }
    std::map<std::string, std::string> patterns;
    for (const auto& member : *object) {
        const std::string service(member.key());
        std::string problem = check_service(service);
        if (!problem.empty()) {
            return refuse(problem);
        }
        const json::string* pattern = member.value().if_string();
        if (pattern == nullptr) {
            return refuse(setting);
        }
        problem = check_pattern(view(*pattern));
        if (!problem.empty()) {
            return refuse(fmt::format("holds a pattern of {} that {}", service, problem));
        }
        patterns.emplace(service, view(*pattern));
    }
    return take(std::move(patterns));
}

Parsed parse(const SettingInfo& setting, const json::value& value) {
    if (value.is_null() && setting.nullable()) {
        return take({});
    }
    switch (setting.kind) {
        case SettingKind::boolean:
            return value.is_bool() ? take(value.get_bool()) : refuse(setting);
        case SettingKind::integer:
            return parse_integer(setting, value);
        case SettingKind::choice:
        case SettingKind::text:
        case SettingKind::branch:
        case SettingKind::repository:
            return parse_text(setting, value);
        case SettingKind::env_names:
        case SettingKind::commands:
        case SettingKind::routes:
            return parse_list(setting, value);
        case SettingKind::patterns:
            return parse_patterns(setting, value);
    }
    return refuse(setting);
}

std::string joined(std::span<const std::string_view> words) {
    std::string text;
    for (const std::string_view word : words) {
        text += text.empty() ? "" : " or ";
        text += word;
    }
    return text;
}

struct Writer {
    json::value operator()(std::monostate) const { return nullptr; }
    json::value operator()(bool flag) const { return flag; }
    json::value operator()(std::int64_t number) const { return number; }
    json::value operator()(const std::string& text) const { return json::string(text); }
    json::value operator()(const std::vector<std::string>& items) const {
        return json::value_from(items);
    }
    json::value operator()(const std::map<std::string, std::string>& members) const {
        return json::value_from(members);
    }
};

}  // namespace

std::string wanted(const SettingInfo& setting) {
    const std::string or_null = setting.nullable() ? ", or null" : "";
    switch (setting.kind) {
        case SettingKind::boolean:
            return "true or false";
        case SettingKind::integer:
            return "a whole number from " + std::to_string(setting.least) + " to " +
                   std::to_string(setting.most);
        case SettingKind::choice:
            return joined(setting.choices) + or_null;
        case SettingKind::text:
            return "a text";
        case SettingKind::branch:
            return "the name of a git branch";
        case SettingKind::repository:
            return "a text of the form OWNER/REPO" + or_null;
        case SettingKind::env_names:
            return "a list of at most " + std::to_string(most_items) +
                   " names of environment variables" + or_null;
        case SettingKind::commands:
            return "a list of at most " + std::to_string(most_items) + " commands" + or_null;
        case SettingKind::routes:
            return "a list of at most " + std::to_string(most_items) + " routes" + or_null;
        case SettingKind::patterns:
            return "an object of at most " + std::to_string(most_items) +
                   " regular expressions by service" + or_null;
    }
    return "";
}

Result<SettingValue> parse_setting(const SettingInfo& setting, std::string_view text) {
    const auto json = parse_json(text, limits);
    Parsed parsed;
    if (json) {
        parsed = parse(setting, *json);
    } else if (json.error() == JsonFault::too_large) {
        parsed.problem = "is longer than " + std::to_string(most_value_bytes) + " bytes";
    } else {
        parsed.problem = must_be(setting);
    }
    if (!parsed.problem.empty()) {
        return Error(Errc::invalid_value, std::string(setting.key) + " " + parsed.problem);
    }
    return std::move(parsed.value);
}

SettingValue default_value(const SettingInfo& setting) {
    return parse_setting(setting, setting.default_json).value();
}

std::string to_json(const SettingValue& value) {
    return json::serialize(std::visit(Writer(), value));
}

std::string_view warning_of(const SettingInfo& setting, const SettingValue& value) {
    const auto* number = std::get_if<std::int64_t>(&value);
    return number != nullptr && !setting.advice.empty() && *number > setting.advised_most
               ? setting.advice
               : std::string_view();
}

bool is_app_name(std::string_view name) {
    return !name.empty() && name.size() <= most_app_name_bytes &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

}  // namespace rgw::access
