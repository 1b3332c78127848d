#include "rgw/rack/created.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "rgw/base/text.hpp"

namespace rgw::rack {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_id = 255;

struct Row {
    std::string_view method;
    std::string_view pattern;
    CreatorRule rule;
};

constexpr auto rows = std::to_array<Row>({
    {"POST", "/apps", CreatorRule::app},
    {"DELETE", "/apps/{app}", CreatorRule::app_deleted},
    {"POST", "/apps/{app}/builds", CreatorRule::build},
    {"POST", "/apps/{app}/builds/import", CreatorRule::build},
    {"GET", "/apps/{app}/builds/{id}", CreatorRule::release_of_build},
    {"POST", "/apps/{app}/releases", CreatorRule::release},
    {"POST", "/apps/{app}/objects/tmp/{name}", CreatorRule::object},
    {"POST", "/apps/{app}/objects/{key*}", CreatorRule::object},
    {"POST", "/apps/{app}/services/{service}/processes", CreatorRule::process},
});

bool is_plain_id(std::string_view text) {
    return !text.empty() && text.size() <= longest_id && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '-' || c == '_' || c == '.';
    });
}

json::object read_object(std::string_view body) {
    boost::system::error_code error;
    json::value answer = json::parse(body, error);
    json::object* object = error ? nullptr : answer.if_object();
    return object == nullptr ? json::object() : std::move(*object);
}

// "" when the member is missing or no plain id.
std::string find_id(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    const json::string* text = member == nullptr ? nullptr : member->if_string();
    return text != nullptr && is_plain_id(*text) ? std::string(*text) : std::string();
}

// Any text may be a key; that it holds no control character was seen to when it was matched.
std::string key_of(const Match& match) {
    const std::string_view name = match.param("name");
    std::string key(name.empty() ? match.param("key") : name);
    if (!name.empty()) {
        key.insert(0, "tmp/");
    }
    return key.size() <= longest_id && valid_utf8(key) == key ? key : std::string();
}

std::vector<Resource> one(const char* type, const std::string& app, std::string id) {
    if (id.empty()) {
        return {};
    }
    return {{.type = type, .app = app, .id = std::move(id)}};
}

std::vector<Resource> build_and_release(const std::string& app, const json::object& answer) {
    std::vector<Resource> created = one("build", app, find_id(answer, "id"));
    std::string release = find_id(answer, "release");
    if (!created.empty() && !release.empty()) {
        created.push_back({.type = "release", .app = app, .id = std::move(release)});
    }
    return created;
}

}  // namespace

CreatorRule creator_rule(const Route& route) {
    const auto found = std::ranges::find_if(rows, [&route](const Row& row) {
        return row.pattern == route.pattern && row.method == route.method;
    });
    return found == rows.end() ? CreatorRule::none : found->rule;
}

bool is_told_by_body(CreatorRule rule) {
    switch (rule) {
        case CreatorRule::app:
        case CreatorRule::build:
        case CreatorRule::release:
        case CreatorRule::process:
        case CreatorRule::release_of_build:
            return true;
        case CreatorRule::none:
        case CreatorRule::object:
        case CreatorRule::app_deleted:
            return false;
    }
    return false;
}

std::vector<Resource> created_resources(const Match& match, std::string_view body) {
    const std::string app(match.param("app"));
    if (!app.empty() && !is_plain_id(app)) {
        return {};
    }
    switch (creator_rule(*match.route)) {
        case CreatorRule::app:
            return one("app", app, find_id(read_object(body), "name"));
        case CreatorRule::build:
            return build_and_release(app, read_object(body));
        case CreatorRule::release:
            return one("release", app, find_id(read_object(body), "id"));
        case CreatorRule::object:
            return one("object", app, key_of(match));
        case CreatorRule::process:
            return one("process", app, find_id(read_object(body), "id"));
        case CreatorRule::none:
        case CreatorRule::release_of_build:
        case CreatorRule::app_deleted:
            return {};
    }
    return {};
}

std::string release_of_build(const Match& match, std::string_view body) {
    const std::string_view build = match.param("id");
    if (creator_rule(*match.route) != CreatorRule::release_of_build || !is_plain_id(build) ||
        !is_plain_id(match.param("app"))) {
        return {};
    }
    const json::object answer = read_object(body);
    return find_id(answer, "id") == build ? find_id(answer, "release") : std::string();
}

}  // namespace rgw::rack
