#include "browser_rules.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "rgw/base/text.hpp"

namespace rgw::api {
namespace {

constexpr auto names_of_this_machine =
    std::to_array<std::string_view>({"localhost", "127.0.0.1", "[::1]"});

// Of "name:port": without the port, and the dot that may end a full name.
std::string_view name_of(std::string_view authority) {
    const std::size_t bracket = authority.rfind(']');
    const std::size_t colon = authority.rfind(':');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
        authority = authority.substr(0, colon);
    }
    if (authority.ends_with('.')) {
        authority.remove_suffix(1);
    }
    return authority;
}

bool is_ours(std::string_view name, const Site& site) {
    if (site.on_this_machine()) {
        return std::ranges::any_of(names_of_this_machine, [name](std::string_view each) {
            return equals_ignoring_case(each, name);
        });
    }
    return equals_ignoring_case(name, site.domain);
}

}  // namespace

Result<void> check_host(const http::RequestHead& head, const Site& site) {
    if (site.domain.empty() || is_ours(name_of(head.find("Host").value_or("")), site)) {
        return {};
    }
    return Errc::host_refused;
}

Result<void> check_origin(const http::RequestHead& head, const Site& site) {
    const std::size_t count = head.count("Origin");
    if (count == 0) {
        return {};
    }
    const std::string_view origin = head.find("Origin").value_or("");
    const std::size_t end = origin.find("://");
    if (count > 1 || end == std::string_view::npos) {
        return Errc::origin_refused;
    }
    const std::string_view scheme = origin.substr(0, end);
    const std::string_view authority = origin.substr(end + 3);
    if (site.domain.empty()) {
        return equals_ignoring_case(authority, head.find("Host").value_or(""))
                   ? Result<void>()
                   : Errc::origin_refused;
    }
    const bool sound = scheme == "https" || (scheme == "http" && site.on_this_machine());
    return sound && is_ours(name_of(authority), site) ? Result<void>() : Errc::origin_refused;
}

std::optional<http::OutHead> answer_preflight(const http::RequestHead& head) {
    const auto origin = head.find("Origin");
    if (head.method != "OPTIONS" || !origin || !head.find("Access-Control-Request-Method")) {
        return std::nullopt;
    }
    return http::OutHead{
        .status = 204,
        .fields = {
            {"Access-Control-Allow-Origin", std::string(*origin)},
            {"Access-Control-Allow-Credentials", "true"},
            {"Access-Control-Allow-Methods", "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS"},
            {"Access-Control-Allow-Headers",
             "Origin,Content-Length,Content-Type,X-Csrf-Token,Authorization,X-Mfa-Totp,"
             "X-Mfa-Webauthn,X-Background-Request"},
            {"Access-Control-Max-Age", "43200"},
            {"Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}}};
}

}  // namespace rgw::api
