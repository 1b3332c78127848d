#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "rgw/rack/route.hpp"

namespace rgw::rack {
namespace {

// "GET /apps/{}" for any parameter name, "GET /apps/{}/objects/{*}" for a rest.
std::string shape(std::string_view method, std::string_view pattern) {
    std::string out(method);
    out += ' ';
    while (!pattern.empty()) {
        const std::size_t open = std::min(pattern.find('{'), pattern.size());
        out += pattern.substr(0, open);
        pattern.remove_prefix(open);
        if (pattern.empty()) {
            break;
        }
        const std::size_t close = pattern.find('}');
        out += pattern.substr(0, close).find('*') == std::string_view::npos ? "{}" : "{*}";
        pattern.remove_prefix(close + 1);
    }
    return out;
}

std::map<std::string, int> shapes_of_table() {
    std::map<std::string, int> shapes;
    for (const Route& route : routes()) {
        ++shapes[shape(route.method, route.pattern)];
    }
    return shapes;
}

struct RackRoutes {
    std::set<std::string> plain;
    std::set<std::string> other;  // SOCKET and ANY
};

RackRoutes read_rack_routes() {
    RackRoutes out;
    std::ifstream file(RACK_TEST_DATA "/convox-v3-routes.tsv");
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const std::size_t tab = line.find('\t');
        const std::string method = line.substr(0, tab);
        const bool other = method == "SOCKET" || method == "ANY";
        (other ? out.other : out.plain).insert(shape(method, line.substr(tab + 1)));
    }
    return out;
}

TEST(RouteTable, EveryPlainRouteOfTheRackHasExactlyOneRow) {
    const RackRoutes rack = read_rack_routes();
    ASSERT_EQ(rack.plain.size() + rack.other.size(), 100U);
    const auto table = shapes_of_table();
    for (const std::string& route : rack.plain) {
        EXPECT_EQ(table.count(route), 1U) << route;
    }
    for (const auto& [route, rows] : table) {
        EXPECT_EQ(rows, 1) << route;
    }
}

TEST(RouteTable, WhatIsNotInTheTableIsTheKnownRest) {
    const std::set<std::string> known = {"SOCKET /apps/{}/builds/{}/logs",
                                         "SOCKET /apps/{}/logs",
                                         "SOCKET /apps/{}/processes/{}/exec",
                                         "SOCKET /apps/{}/processes/{}/logs",
                                         "SOCKET /apps/{}/resources/{}/console",
                                         "SOCKET /apps/{}/services/{}/logs",
                                         "SOCKET /instances/{}/shell",
                                         "SOCKET /proxy/{}/{}",
                                         "SOCKET /system/logs",
                                         "ANY /custom/http/proxy/{*}",
                                         "ANY /v2/{*}"};
    EXPECT_EQ(read_rack_routes().other, known);
}

TEST(RouteTable, WhatIsOnlyInTheTableIsTheKnownRest) {
    const std::set<std::string> known = {
        "POST /apps/{}/objects/tmp/{}",
        "POST /apps/{}/resources/{}/deletion-protection-and-snapshot/{}",
        "GET /rds/snapshots/{}",
        "DELETE /rds/{}",
        "GET /auth",
        "GET /check",
        "GET /system/sync/whitelist/instances/ip"};
    const RackRoutes rack = read_rack_routes();
    std::set<std::string> extra;
    for (const auto& [route, rows] : shapes_of_table()) {
        if (!rack.plain.contains(route)) {
            extra.insert(route);
        }
    }
    EXPECT_EQ(extra, known);
}

TEST(RouteTable, ReadsAreSafeMethodsAndAllElseMutates) {
    for (const Route& route : routes()) {
        const bool safe =
            route.method == "GET" || route.method == "HEAD" || route.method == "OPTIONS";
        // Its GET makes the rack rewrite security groups.
        const bool disguised = route.pattern.starts_with("/system/sync/");
        EXPECT_EQ(route.mutating, !safe || disguised) << route.method << " " << route.pattern;
        if (route.destructive) {
            EXPECT_TRUE(route.mutating) << route.pattern;
        }
    }
}

TEST(RouteTable, EveryDeleteDestroysExceptStoppingAProcess) {
    std::set<std::string> others;
    for (const Route& route : routes()) {
        if (route.method == "DELETE") {
            EXPECT_EQ(route.destructive,
                      route.permission != access::Permission::convox_process_terminate)
                << route.pattern;
        } else if (route.destructive) {
            others.insert(shape(route.method, route.pattern));
        }
    }
    EXPECT_EQ(others, std::set<std::string>{"POST /system/karpenter/cleanup"});
}

TEST(RouteTable, EveryDestructiveRouteAlwaysNeedsAFactor) {
    for (const Route& route : routes()) {
        if (route.destructive) {
            EXPECT_EQ(access::mfa_level(route.permission), access::MfaLevel::always)
                << route.method << " " << route.pattern;
        }
    }
}

TEST(RouteTable, EveryAnswerThatHoldsReleasesIsMasked) {
    for (const Route& route : routes()) {
        const bool releases =
            route.pattern.ends_with("/releases") || route.pattern.ends_with("/releases/{id}");
        EXPECT_EQ(route.answer == AnswerRule::mask_release_env, releases) << route.pattern;
    }
}

TEST(RouteTable, TheAuditResourceOfEveryRowCanBeFound) {
    for (const Route& route : routes()) {
        const auto params = std::ranges::count(route.pattern, '{');
        switch (route.resource) {
            case AuditResource::all:
            case AuditResource::fixed:
                EXPECT_EQ(params, 0) << route.pattern;
                break;
            case AuditResource::app:
                EXPECT_NE(route.pattern.find("{app}"), std::string_view::npos) << route.pattern;
                break;
            case AuditResource::object_key:
                EXPECT_NE(route.pattern.find("{key*}"), std::string_view::npos) << route.pattern;
                break;
            case AuditResource::last_id:
            case AuditResource::first_id:
                EXPECT_GT(params, 0) << route.pattern;
                break;
        }
    }
}

}  // namespace
}  // namespace rgw::rack
