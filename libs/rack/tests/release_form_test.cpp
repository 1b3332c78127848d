#include <gtest/gtest.h>

#include <string>

#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

std::string read(std::string_view body) {
    const auto form = read_release_form(body);
    if (!form) {
        return "refused: " + std::string(id(form.error().code));
    }
    return form->env ? form->with_env(form->env->expose()) : form->others;
}

TEST(ReleaseForm, BuildAndDescriptionAreWrittenAnew) {
    EXPECT_EQ(read(""), "");
    EXPECT_EQ(read("build=B1"), "build=B1");
    EXPECT_EQ(read("description=a+b%21&build=B1"), "description=a%20b%21&build=B1");
    EXPECT_EQ(read("%62uild=B1"), "build=B1");
}

// Spec proxy-rbac §7, 3: a present but empty env wipes the environment on the rack.
TEST(ReleaseForm, AnEnvironmentIsFoundEvenWhenEmptyOrSpelledOddly) {
    EXPECT_EQ(read("env="), "env=");
    EXPECT_EQ(read("build=B1&env="), "build=B1&env=");
    EXPECT_EQ(read("%65nv=A%3D1%0AB%3d2&build=B1"), "build=B1&env=A%3D1%0AB%3D2");
    EXPECT_TRUE(read_release_form("env=")->env.has_value());
    EXPECT_FALSE(read_release_form("build=B1")->env.has_value());
}

TEST(ReleaseForm, AnEarlierReleaseAsParentIsRefused) {
    for (const std::string_view body : {"parent-release=R1", "parent-release=",
                                        "parent%2drelease=R1", "env=&parent-release=R1"}) {
        EXPECT_EQ(read(body), "refused: env_change_refused") << body;
    }
}

TEST(ReleaseForm, AnythingElseIsABadBody) {
    for (const std::string_view body :
         {"Env=", "ENV=A", "foo=1", "build=1&build=2", "env=A%3D1&env=A%3D2",
          "env=&%65nv=", "build", "=1", "&", "build=B1&", "build=%", "build=%zz", "build=a;env=b",
          "build=%00", "{\"env\":\"\"}", " env=", "env[]=x",
          "--boundary\r\nContent-Disposition: form-data; name=\"env\"\r\n\r\nA=1"}) {
        EXPECT_EQ(read(body), "refused: bad_body") << body;
    }
}

TEST(BaseRelease, IsReadStrictly) {
    EXPECT_EQ(newest_release_id("[]").value(), std::nullopt);
    EXPECT_EQ(newest_release_id(R"([{"id":"RABC"},{"id":"ROLD"}])").value(), "RABC");
    EXPECT_EQ(release_env(R"({"id":"R1","env":"A=1\n"})", "R1")->expose(), "A=1\n");
    for (const std::string_view bad :
         {"", "{}", "null", "[1]", "[{}]", R"([{"id":1}])", R"([{"id":""}])", R"([{"id":"../x"}])",
          R"([{"id":"R1?a"}])", "[", "ok"}) {
        EXPECT_EQ(newest_release_id(bad).error().code, Errc::rack_answer_invalid) << bad;
    }
    for (const std::string_view bad :
         {"", "[]", R"({"id":"R1"})", R"({"id":"R2","env":""})", R"({"id":"R1","env":null})",
          R"({"id":"R1","env":["hunter2"]})", "x"}) {
        const auto read_env = release_env(bad, "R1");
        ASSERT_FALSE(read_env) << bad;
        EXPECT_EQ(read_env.error().code, Errc::rack_answer_invalid) << bad;
        EXPECT_EQ(read_env.error().detail.find("hunter2"), std::string::npos);
    }
}

}  // namespace
}  // namespace rgw::rack
