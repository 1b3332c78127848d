#include "routes.hpp"

#include <array>

#include "handlers.hpp"

namespace rgw::api {
namespace {

constexpr std::string_view rack_mount = "/api/v1/rack-proxy";

constexpr auto table = std::to_array<GatewayRoute>({
    // Load balancers and kubelets ask these without a credential; the answers name nothing but a
    // state.
    {"GET", "/api/v1/health", From::anyone, get_health},
    {"GET", "/api/v1/health/ready", From::anyone, get_readiness},
    {"GET", "/api/v1/rack-proxy/machines", From::command_line, get_empty_list},
    {"GET", "/api/v1/rack-proxy/racks", From::command_line, get_empty_list},
    // Who signs in is not known yet; who signs out may not be any more.
    {"GET", "/api/v1/auth/web/login", From::anyone, begin_web_sign_in},
    {"HEAD", "/api/v1/auth/web/login", From::anyone, begin_web_sign_in},
    {"GET", "/api/v1/auth/web/callback", From::anyone, finish_web_sign_in},
    {"GET", "/api/v1/auth/web/logout", From::anyone, sign_out},
    {"GET", "/api/v1/info", From::anybody_known, get_info},
    // Pages hold nothing of anybody.
    {"GET", "/", From::anyone, go_to_app},
    {"GET", "/app", From::anyone, go_to_app},
    {"GET", "/app/*", From::anyone, get_page},
});

bool leads_to(const GatewayRoute& route, std::string_view path) {
    if (route.path.ends_with("/*")) {
        return path.starts_with(route.path.substr(0, route.path.size() - 1));
    }
    return route.path == path;
}

}  // namespace

std::span<const GatewayRoute> gateway_routes() {
    return table;
}

Located locate(std::string_view method, std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    for (const GatewayRoute& route : table) {
        if (route.method == method && leads_to(route, path)) {
            return {.destination = Destination::gateway, .gateway_route = &route};
        }
    }
    if (target.starts_with(rack_mount) && target.size() > rack_mount.size() &&
        target[rack_mount.size()] == '/') {
        return {.destination = Destination::rack, .rack_target = target.substr(rack_mount.size())};
    }
    return {};
}

}  // namespace rgw::api
