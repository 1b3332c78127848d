#include "routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "rgw/access/setting.hpp"

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
        {"GET", "/api/v1/convox/apps?x=1", Destination::rack_by_browser, "/apps?x=1"},
        {"GET", "/api/v1/convox", Destination::nowhere, ""},
        {"GET", "/api/v1/convoxX/apps", Destination::nowhere, ""},
        {"GET", "/api/v1/rack", Destination::rack_by_browser, "/system"},
        {"GET", "/api/v1/rack/", Destination::nowhere, ""},
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

// Rows that may change something without a permission of their own: what they change is the
// caller's own way in or out.
constexpr std::string_view ways_in[] = {"/api/v1/auth/"};

TEST(Routes, WhatAsksForNoCredentialIsAStateAPageOrTheWayIn) {
    for (const GatewayRoute& route : gateway_routes()) {
        if (route.access.from == From::anyone) {
            const bool harmless = route.path.starts_with("/api/v1/health") ||
                                  route.path.starts_with("/api/v1/auth/") ||
                                  route.path == "/openapi.json" || route.path == "/" ||
                                  route.path == "/favicon.ico" || route.path == "/robots.txt" ||
                                  route.path.starts_with("/app");
            EXPECT_TRUE(harmless) << route.path;
            EXPECT_TRUE(route.throttle == Throttle::sign_in ||
                        !route.path.starts_with("/api/v1/auth/"))
                << route.path;
        }
    }
}

TEST(Routes, WhatChangesSomethingNeedsAPermissionAndIsRecorded) {
    for (const GatewayRoute& route : gateway_routes()) {
        const bool way_in = std::ranges::any_of(
            ways_in, [&](std::string_view prefix) { return route.path.starts_with(prefix); });
        if (route.mutating() && !way_in) {
            EXPECT_TRUE(route.access.permission) << route.path;
            EXPECT_FALSE(route.record.action.empty()) << route.path;
            EXPECT_EQ(route.access.factor, Factor::shown) << route.path;
        }
        EXPECT_FALSE(route.operation->summary.empty()) << route.path;
    }
}

TEST(Routes, EveryGroupOfSettingsIsWrittenAndResetWithItsOwnPermission) {
    for (const access::SettingGroupInfo& group : access::all_setting_groups()) {
        const std::string_view scope = group.scope == access::SettingScope::global
                                           ? "/api/v1/settings/"
                                           : "/api/v1/apps/{app}/settings/";
        for (const std::string_view method : {"PUT", "DELETE"}) {
            const auto row = std::ranges::find_if(gateway_routes(), [&](const GatewayRoute& each) {
                return each.method == method &&
                       each.path == std::string(scope) + std::string(group.path);
            });
            ASSERT_NE(row, gateway_routes().end()) << group.path;
            EXPECT_EQ(row->access.permission, group.permission) << group.path;
        }
    }
}

TEST(Routes, NoRowHidesAnother) {
    const auto rows = gateway_routes();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::string path(rows[i].path);
        std::ranges::replace(path, '{', 'x');
        std::ranges::replace(path, '}', 'x');
        if (!rows[i].flag.empty()) {
            path += "?" + std::string(rows[i].flag) + "=true";
        }
        EXPECT_EQ(locate(rows[i].method, path).gateway_route, &rows[i]) << rows[i].path;
    }
}

TEST(Routes, AFlagIsInTheQueryWholeAndTrueOrLeadsToTheOtherRow) {
    const auto action_of = [](const std::string& query) {
        return locate("GET", "/api/v1/apps/shop/env" + query).gateway_route->record.action;
    };
    for (const char* query : {"?secrets=true", "?key=A&secrets=TRUE", "?%73ecrets=t%72ue",
                              "?secrets=false&secrets=true"}) {
        EXPECT_EQ(action_of(query), "secret.read") << query;
    }
    for (const char* query :
         {"", "?", "?secrets", "?secrets=", "?secrets=1", "?Secrets=true", "?xsecrets=true",
          "?secrets=truex", "?secrets=true&%", "?a;secrets=true"}) {
        EXPECT_EQ(action_of(query), "env.read") << query;
    }
}

}  // namespace
}  // namespace rgw::api
