#include "rgw/identity/role_map.hpp"

#include <gtest/gtest.h>

namespace rgw::identity {
namespace {

using Roles = std::vector<std::string>;

TEST(RoleMap, GivesEachRoleOnceInItsOwnOrder) {
    const auto map =
        parse_role_map(" eng = deployer , sre=ops,platform=admin, cn=a=viewer,oncall=ops").value();
    EXPECT_EQ(map.size(), 5U);
    const auto roles = [&](const Roles& groups) { return roles_of(groups, map); };
    EXPECT_EQ(roles({"oncall", "sre", "eng"}), (Roles{"deployer", "ops"}));
    EXPECT_EQ(roles({"cn=a"}), (Roles{"viewer"}));
    EXPECT_EQ(roles({"Platform", "platform ", "admin", ""}), Roles());
    EXPECT_EQ(roles({}), Roles());
    EXPECT_EQ(roles_of(Roles{"platform"}, {}), Roles());
}

TEST(RoleMap, AnEntryThatIsNoneIsNamed) {
    EXPECT_TRUE(parse_role_map("")->empty());
    for (const std::string bad :
         {"eng", "eng=", "=ops", "eng=root", "eng=Admin", "eng=cicd", "a=ops,eng"}) {
        const auto map = parse_role_map(bad);
        ASSERT_FALSE(map) << bad;
        EXPECT_EQ(map.error().code, Errc::configuration_invalid);
        EXPECT_NE(map.error().detail.find(bad.substr(bad.find(',') + 1)), std::string::npos);
    }
}

}  // namespace
}  // namespace rgw::identity
