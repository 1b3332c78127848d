// Each weakness of spec proxy-rbac §7, items 1 to 3, as an attack that must fail.
#include <gtest/gtest.h>

#include <string>

#include "rgw/rack/route.hpp"

namespace rgw::rack {
namespace {

using namespace std::string_view_literals;

void expect_refused(std::string_view method, std::string_view target, Errc code) {
    const auto found = match(method, target);
    ASSERT_FALSE(found) << method << " " << target << " became " << found->path;
    EXPECT_EQ(found.error().code, code) << method << " " << target;
}

TEST(MatchAttack, AFragmentOrQueryMarkInASegmentDoesNotCutTheForwardedPath) {
    expect_refused("DELETE", "/apps/foo%23/processes/x", Errc::bad_target);
    expect_refused("DELETE", "/apps/foo#/processes/x", Errc::bad_target);
    expect_refused("DELETE", "/apps/foo%3F/processes/x", Errc::bad_target);
    expect_refused("DELETE", "/apps/foo%3f/processes/x", Errc::bad_target);
    expect_refused("GET", "/apps#", Errc::bad_target);
    expect_refused("GET", "/apps?#", Errc::bad_query);
    expect_refused("GET", "/apps?x=1#y", Errc::bad_query);
}

TEST(MatchAttack, AnEncodedSlashDoesNotHideFurtherSegments) {
    expect_refused("GET", "/apps/foo%2Freleases%2FR1", Errc::bad_target);
    expect_refused("GET", "/apps/foo%2freleases%2fR1", Errc::bad_target);
    expect_refused("GET", "/apps/foo%5Creleases", Errc::bad_target);
    expect_refused("GET", "/apps/foo\\releases", Errc::bad_target);
    expect_refused("GET", "/apps/web/objects/a%2F..%2Fb", Errc::bad_target);
}

TEST(MatchAttack, ADoublyEncodedDelimiterIsNotPassedOn) {
    expect_refused("GET", "/apps/foo%252Freleases%252FR1", Errc::bad_target);
    expect_refused("GET", "/apps/foo%252Fprocesses%252FP%252Fexec%23/logs", Errc::bad_target);
    expect_refused("POST", "/apps/foo%252Freleases%252FR1%252Fpromote%23/restart",
                   Errc::bad_target);
    expect_refused("GET", "/apps/foo%2523", Errc::bad_target);
    expect_refused("GET", "/apps/%252e%252e", Errc::bad_target);
    expect_refused("GET", "/apps/web/objects/%25", Errc::bad_target);
}

TEST(MatchAttack, DotSegmentsAreRefusedInEverySpelling) {
    for (const std::string_view dots : {".", "..", "%2e", "%2E", "%2e%2e", ".%2e", "%2E."}) {
        expect_refused("GET", "/apps/" + std::string(dots), Errc::bad_target);
        expect_refused("GET", "/apps/web/objects/a/" + std::string(dots) + "/b", Errc::bad_target);
        expect_refused("GET", "/" + std::string(dots) + "/system", Errc::bad_target);
    }
}

TEST(MatchAttack, EmptySegmentsAreRefusedAtEveryPlace) {
    for (const std::string_view target :
         {"", "/", "//", "//apps", "/apps/", "/apps//", "/apps//processes", "/apps/web/objects/",
          "/apps/web/objects//x", "/apps/web/objects/x/", "/apps/?", "apps", "*",
          "http://rack/apps"}) {
        expect_refused("GET", target, Errc::bad_target);
    }
}

TEST(MatchAttack, PathParametersAreNotIgnored) {
    expect_refused("GET", "/apps;x=1", Errc::bad_target);
    expect_refused("GET", "/apps/foo;x", Errc::bad_target);
    expect_refused("GET", "/apps/foo%3Bx", Errc::bad_target);
}

TEST(MatchAttack, ControlCharactersAreRefusedRawOrEncoded) {
    for (int c = 0; c < 0x20; ++c) {
        char encoded[4];
        std::snprintf(encoded, sizeof encoded, "%%%02x", static_cast<unsigned>(c));
        expect_refused("GET", "/apps/a" + std::string(encoded), Errc::bad_target);
        expect_refused("GET", "/apps/a" + std::string(1, static_cast<char>(c)), Errc::bad_target);
    }
    expect_refused("GET", "/apps/a%7F", Errc::bad_target);
    expect_refused("GET", "/apps/a%00"sv, Errc::bad_target);
    expect_refused("GET", "/apps/web%0d%0aX-Evil:1", Errc::bad_target);
}

TEST(MatchAttack, BrokenEscapesAreRefused) {
    for (const std::string_view bad : {"%", "%2", "%zz", "%2g", "a%", "%-1", "%+1", "% 1"}) {
        expect_refused("GET", "/apps/" + std::string(bad), Errc::bad_target);
    }
}

TEST(MatchAttack, ThePrefixOfARouteIsNotTheRoute) {
    expect_refused("GET", "/applications", Errc::route_unknown);
    expect_refused("GET", "/system.json", Errc::route_unknown);
    expect_refused("GET", "/apps/web/services/x/metrics/y", Errc::route_unknown);
    expect_refused("GET", "/rack-proxy/apps/web/releases", Errc::route_unknown);
}

TEST(MatchAttack, AParameterTheRackPrefersToTheHeaderIsRefusedInTheQuery) {
    expect_refused("POST", "/apps/web/services/job/processes?command=sh", Errc::bad_query);
    expect_refused("POST", "/apps/web/services/job/processes?environment=A%3Db", Errc::bad_query);
    expect_refused("GET", "/apps/web/processes/p/exec?command=sh", Errc::route_unknown);
    expect_refused("POST", "/apps/web/builds?url=http://evil", Errc::bad_query);
    expect_refused("POST", "/apps/web/builds?git-sha=abc", Errc::bad_query);
    expect_refused("POST", "/apps?name=other", Errc::bad_query);
}

TEST(MatchAttack, AnEnvironmentInTheQueryOfAReleaseIsRefused) {
    for (const std::string_view query : {"env=", "env=A%3D1", "parent-release=R1", "build=B1"}) {
        expect_refused("POST", "/apps/web/releases?" + std::string(query), Errc::bad_query);
    }
}

TEST(MatchAttack, TarOptionsThatRunProgramsAreRefused) {
    expect_refused("GET", "/apps/web/processes/p/files?file=x&tar-extra=--to-command%3Dsh",
                   Errc::bad_query);
    expect_refused("POST", "/apps/web/processes/p/files?tar-extra=x", Errc::bad_query);
}

TEST(MatchAttack, ARegistrysUrlMayHoldEmptySegmentsAndLeadsNowhereElse) {
    const auto docker = match("DELETE", "/registries/https://index.docker.io/v1/");
    ASSERT_TRUE(docker);
    EXPECT_EQ(docker->path, "/registries/https://index.docker.io/v1/");
    EXPECT_EQ(docker->param("server"), "https://index.docker.io/v1/");
    expect_refused("DELETE", "/registries/", Errc::bad_target);
    expect_refused("DELETE", "/registries//x", Errc::bad_target);
    expect_refused("DELETE", "//registries/x", Errc::bad_target);
    expect_refused("DELETE", "/registries/x/../../apps/web", Errc::bad_target);
    expect_refused("DELETE", "/apps//processes/x", Errc::bad_target);
    expect_refused("DELETE", "/apps/web/objects/a//b", Errc::bad_target);
    expect_refused("GET", "/v2//x", Errc::bad_target);
}

TEST(MatchAttack, APortIsAPort) {
    ASSERT_TRUE(match("SOCKET", "/proxy/db.internal/5432"));
    for (const std::string_view bad :
         {"0", "65536", "-1", "+1", "5432x", "0x50", "x", "99999999999"}) {
        expect_refused("SOCKET", "/proxy/db.internal/" + std::string(bad), Errc::bad_target);
    }
    expect_refused("GET", "/proxy/db.internal/5432", Errc::route_unknown);
    expect_refused("GET", "/apps/web/processes/p/exec", Errc::route_unknown);
    expect_refused("SOCKET", "/apps", Errc::route_unknown);
}

}  // namespace
}  // namespace rgw::rack
