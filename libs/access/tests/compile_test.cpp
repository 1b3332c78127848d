#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rgw/access/permission.hpp"

namespace rgw::access {
namespace {

std::size_t count(const PermissionSet& set, std::string_view prefix) {
    std::size_t n = 0;
    for (const Permission permission : all_permissions()) {
        n += set.has(permission) && text(permission).starts_with(prefix) ? 1 : 0;
    }
    return n;
}

PermissionSet compiled(std::vector<std::string> texts) {
    return compile(texts).value();
}

TEST(Compile, AnExactTextGivesThatPermissionAndNoOther) {
    const PermissionSet set = compiled({"convox:app:read"});
    EXPECT_TRUE(set.has(Permission::convox_app_read));
    EXPECT_EQ(count(set, ""), 1U);
}

TEST(Compile, AWildcardStandsForAWholeComponent) {
    const PermissionSet apps = compiled({"convox:app:*"});
    EXPECT_TRUE(apps.has(Permission::convox_app_delete));
    EXPECT_EQ(count(apps, "convox:app:"), count(apps, ""));

    const PermissionSet reads = compiled({"convox:*:read"});
    EXPECT_TRUE(reads.has(Permission::convox_release_read));
    EXPECT_FALSE(reads.has(Permission::convox_release_list));
    EXPECT_FALSE(reads.has(Permission::gateway_api_token_read));
}

TEST(Compile, AllOfConvoxGivesNothingOfAnotherScope) {
    const PermissionSet set = compiled({"convox:*:*"});
    EXPECT_GT(count(set, "convox:"), 50U);
    EXPECT_EQ(count(set, "convox:"), count(set, ""));
}

TEST(Compile, ThreeStarsGiveEverything) {
    EXPECT_EQ(count(compiled({"*:*:*"}), ""), all_permissions().size());
}

TEST(Compile, TextsAddUpAndNoneGivesNothing) {
    const PermissionSet set = compiled({"convox:app:read", "convox:app:list", "convox:app:read"});
    EXPECT_EQ(count(set, ""), 2U);
    EXPECT_EQ(count(compiled({}), ""), 0U);
}

TEST(Compile, ATextThatMatchesNothingIsRefusedByName) {
    for (const std::string text :
         {"*", "convox:*", "*:*", "convox:app", "convox:app:read:", "convox:app:read:x", "",
          "::", "convox:app:rea*", "convox:app:re?d", "convox:app:fly", "Convox:app:read",
          "convox:app:", " convox:app:read", "convox:app:read\n", "other:*:*", "*:*:*:*"}) {
        const auto result = compile(std::vector<std::string>{"convox:app:list", text});
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().code, Errc::invalid_value);
        EXPECT_EQ(result.error().detail, "unknown permission: " + text);
    }
}

}  // namespace
}  // namespace rgw::access
