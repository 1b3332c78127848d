#include "rgw/rack/headers.hpp"

#include <algorithm>
#include <span>

#include "rgw/base/text.hpp"

namespace rgw::rack {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view to_rack[] = {"Accept", "Content-Type", "User-Agent", "Version"};

constexpr std::string_view never_to_client[] = {
    // hop by hop (RFC 9110 §7.6.1) and framing: written anew for each connection
    "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
    "Proxy-Authentication-Info", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length",
    "Date",
    // the rack's own session and credentials
    "Set-Cookie", "Set-Cookie2", "WWW-Authenticate", "Authentication-Info",
    // what only the gateway may say about its origin or about this request
    "Alt-Svc", "Clear-Site-Data", "Strict-Transport-Security", "Content-Security-Policy",
    "X-Request-ID", "X-Error-Reason", "X-MFA-Required", "X-MFA-Level", "X-Audit-Resource"};

constexpr std::string_view never_to_client_prefix = "Access-Control-";

bool contains(Names names, std::string_view name) {
    return std::ranges::any_of(
        names, [name](std::string_view known) { return equals_ignoring_case(known, name); });
}

}  // namespace

bool passes_to_rack(const Route& route, std::string_view name) {
    return contains(to_rack, name) || contains(route.headers, name);
}

bool sets_environment(std::string_view name) {
    constexpr std::string_view names[] = {"Environment", "Env", "Release-Env"};
    return contains(names, name);
}

bool passes_to_client(std::string_view name, std::optional<std::string_view> connection) {
    if (contains(never_to_client, name) ||
        equals_ignoring_case(name.substr(0, never_to_client_prefix.size()),
                             never_to_client_prefix)) {
        return false;
    }
    if (!connection) {
        return true;
    }
    return std::ranges::none_of(split_list(*connection), [name](const std::string& named) {
        return equals_ignoring_case(named, name);
    });
}

}  // namespace rgw::rack
