#include "routes.hpp"

#include <gtest/gtest.h>

namespace rgw::api {
namespace {

TEST(Routes, ThePathDecidesWhoIsAsked) {
    struct Case {
        const char* method;
        const char* target;
        Destination destination;
        const char* rack_target;
    };
    const Case cases[] = {
        {"GET", "/api/v1/health", Destination::gateway, ""},
        {"GET", "/api/v1/health?x=1", Destination::gateway, ""},
        {"GET", "/api/v1/health/ready", Destination::gateway, ""},
        {"GET", "/api/v1/rack-proxy/racks?", Destination::gateway, ""},
        {"GET", "/api/v1/rack-proxy/machines", Destination::gateway, ""},
        {"POST", "/api/v1/rack-proxy/racks", Destination::rack, "/racks"},
        {"POST", "/api/v1/health", Destination::nowhere, ""},
        {"GET", "/api/v1/health/", Destination::nowhere, ""},
        {"GET", "/api/v1/rack-proxy/apps?", Destination::rack, "/apps?"},
        {"GET", "/api/v1/rack-proxy/", Destination::rack, "/"},
        {"GET", "/api/v1/rack-proxy", Destination::nowhere, ""},
        {"GET", "/api/v1/rack-proxyX/apps", Destination::nowhere, ""},
        {"GET", "/api/v1/rack%2Dproxy/apps", Destination::nowhere, ""},
        {"GET", "/api/v1/RACK-PROXY/apps", Destination::nowhere, ""},
        {"GET", "//api/v1/rack-proxy/apps", Destination::nowhere, ""},
        {"GET", "/api/v1/../v1/rack-proxy/apps", Destination::nowhere, ""},
        {"GET", "/apps", Destination::nowhere, ""},
        {"GET", "/", Destination::gateway, ""},
        {"GET", "/app", Destination::gateway, ""},
        {"GET", "/app/login?x=1", Destination::gateway, ""},
        {"POST", "/app/login", Destination::nowhere, ""},
        {"OPTIONS", "*", Destination::nowhere, ""},
    };
    for (const Case& c : cases) {
        const Located located = locate(c.method, c.target);
        EXPECT_EQ(located.destination, c.destination) << c.target;
        EXPECT_EQ(located.rack_target, c.rack_target) << c.target;
    }
}

TEST(Routes, WhatAsksForNoCredentialIsAStateAPageOrTheWayIn) {
    for (const GatewayRoute& route : gateway_routes()) {
        if (route.from == From::anyone) {
            const bool harmless = route.path.starts_with("/api/v1/health") ||
                                  route.path.starts_with("/api/v1/auth/web/") ||
                                  route.path == "/" || route.path.starts_with("/app");
            EXPECT_TRUE(harmless) << route.path;
            EXPECT_TRUE(route.method == "GET" || route.method == "HEAD") << route.path;
        }
    }
}

}  // namespace
}  // namespace rgw::api
