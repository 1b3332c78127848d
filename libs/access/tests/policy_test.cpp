#include "rgw/access/policy.hpp"

#include <gtest/gtest.h>

namespace rgw::access {
namespace {

PolicySettings resolve(StoredRows global, std::optional<bool> of_environment) {
    return resolve_policy({.global = std::move(global), .apps = {}},
                          {.allow_destructive_actions = of_environment, .secret_env_vars = {}});
}

TEST(Policy, BeginsAtItsStrictestAndASnapshotDoesNotChangeUnderItsReader) {
    PolicySnapshot policy;
    const auto before = policy.current();
    EXPECT_FALSE(before->allow_destructive_actions);
    EXPECT_TRUE(before->env.of_app("shop").secret_names.has("LOG_LEVEL"));
    EXPECT_TRUE(before->env.of_app("shop").protected_names.has("LOG_LEVEL"));
    policy.replace({.allow_destructive_actions = true});
    EXPECT_FALSE(before->allow_destructive_actions);
    EXPECT_TRUE(policy.current()->allow_destructive_actions);
}

TEST(Policy, TheDatabaseComesBeforeTheEnvironmentAndThatBeforeTheDefault) {
    const StoredRows none = {{"deploy_approvals_enabled", "true"}};
    EXPECT_FALSE(resolve(none, std::nullopt).allow_destructive_actions);
    EXPECT_TRUE(resolve(none, true).allow_destructive_actions);
    EXPECT_FALSE(resolve(none, false).allow_destructive_actions);
    EXPECT_TRUE(resolve({{"allow_destructive_actions", "true"}}, false).allow_destructive_actions);
    EXPECT_FALSE(resolve({{"allow_destructive_actions", "false"}}, true).allow_destructive_actions);
}

TEST(Policy, ASecondFactorIsDemandedUnlessSomebodySaysOtherwise) {
    EXPECT_TRUE(PolicySettings().mfa_require_all_users);
    EXPECT_TRUE(resolve_policy({}, {}).mfa_require_all_users);
    EXPECT_FALSE(resolve_policy({}, {.mfa_require_all_users = false}).mfa_require_all_users);
    EXPECT_FALSE(resolve_policy({.global = {{"mfa_require_all_users", "false"}}},
                                {.mfa_require_all_users = true})
                     .mfa_require_all_users);
}

TEST(Policy, AStoredValueThatIsNoBooleanIsStrict) {
    for (const std::string value : {"\"true\"", "1", "null", "[true]", "{}", "", "True", " true"}) {
        EXPECT_FALSE(
            resolve({{"allow_destructive_actions", value}}, true).allow_destructive_actions)
            << value;
        EXPECT_TRUE(resolve_policy({.global = {{"mfa_require_all_users", value}}},
                                   {.mfa_require_all_users = false})
                        .mfa_require_all_users)
            << value;
    }
}

}  // namespace
}  // namespace rgw::access
