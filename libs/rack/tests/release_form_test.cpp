#include <gtest/gtest.h>

#include <string>

#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

std::string read(std::string_view body) {
    const auto form = release_form(body);
    return form ? *form : "refused: " + std::string(id(form.error().code));
}

TEST(ReleaseForm, BuildAndDescriptionAreWrittenAnew) {
    EXPECT_EQ(read(""), "");
    EXPECT_EQ(read("build=B1"), "build=B1");
    EXPECT_EQ(read("description=a+b%21&build=B1"), "description=a%20b%21&build=B1");
    EXPECT_EQ(read("%62uild=B1"), "build=B1");
}

// Spec proxy-rbac §7, 3: a present but empty env wipes the environment on the rack.
TEST(ReleaseForm, AnEnvironmentIsRefusedEvenWhenEmptyOrSpelledOddly) {
    for (const std::string_view body :
         {"env=", "env=A%3D1", "build=B1&env=", "%65nv=x", "parent-release=R1",
          "parent-release=", "parent%2drelease=R1"}) {
        EXPECT_EQ(read(body), "refused: env_change_refused") << body;
    }
}

TEST(ReleaseForm, AnythingElseIsABadBody) {
    for (const std::string_view body :
         {"Env=", "ENV=A", "foo=1", "build=1&build=2", "build", "=1", "&", "build=B1&", "build=%",
          "build=%zz", "build=a;env=b", "build=%00", "{\"env\":\"\"}", " env=", "env[]=x",
          "--boundary\r\nContent-Disposition: form-data; name=\"env\"\r\n\r\nA=1"}) {
        EXPECT_EQ(read(body), "refused: bad_body") << body;
    }
}

TEST(ReleaseForm, ARefusalNamesTheFieldAndNeverItsValue) {
    const auto form = release_form("env=HUNTER%3D2");
    ASSERT_FALSE(form);
    EXPECT_EQ(form.error().detail, "env");
}

}  // namespace
}  // namespace rgw::rack
