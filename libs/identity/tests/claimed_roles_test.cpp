#include "rgw/identity/claimed_roles.hpp"

#include <gtest/gtest.h>

#include "rgw/identity_testing/memory_directories.hpp"
#include "rgw/identity_testing/memory_role_change_log.hpp"
#include "support/run.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

class ClaimedRolesTest : public testing::Test {
protected:
    ClaimedRolesTest() {
        loop_.start();
        users_.users = {
            {.id = UserId{1}, .email = "ada@example.com", .name = "Ada", .roles = {"admin"}},
            {.id = UserId{2}, .email = "bob@example.com", .name = "Bob", .roles = {"viewer"}}};
    }
    Result<User> follow(std::size_t user, Texts groups) {
        ClaimedRoles roles({.map = map_, .users = directory_, .log = log_, .clock = clock_});
        return test::run(loop_,
                         roles.follow(users_.users[user], std::move(groups), deadline_in(10s)));
    }

    async::Loop loop_{"test"};
    FakeClock clock_{Timestamp(1'000'000s)};
    std::vector<RoleMapping> map_ = parse_role_map("platform=admin,dev=deployer,ops=ops").value();
    identity_testing::MemoryUserStore users_;
    identity_testing::MemorySessionStore sessions_{users_};
    identity_testing::MemoryUserDirectory directory_{users_, sessions_};
    identity_testing::MemoryRoleChangeLog log_;
};

TEST_F(ClaimedRolesTest, WithoutAMapNothingChanges) {
    map_.clear();
    EXPECT_EQ(follow(1, {"dev"})->roles, (Texts{"viewer"}));
    EXPECT_TRUE(log_.begun.empty());
}

TEST_F(ClaimedRolesTest, TheMappedRolesBecomeTheUsersAndThatIsRecorded) {
    const auto bob = follow(1, {"ops", "dev", "golf"});
    ASSERT_TRUE(bob);
    EXPECT_EQ(bob->roles, (Texts{"deployer", "ops"}));
    EXPECT_EQ(users_.users[1].roles, (Texts{"deployer", "ops"}));
    ASSERT_EQ(log_.begun.size(), 1U);
    EXPECT_EQ(log_.begun[0].before, (Texts{"viewer"}));
    EXPECT_EQ(log_.begun[0].after, (Texts{"deployer", "ops"}));
    EXPECT_EQ(log_.ended, (Texts{"success"}));
    users_.users[1].roles = {"ops", "deployer"};
    EXPECT_TRUE(follow(1, {"ops", "dev"}));
    EXPECT_EQ(log_.begun.size(), 1U) << "the same in another order is no change";
}

TEST_F(ClaimedRolesTest, NoRoleIsNoSignIn) {
    for (const Texts& groups : {Texts{}, Texts{"golf"}, Texts{"DEV"}}) {
        const auto refused = follow(1, groups);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::sign_in_refused);
    }
    EXPECT_EQ(users_.users[1].roles, (Texts{"viewer"})) << "who is refused keeps what they have";
}

TEST_F(ClaimedRolesTest, TheLastAdminStaysOne) {
    const auto ada = follow(0, {"ops"});
    ASSERT_TRUE(ada);
    EXPECT_EQ(ada->roles, (Texts{"admin"}));
    EXPECT_EQ(log_.ended, (Texts{"last_admin"}));
    users_.users[1].roles = {"admin"};
    EXPECT_EQ(follow(0, {"ops"})->roles, (Texts{"ops"}));
}

TEST_F(ClaimedRolesTest, WhatCannotBeRecordedIsNotDone) {
    log_.fails = true;
    EXPECT_EQ(follow(1, {"dev"}).error().code, Errc::audit_unavailable);
    EXPECT_EQ(users_.users[1].roles, (Texts{"viewer"}));
}

}  // namespace
}  // namespace rgw::identity
