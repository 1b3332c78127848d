#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Headers form = {{"Content-Type", "application/x-www-form-urlencoded"}};

std::string first_release(World& world, const std::string& token) {
    const std::string body = world.call(token, "GET", "/apps/shop/releases?limit=1").body;
    const auto at = body.find("\"id\"");
    return body.substr(body.find('R', at), 11);
}

TEST(ReleaseEnv, EveryValueIsMaskedForEveryone) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const std::string release = first_release(world, token);
    for (const std::string& path :
         {std::string("/apps/shop/releases"), "/apps/shop/releases/" + release}) {
        const Response answer = world.call(token, "GET", path);
        EXPECT_EQ(answer.status, 200);
        EXPECT_THAT(answer.body, AllOf(HasSubstr("DATABASE_URL=********************"),
                                       HasSubstr("LOG_LEVEL=********************")));
        for (const char* secret : {"hunter2", "sk_live_4242", "=info"}) {
            EXPECT_THAT(answer.body, Not(HasSubstr(secret)));
        }
    }
}

TEST(ReleaseEnv, AnAnswerThatCannotBeMaskedIsNotRelayed) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    for (const char* fault : {"bad_json", "gzip", "garbage"}) {
        world.rack_fails_with(fault);
        const Response answer = world.call(token, "GET", "/apps/shop/releases");
        EXPECT_EQ(answer.status, 502) << fault;
        EXPECT_THAT(answer.body,
                    AllOf(HasSubstr("rack_answer_invalid"), Not(HasSubstr("planted-secret"))));
        EXPECT_THAT(world.events().back(), HasSubstr("\"reason\":\"rack_answer_invalid\""));
    }
}

TEST(ReleaseEnv, CreatingAReleaseWithAnEnvironmentIsRefusedWhereverItIsPut) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    world.forget_rack_requests();
    const std::string multipart =
        "--b\r\nContent-Disposition: form-data; name=\"env\"\r\n\r\nA=B\r\n--b--\r\n";
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/releases", form, "env=A%3DB").status, 403);
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/releases", form, "env=").status, 403);
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/releases", form, "parent-release=R1").status,
              403);
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/releases?env=A%3DB", form, "build=B1").status,
              400);
    EXPECT_EQ(world
                  .call(token, "POST", "/apps/shop/releases",
                        {{"Content-Type", "multipart/form-data; boundary=b"}}, multipart)
                  .status,
              400);
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/releases", {}, "env=A%3DB").status, 400);
    EXPECT_EQ(world.rack_saw(), "[]\n");
    EXPECT_EQ(world.sql("select count(*) from calls where status = 'denied'"), "6");
    EXPECT_EQ(world.sql("select count(*) from calls where details like '%A=B%'"), "0");
}

TEST(ReleaseEnv, AReleaseOfABuildIsCreatedAndItsAnswerMasked) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response answer = world.call(token, "POST", "/apps/shop/releases", form,
                                       "build=BABCDEFGHIJ&description=again");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.body,
                AllOf(HasSubstr("\"build\":"), HasSubstr("BABCDEFGHIJ"),
                      HasSubstr("DATABASE_URL=********************"), Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace rgw::test
