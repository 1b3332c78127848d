#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "rgw/rack/route.hpp"

namespace rgw::rack {
namespace {

struct Case {
    std::string_view method;
    std::string_view target;
    std::string_view pattern;
    std::string_view path;
    std::string_view resource;
};

TEST(Match, FindsTheRowAndWritesThePathAnew) {
    for (const Case& c : {
             Case{"GET", "/apps", "/apps", "/apps", "all"},
             Case{"GET", "/apps?", "/apps", "/apps", "all"},
             Case{"POST", "/apps", "/apps", "/apps", "app"},
             Case{"GET", "/apps/web", "/apps/{app}", "/apps/web", "web"},
             Case{"GET", "/%61pps/%77eb", "/apps/{app}", "/apps/web", "web"},
             Case{"GET", "/apps/a%20b", "/apps/{app}", "/apps/a%20b", "a b"},
             Case{"GET", "/apps/%c3%a9", "/apps/{app}", "/apps/%C3%A9", "\xC3\xA9"},
             Case{"GET", "/apps/%ff", "/apps/{app}", "/apps/%FF", "\xFF"},
             Case{"GET", "/apps/a:b@c+d%3a", "/apps/{app}", "/apps/a:b@c+d:", "a:b@c+d:"},
             Case{"GET", "/apps/a\"<b>", "/apps/{app}", "/apps/a%22%3Cb%3E", "a\"<b>"},
             Case{"GET", "/apps/web/processes/p1", "/apps/{app}/processes/{pid}",
                  "/apps/web/processes/p1", "p1"},
             Case{"POST", "/apps/web/releases/R1/promote", "/apps/{app}/releases/{id}/promote",
                  "/apps/web/releases/R1/promote", "R1"},
             Case{"HEAD", "/apps/web/objects/a/b%20c", "/apps/{app}/objects/{key*}",
                  "/apps/web/objects/a/b%20c", "a/b c"},
             Case{"OPTIONS", "/resources", "/resources", "/resources", "all"},
             Case{"GET", "/system", "/system", "/system", "rack"},
             Case{"PUT", "/system/jwt/rotate", "/system/jwt/rotate", "/system/jwt/rotate", "rack"},
             Case{"DELETE", "/resources/db/links/web", "/resources/{name}/links/{app}",
                  "/resources/db/links/web", "db"},
             Case{"DELETE", "/registries/ecr.example.com/team", "/registries/{server**}",
                  "/registries/ecr.example.com/team", "ecr.example.com/team"},
         }) {
        const auto found = match(c.method, c.target);
        ASSERT_TRUE(found) << c.target << " " << describe(found.error());
        EXPECT_EQ(found->route->method, c.method);
        EXPECT_EQ(found->route->pattern, c.pattern) << c.target;
        EXPECT_EQ(found->path, c.path);
        EXPECT_EQ(found->audit_resource(), c.resource) << c.target;
    }
}

TEST(Match, LiteralsWinOverParametersHoweverTheyAreSpelled) {
    struct Precedence {
        std::string_view method;
        std::string_view target;
        std::string_view pattern;
    };
    for (const Precedence& c : {
             Precedence{"POST", "/apps/web/builds/import", "/apps/{app}/builds/import"},
             Precedence{"POST", "/apps/web/builds/%69mport", "/apps/{app}/builds/import"},
             Precedence{"POST", "/apps/web/builds/import/image", "/apps/{app}/builds/{id}/image"},
             Precedence{"GET", "/apps/web/builds/B1", "/apps/{app}/builds/{id}"},
             Precedence{"GET", "/apps/web/builds/B1.tgz", "/apps/{app}/builds/{id}.tgz"},
             Precedence{"GET", "/apps/web/builds/B1%2Etgz", "/apps/{app}/builds/{id}.tgz"},
             Precedence{"GET", "/apps/web/builds/.tgz", "/apps/{app}/builds/{id}"},
             Precedence{"POST", "/apps/web/objects/tmp/x.tgz", "/apps/{app}/objects/tmp/{name}"},
             Precedence{"POST", "/apps/web/objects/tmp", "/apps/{app}/objects/{key*}"},
             Precedence{"POST", "/apps/web/objects/tmp/x/y", "/apps/{app}/objects/{key*}"},
             Precedence{"POST", "/apps/web/objects/x", "/apps/{app}/objects/{key*}"},
             Precedence{"GET", "/apps/web/objects", "/apps/{app}/objects"},
             Precedence{"POST", "/certificates/generate", "/certificates/generate"},
             Precedence{"POST", "/certificates/generate/renew", "/certificates/{id}/renew"},
             Precedence{"GET", "/rds/snapshots/s", "/rds/snapshots/{snapshot}"},
             Precedence{"DELETE", "/rds/snapshots", "/rds/{resource}"},
         }) {
        const auto found = match(c.method, c.target);
        ASSERT_TRUE(found) << c.target;
        EXPECT_EQ(found->route->pattern, c.pattern) << c.target;
    }
}

TEST(Match, ParametersAreDecodedAndNamed) {
    const auto build = match("GET", "/apps/web/builds/B%31.tgz");
    ASSERT_TRUE(build);
    EXPECT_EQ(build->param("app"), "web");
    EXPECT_EQ(build->param("id"), "B1");
    EXPECT_EQ(build->param("pid"), "");

    const auto object = match("GET", "/apps/web/objects/a/b%20c/d");
    ASSERT_TRUE(object);
    EXPECT_EQ(object->param("key"), "a/b c/d");
}

TEST(Match, AnUnlistedRouteOrMethodIsUnknown) {
    for (const auto& [method, target] : {
             std::pair<std::string_view, std::string_view>{"PATCH", "/apps"},
             {"get", "/apps"},
             {"GET", "/App"},
             {"GET", "/apps/web/environment"},
             {"GET", "/apps/web/processes/p/exec"},
             {"GET", "/apps/web/logs"},
             {"SOCKET", "/apps/web"},
             {"SOCKET", "/apps/web/builds"},
             {"HEAD", "/apps"},
             {"OPTIONS", "/apps"},
             {"GET", "/appsweb"},
             {"GET", "/apps/web/releasesX"},
             {"OPTIONS", "/v2/_catalog"},
             {"CONNECT", "/custom/http/proxy/x"},
             {"", "/apps"},
         }) {
        const auto found = match(method, target);
        ASSERT_FALSE(found) << method << " " << target;
        EXPECT_EQ(found.error().code, Errc::route_unknown) << method << " " << target;
    }
}

TEST(Match, OptionHeadersBelongToTheirRouteOnly) {
    const auto run = match("POST", "/apps/web/services/job/processes");
    ASSERT_TRUE(run);
    EXPECT_NE(std::ranges::find(run->route->headers, "Command"), run->route->headers.end());
    EXPECT_EQ(std::ranges::find(run->route->headers, "Environment"), run->route->headers.end());
    EXPECT_TRUE(match("GET", "/apps")->route->headers.empty());
}

}  // namespace
}  // namespace rgw::rack
