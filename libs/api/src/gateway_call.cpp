#include "gateway_call.hpp"

#include "call.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/rack/urlencoded.hpp"

namespace rgw::api {

std::optional<std::string> GatewayCall::query(std::string_view name) const {
    const std::string_view target = call_.exchange.head().target;
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) {
        return std::nullopt;
    }
    const auto pairs = rack::parse_urlencoded(target.substr(mark + 1), Errc::bad_query);
    if (!pairs) {
        return std::nullopt;
    }
    for (const rack::Pair& pair : *pairs) {
        if (pair.name == name) {
            return pair.value;
        }
    }
    return std::nullopt;
}

std::optional<std::string> GatewayCall::cookie(std::string_view name) const {
    return identity::find_cookie(field("Cookie"), name);
}

std::optional<std::string_view> GatewayCall::field(std::string_view name) const {
    return call_.exchange.head().find(name);
}

Reply redirect(std::string location, int status) {
    Reply reply{.status = status};
    reply.fields.push_back({"Location", std::move(location)});
    return reply;
}

}  // namespace rgw::api
