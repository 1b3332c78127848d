#include "rgw/rack/body.hpp"

#include <algorithm>

#include "rgw/base/text.hpp"
#include "rgw/rack/urlencoded.hpp"

namespace rgw::rack {
namespace {

constexpr std::string_view urlencoded = "application/x-www-form-urlencoded";

std::string_view media_type(std::string_view content_type) {
    return trim(content_type.substr(0, content_type.find(';')));
}

bool is_plain_urlencoded(std::string_view content_type) {
    const std::size_t semicolon = std::min(content_type.find(';'), content_type.size());
    if (!equals_ignoring_case(media_type(content_type), urlencoded)) {
        return false;
    }
    return semicolon == content_type.size() ||
           equals_ignoring_case(trim(content_type.substr(semicolon + 1)), "charset=utf-8");
}

bool carries_options(std::string_view content_type) {
    const std::string_view type = media_type(content_type);
    return equals_ignoring_case(type, urlencoded) ||
           equals_ignoring_case(type.substr(0, type.find('/')), "multipart");
}

}  // namespace

bool is_form(BodyRule rule) {
    switch (rule) {
        case BodyRule::form:
        case BodyRule::any_form:
        case BodyRule::release_form:
            return true;
        case BodyRule::none:
        case BodyRule::stream:
            return false;
    }
    return false;
}

Result<void> check_content_type(const Route& route, std::optional<std::string_view> content_type) {
    if (is_form(route.body) && (!content_type || !is_plain_urlencoded(*content_type))) {
        return Error(Errc::bad_body, "send " + std::string(urlencoded));
    }
    if (route.body == BodyRule::stream && content_type && carries_options(*content_type)) {
        return Error(Errc::bad_body, "send application/octet-stream");
    }
    return {};
}

Result<std::string> pin_body(const Route& route, std::string_view body) {
    const auto pairs = parse_urlencoded(body, Errc::bad_body);
    if (!pairs) {
        return pairs.error();
    }
    for (const Pair& pair : *pairs) {
        const bool known = route.body == BodyRule::any_form ||
                           std::ranges::find(route.fields, pair.name) != route.fields.end();
        if (!known) {
            return Error(Errc::bad_body, "a field this route does not take");
        }
        if (pair.value.find('\0') != std::string::npos) {
            return Error(Errc::bad_body, "a NUL in a value");
        }
    }
    return serialize_urlencoded(*pairs);
}

}  // namespace rgw::rack
