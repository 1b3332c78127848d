#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "rgw/access/role.hpp"
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

// The rack's own list; what it serves with ANY method is one entry per method that means something
// there.
std::set<std::string> rack_routes() {
    std::set<std::string> routes;
    int lines = 0;
    std::ifstream file(RACK_TEST_DATA "/convox-v3-routes.tsv");
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        ++lines;
        const std::size_t tab = line.find('\t');
        const std::string method = line.substr(0, tab);
        const std::string pattern = line.substr(tab + 1);
        if (method != "ANY") {
            routes.insert(shape(method, pattern));
            continue;
        }
        for (const char* each : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}) {
            routes.insert(shape(each, pattern));
        }
    }
    EXPECT_EQ(lines, 100);
    return routes;
}

TEST(RouteTable, EveryRouteOfTheRackHasExactlyOneRow) {
    const auto table = shapes_of_table();
    for (const std::string& route : rack_routes()) {
        EXPECT_EQ(table.count(route), 1U) << route;
    }
    for (const auto& [route, rows] : table) {
        EXPECT_EQ(rows, 1) << route;
    }
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
    const std::set<std::string> rack = rack_routes();
    std::set<std::string> extra;
    for (const auto& [route, rows] : shapes_of_table()) {
        if (!rack.contains(route)) {
            extra.insert(route);
        }
    }
    EXPECT_EQ(extra, known);
}

TEST(RouteTable, ReadsAreSafeMethodsAndAllElseMutates) {
    for (const Route& route : routes()) {
        const bool safe =
            route.method == "GET" || route.method == "HEAD" || route.method == "OPTIONS";
        // The first makes the rack rewrite security groups; what the second does nobody knows.
        const bool disguised = route.pattern.starts_with("/system/sync/") ||
                               route.pattern.starts_with("/custom/http/proxy/");
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
    EXPECT_EQ(others, (std::set<std::string>{"POST /system/karpenter/cleanup",
                                             "PUT /apps/{}/resources/{}/data"}));
}

TEST(RouteTable, EveryDestructiveRouteAlwaysNeedsAFactor) {
    for (const Route& route : routes()) {
        if (route.destructive) {
            EXPECT_EQ(access::mfa_level(route.permission), access::MfaLevel::always)
                << route.method << " " << route.pattern;
        }
    }
}

TEST(RouteTable, EveryRowThatChangesSomethingNeedsAFactorSometime) {
    using access::Permission;
    for (const Route& route : routes()) {
        const bool exempt = route.permission == Permission::convox_log_read ||
                            route.permission == Permission::convox_object_create;
        if (route.mutating && !exempt) {
            EXPECT_NE(access::mfa_level(route.permission), access::MfaLevel::none)
                << route.method << " " << route.pattern;
        }
    }
}

TEST(RouteTable, WhatMintsACredentialOrOpensANodeIsForPeopleAndAlwaysNeedsAFactor) {
    std::set<std::string> for_people;
    for (const Route& route : routes()) {
        if (route.callers == Callers::people) {
            for_people.insert(std::string(access::text(route.permission)));
            EXPECT_EQ(access::mfa_level(route.permission), access::MfaLevel::always)
                << route.pattern;
            for (const access::RoleInfo& role : access::all_roles()) {
                EXPECT_EQ(access::permissions(role.role).has(route.permission),
                          role.role == access::Role::admin)
                    << route.pattern << " " << role.name;
            }
        }
    }
    EXPECT_EQ(for_people, (std::set<std::string>{"convox:instance:keyroll", "convox:instance:shell",
                                                 "convox:proxy:http", "convox:rack:jwt_create",
                                                 "convox:rack:jwt_rotate"}));
}

TEST(RouteTable, SessionsAreTheSocketRowsAndTheyOnly) {
    for (const Route& route : routes()) {
        EXPECT_EQ(route.kind == Kind::websocket, route.method == "SOCKET") << route.pattern;
    }
}

TEST(RouteTable, AFormNamesItsFieldsAndNothingElseHasAny) {
    for (const Route& route : routes()) {
        EXPECT_EQ(route.body == BodyRule::form, !route.fields.empty()) << route.pattern;
        if (route.body == BodyRule::stream) {
            EXPECT_TRUE(route.kind == Kind::upload || route.pattern.ends_with("/image"))
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
