#include "rgw/access/policy.hpp"

#include <gtest/gtest.h>

namespace rgw::access {
namespace {

TEST(Policy, BeginsAtItsStrictestAndASnapshotDoesNotChangeUnderItsReader) {
    PolicySnapshot policy;
    const auto before = policy.current();
    EXPECT_FALSE(before->allow_destructive_actions);
    policy.replace({.allow_destructive_actions = true});
    EXPECT_FALSE(before->allow_destructive_actions);
    EXPECT_TRUE(policy.current()->allow_destructive_actions);
}

TEST(Policy, TheDatabaseComesBeforeTheEnvironmentAndThatBeforeTheDefault) {
    const StoredSettings none = {{"deploy_approvals_enabled", "true"}};
    EXPECT_FALSE(resolve_policy(none, {}).allow_destructive_actions);
    EXPECT_TRUE(
        resolve_policy(none, {.allow_destructive_actions = true}).allow_destructive_actions);
    EXPECT_FALSE(
        resolve_policy(none, {.allow_destructive_actions = false}).allow_destructive_actions);
    const StoredSettings yes = {{"allow_destructive_actions", "true"}};
    const StoredSettings no = {{"allow_destructive_actions", "false"}};
    EXPECT_TRUE(
        resolve_policy(yes, {.allow_destructive_actions = false}).allow_destructive_actions);
    EXPECT_FALSE(resolve_policy(no, {.allow_destructive_actions = true}).allow_destructive_actions);
}

TEST(Policy, ASecondFactorIsDemandedUnlessSomebodySaysOtherwise) {
    EXPECT_TRUE(PolicySettings().mfa_require_all_users);
    EXPECT_TRUE(resolve_policy({}, {}).mfa_require_all_users);
    EXPECT_FALSE(resolve_policy({}, {.mfa_require_all_users = false}).mfa_require_all_users);
    const StoredSettings off = {{"mfa_require_all_users", "false"}};
    EXPECT_FALSE(resolve_policy(off, {.mfa_require_all_users = true}).mfa_require_all_users);
}

TEST(Policy, AStoredValueThatIsNoBooleanIsStrict) {
    for (const std::string value : {"\"true\"", "1", "null", "[true]", "{}", "", "True", " true"}) {
        EXPECT_FALSE(resolve_policy({{"allow_destructive_actions", value}},
                                    {.allow_destructive_actions = true})
                         .allow_destructive_actions)
            << value;
        EXPECT_TRUE(
            resolve_policy({{"mfa_require_all_users", value}}, {.mfa_require_all_users = false})
                .mfa_require_all_users)
            << value;
    }
}

}  // namespace
}  // namespace rgw::access
