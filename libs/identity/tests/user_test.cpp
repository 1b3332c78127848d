#include <gtest/gtest.h>

#include "rgw/access/role.hpp"
#include "rgw/identity/user_store.hpp"

namespace rgw::identity {
namespace {

User with_roles(std::vector<std::string> roles) {
    return {.id = UserId{1}, .email = "a@example.com", .name = "A", .roles = std::move(roles)};
}

TEST(PermissionsOf, AddsUpTheRolesAndIgnoresUnknownOnes) {
    EXPECT_EQ(permissions_of(with_roles({})), access::PermissionSet());
    EXPECT_EQ(permissions_of(with_roles({"root", "Admin"})), access::PermissionSet());
    EXPECT_EQ(permissions_of(with_roles({"viewer"})), access::permissions(access::Role::viewer));
    EXPECT_EQ(permissions_of(with_roles({"ops", "deployer", "nobody"})),
              access::permissions(access::Role::deployer));
}

TEST(PermissionsOf, ASuspendedOrLockedUserHoldsNothing) {
    User user = with_roles({"admin"});
    user.suspended = true;
    EXPECT_EQ(permissions_of(user), access::PermissionSet());
    user.suspended = false;
    user.locked = true;
    EXPECT_EQ(permissions_of(user), access::PermissionSet());
}

}  // namespace
}  // namespace rgw::identity
