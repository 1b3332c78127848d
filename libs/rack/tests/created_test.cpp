#include "rgw/rack/created.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace rgw::rack {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Match matched(std::string_view method, const std::string& target) {
    return match(method, target).value();
}

// "type app id" of everything the call created.
std::vector<std::string> created(std::string_view method, const std::string& target,
                                 std::string_view body) {
    std::vector<std::string> texts;
    for (const Resource& each : created_resources(matched(method, target), body)) {
        texts.push_back(each.type + " " + each.app + " " + each.id);
    }
    return texts;
}

std::string release_read(const std::string& target, std::string_view body) {
    return release_of_build(matched("GET", target), body);
}

TEST(Created, NineRowsOfTheTableTellOfCreatorsAndNoOther) {
    std::map<std::string, CreatorRule> found;
    for (const Route& route : routes()) {
        if (creator_rule(route) != CreatorRule::none) {
            found[std::string(route.method) + " " + std::string(route.pattern)] =
                creator_rule(route);
        }
    }
    const std::map<std::string, CreatorRule> wanted = {
        {"POST /apps", CreatorRule::app},
        {"DELETE /apps/{app}", CreatorRule::app_deleted},
        {"POST /apps/{app}/builds", CreatorRule::build},
        {"POST /apps/{app}/builds/import", CreatorRule::build},
        {"GET /apps/{app}/builds/{id}", CreatorRule::release_of_build},
        {"POST /apps/{app}/releases", CreatorRule::release},
        {"POST /apps/{app}/objects/tmp/{name}", CreatorRule::object},
        {"POST /apps/{app}/objects/{key*}", CreatorRule::object},
        {"POST /apps/{app}/services/{service}/processes", CreatorRule::process}};
    EXPECT_EQ(found, wanted);
}

TEST(Created, OfWhatIsReadOnlyABuildSaysSomething) {
    for (const Route& route : routes()) {
        if (!route.mutating) {
            const CreatorRule rule = creator_rule(route);
            EXPECT_TRUE(rule == CreatorRule::none || rule == CreatorRule::release_of_build)
                << route.pattern;
        }
    }
}

TEST(Created, EachResourceIsNamedByItsAnswerOrItsPath) {
    EXPECT_THAT(created("POST", "/apps", R"({"name":"fresh","status":"creating"})"),
                ElementsAre("app  fresh"));
    EXPECT_THAT(created("POST", "/apps/shop/builds", R"({"id":"BABC","release":""})"),
                ElementsAre("build shop BABC"));
    EXPECT_THAT(created("POST", "/apps/shop/builds", R"({"id":"BABC","release":"RABC"})"),
                ElementsAre("build shop BABC", "release shop RABC"));
    EXPECT_THAT(created("POST", "/apps/shop/builds/import", "{\n  \"id\": \"BIMP\"\n}\n"),
                ElementsAre("build shop BIMP"));
    EXPECT_THAT(created("POST", "/apps/shop/releases", R"({"env":"A=1","id":"RABC"})"),
                ElementsAre("release shop RABC"));
    EXPECT_THAT(created("POST", "/apps/shop/services/web/processes", R"({"id":"web-7d4.x_1"})"),
                ElementsAre("process shop web-7d4.x_1"));
    EXPECT_THAT(created("POST", "/apps/shop/objects/tmp/a.tgz", "not looked at"),
                ElementsAre("object shop tmp/a.tgz"));
    EXPECT_THAT(created("POST", "/apps/shop/objects/site/a%20%C3%A9.css", ""),
                ElementsAre("object shop site/a é.css"));
}

TEST(Created, ARestartAnUpdateAnImageAndAReadCreateNothing) {
    constexpr std::string_view body = R"({"id":"RABC","name":"shop","release":"RABC"})";
    EXPECT_THAT(created("POST", "/apps/shop/services/web/restart", body), IsEmpty());
    EXPECT_THAT(created("PUT", "/apps/shop/builds/BABC", body), IsEmpty());
    EXPECT_THAT(created("POST", "/apps/shop/builds/BABC/image", body), IsEmpty());
    EXPECT_THAT(created("POST", "/apps/shop/releases/RABC/promote", body), IsEmpty());
    EXPECT_THAT(created("GET", "/apps/shop/releases/RABC", body), IsEmpty());
    EXPECT_THAT(created("GET", "/apps/shop/builds/BABC", body), IsEmpty());
    EXPECT_THAT(created("DELETE", "/apps/shop", body), IsEmpty());
}

TEST(Created, AnythingUnexpectedTellsNothing) {
    const std::string too_long = R"({"id":")" + std::string(256, 'B') + R"("})";
    const std::string deep = std::string(1000, '[') + std::string(1000, ']');
    for (const std::string& body : {std::string(),
                                    std::string("ok\n"),
                                    std::string("null"),
                                    std::string("[]"),
                                    std::string(R"([{"id":"BABC"}])"),
                                    std::string("{}"),
                                    std::string(R"({"id":""})"),
                                    std::string(R"({"id":7})"),
                                    std::string(R"({"id":null})"),
                                    std::string(R"({"id":["B"]})"),
                                    std::string(R"({"ID":"BABC"})"),
                                    std::string(R"({"id":"BABC")"),
                                    std::string(R"({"id":"BABC"} x)"),
                                    std::string(R"({"id":"B ABC"})"),
                                    std::string(R"({"id":"../B"})"),
                                    std::string(R"({"id":"B\u0000"})"),
                                    std::string(R"({"id":"B\n"})"),
                                    std::string("{\"id\":\"B\xff\"}"),
                                    std::string(R"({"id":"B\"}"})"),
                                    std::string(R"({"id":"é"})"),
                                    too_long,
                                    deep,
                                    R"({"x":)" + deep + "}"}) {
        EXPECT_THAT(created("POST", "/apps/shop/builds", body), IsEmpty()) << body;
        EXPECT_THAT(created("POST", "/apps/shop/releases", body), IsEmpty()) << body;
        EXPECT_THAT(created("POST", "/apps/shop/services/web/processes", body), IsEmpty()) << body;
        EXPECT_EQ(release_read("/apps/shop/builds/BABC", body), "") << body;
    }
    EXPECT_THAT(created("POST", "/apps", R"({"id":"fresh"})"), IsEmpty());
    EXPECT_THAT(created("POST", "/apps/shop/builds", R"({"release":"RABC"})"), IsEmpty());
    EXPECT_THAT(created("POST", "/apps/shop/builds", R"({"id":"BABC","release":"R A"})"),
                ElementsAre("build shop BABC"));
    const std::string longest(255, 'B');
    EXPECT_THAT(created("POST", "/apps/shop/builds", R"({"id":")" + longest + R"("})"),
                ElementsAre("build shop " + longest));
}

TEST(Created, ThePathIsJudgedToo) {
    constexpr std::string_view body = R"({"id":"BABC"})";
    EXPECT_THAT(created("POST", "/apps/sh%20op/builds", body), IsEmpty());
    EXPECT_THAT(created("POST", "/apps/sh%FFop/objects/tmp/a.tgz", ""), IsEmpty());
    EXPECT_THAT(created("POST", "/apps/" + std::string(256, 'a') + "/builds", body), IsEmpty());
    EXPECT_THAT(created("POST", "/apps/shop/objects/tmp/a%FF", ""), IsEmpty());
    EXPECT_THAT(created("POST", "/apps/shop/objects/" + std::string(256, 'k'), ""), IsEmpty());
    EXPECT_THAT(created("POST", "/apps/shop/objects/tmp/" + std::string(252, 'k'), ""), IsEmpty());
    EXPECT_THAT(created("POST", "/apps/shop/objects/" + std::string(255, 'k'), ""),
                ElementsAre("object shop " + std::string(255, 'k')));
}

TEST(Created, TheReleaseOfABuildIsThatOfTheBuildThatWasAskedFor) {
    const std::string path = "/apps/shop/builds/BABC";
    EXPECT_EQ(release_read(path, R"({"id":"BABC","release":"RABC"})"), "RABC");
    EXPECT_EQ(release_read(path, R"({"id":"BABC","release":""})"), "");
    EXPECT_EQ(release_read(path, R"({"id":"BABC","release":null})"), "");
    EXPECT_EQ(release_read(path, R"({"id":"BABC","release":"R/.."})"), "");
    EXPECT_EQ(release_read(path, R"({"id":"BOTHER","release":"RABC"})"), "");
    EXPECT_EQ(release_read(path, R"({"release":"RABC"})"), "");
    EXPECT_EQ(release_read("/apps/sh%20op/builds/BABC", R"({"id":"BABC","release":"RABC"})"), "");
    EXPECT_EQ(release_read("/apps/shop/releases/BABC", R"({"id":"BABC","release":"RABC"})"), "");
    EXPECT_EQ(release_read("/apps/shop/builds/BABC.tgz", R"({"id":"BABC","release":"RABC"})"), "");
}

}  // namespace
}  // namespace rgw::rack
