#include <algorithm>

#include "rgw/base/text.hpp"
#include "rgw/rack/release_env.hpp"
#include "urlencoded.hpp"

namespace rgw::rack {

Result<std::string> release_form(std::string_view body) {
    const auto pairs = parse_urlencoded(body, Errc::bad_body);
    if (!pairs) {
        return pairs.error();
    }
    for (const Pair& pair : *pairs) {
        if (pair.name == "env" || pair.name == "parent-release") {
            return Error(Errc::env_change_refused, pair.name);
        }
        if (pair.name != "build" && pair.name != "description") {
            return Error(Errc::bad_body, "a release takes only build and description");
        }
        if (pair.value.find('\0') != std::string::npos) {
            return Error(Errc::bad_body, "a NUL in a value");
        }
    }
    return serialize_urlencoded(*pairs);
}

bool is_urlencoded_form(std::string_view content_type) {
    const std::size_t semicolon = std::min(content_type.find(';'), content_type.size());
    if (!equals_ignoring_case(trim(content_type.substr(0, semicolon)),
                              "application/x-www-form-urlencoded")) {
        return false;
    }
    if (semicolon == content_type.size()) {
        return true;
    }
    const std::string_view parameter = trim(content_type.substr(semicolon + 1));
    return equals_ignoring_case(parameter, "charset=utf-8");
}

}  // namespace rgw::rack
