#include <charconv>
#include <cstddef>

#include "request_target.hpp"
#include "rgw/base/text.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::http {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
    const bool there = equals_ignoring_case(text.substr(0, prefix.size()), prefix);
    if (there) {
        text.remove_prefix(prefix.size());
    }
    return there;
}

}  // namespace

Result<Origin> parse_origin(std::string_view url) {
    const Error invalid(Errc::configuration_invalid,
                        "expected https://host[:port] or http://host[:port]");
    Origin origin;
    std::string_view rest = url;
    if (take_prefix(rest, "https://")) {
        origin.tls = true;
        origin.port = 443;
    } else {
        take_prefix(rest, "http://");
    }
    if (rest.ends_with('/')) {
        rest.remove_suffix(1);
    }
    if (!is_host(rest)) {
        return invalid;
    }
    const std::size_t colon = rest.rfind(':');
    if (colon != std::string_view::npos && !rest.ends_with(']')) {
        const std::string_view port = rest.substr(colon + 1);
        std::from_chars(port.data(), port.data() + port.size(), origin.port);
        if (origin.port == 0) {
            return invalid;
        }
        rest = rest.substr(0, colon);
    }
    if (rest.starts_with('[')) {
        rest = rest.substr(1, rest.size() - 2);
    }
    origin.host = to_lower(rest);
    return origin;
}

}  // namespace rgw::http
