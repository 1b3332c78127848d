#include "routes.hpp"

#include <array>

namespace rgw::api {
namespace {

constexpr std::string_view rack_mount = "/api/v1/rack-proxy";

constexpr auto table = std::to_array<GatewayRoute>({
    // Load balancers and kubelets ask these without a credential; the answers name nothing but a
    // state.
    {"GET", "/api/v1/health", GatewayAction::health, false},
    {"GET", "/api/v1/health/ready", GatewayAction::ready, false},
    {"GET", "/api/v1/rack-proxy/machines", GatewayAction::empty_list, true},
    {"GET", "/api/v1/rack-proxy/racks", GatewayAction::empty_list, true},
});

}  // namespace

std::span<const GatewayRoute> gateway_routes() {
    return table;
}

Located locate(std::string_view method, std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    for (const GatewayRoute& route : table) {
        if (route.path == path && route.method == method) {
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
