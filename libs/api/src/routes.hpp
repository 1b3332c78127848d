#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rgw::api {

// Where a path leads.
enum class Destination : std::uint8_t {
    nowhere,
    gateway,  // a route of the gateway's own API
    rack,     // below the rack mount: rack::match decides
};

enum class GatewayAction : std::uint8_t {
    health,
    ready,
    empty_list,  // what the SDK asks a rack before each session and ignores (spec proxy-rbac §6.5)
};

// One row of the gateway's own route table. `authenticated` is false only where this says why.
struct GatewayRoute {
    std::string_view method;
    std::string_view path;
    GatewayAction action;
    bool authenticated;
};

[[nodiscard]] std::span<const GatewayRoute> gateway_routes();

struct Located {
    Destination destination = Destination::nowhere;
    const GatewayRoute* gateway_route = nullptr;
    std::string_view rack_target;  // the target without the mount, beginning with '/'
};

// Compares raw bytes, whole segments: "/api/v1/rack-proxyX" is nowhere.
[[nodiscard]] Located locate(std::string_view method, std::string_view target);

}  // namespace rgw::api
