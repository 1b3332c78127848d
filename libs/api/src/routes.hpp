#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gateway_call.hpp"

namespace rgw::api {

// Where a path leads.
enum class Destination : std::uint8_t {
    nowhere,
    gateway,  // a route of the gateway's own API
    rack,     // below the rack mount: rack::match decides
};

// Whose call a row serves: anyone's (the row says why) · that of a command line, by its
// Authorization header alone · that of anybody known, by header or by a browser's cookie.
enum class From : std::uint8_t { anyone, command_line, anybody_known };

// One row of the gateway's own route table. A path that ends with "/*" takes all below it.
struct GatewayRoute {
    std::string_view method;
    std::string_view path;
    From from;
    GatewayHandler handler;
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
