#include "rgw/rack/release_env.hpp"
#include "rgw/rack/urlencoded.hpp"

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

}  // namespace rgw::rack
