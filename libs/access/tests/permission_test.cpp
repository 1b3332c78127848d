#include "rgw/access/permission.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace rgw::access {
namespace {

struct Spelling {
    std::string_view enumerator;
    std::string_view text;
};

constexpr Spelling spellings[] = {
#define PERMISSION(name, text, mfa) {#name, text},
#include "rgw/access/permission_table.inc"
#undef PERMISSION
};

TEST(Permission, TheEnumeratorIsTheTextWithUnderscoresForColons) {
    for (const Spelling& spelling : spellings) {
        std::string expected(spelling.text);
        std::ranges::replace(expected, ':', '_');
        EXPECT_EQ(spelling.enumerator, expected);
    }
}

TEST(Permission, EveryTextIsUniqueAndFindsItsOwnEnumerator) {
    std::set<std::string_view> seen;
    for (const Permission permission : all_permissions()) {
        EXPECT_TRUE(seen.insert(text(permission)).second) << text(permission);
        EXPECT_EQ(find_permission(text(permission)), permission);
    }
    EXPECT_EQ(seen.size(), std::size(spellings));
    EXPECT_FALSE(find_permission("convox:app:lists"));
    EXPECT_FALSE(find_permission(""));
}

TEST(Permission, TheAuditActionAndTypeComeFromTheText) {
    EXPECT_EQ(audit_action(Permission::convox_app_list), "app.list");
    EXPECT_EQ(audit_resource_type(Permission::convox_app_list), "app");
    EXPECT_EQ(audit_action(Permission::gateway_setting_group_mfa_configuration),
              "setting_group.mfa_configuration");
    EXPECT_EQ(audit_resource_type(Permission::gateway_setting_group_mfa_configuration),
              "setting_group");
}

bool text_starts(Permission permission, std::string_view prefix) {
    return text(permission).starts_with(prefix);
}

bool text_ends_in_any(Permission permission, std::initializer_list<std::string_view> endings) {
    return std::ranges::any_of(
        endings, [&](std::string_view ending) { return text(permission).ends_with(ending); });
}

// Spec proxy-rbac §3.4, the complete lists of its levels `always` and `none`; sessions were revoked
// with gateway:user:update there.
TEST(Permission, TheLevelsOfTheSpecificationHold) {
    for (const std::string_view name : {"convox:app:delete",
                                        "convox:instance:terminate",
                                        "gateway:deploy_approval_request:approve",
                                        "gateway:api_token:create",
                                        "gateway:api_token:update",
                                        "gateway:api_token:delete",
                                        "gateway:user:create",
                                        "gateway:user:update",
                                        "gateway:user:delete",
                                        "security:secret:update",
                                        "auth:mfa_method:delete",
                                        "gateway:setting_group:allow_destructive_actions",
                                        "gateway:setting_group:deploy_approvals",
                                        "gateway:setting_group:mfa_configuration",
                                        "gateway:setting_group:vcs_ci_deploy",
                                        "gateway:setting:github_verification",
                                        "gateway:setting:require_pr_for_branch",
                                        "gateway:session:revoke",
                                        "gateway:session:manage",
                                        "gateway:api_token:manage"}) {
        const auto permission = find_permission(name);
        ASSERT_TRUE(permission) << name;
        EXPECT_EQ(mfa_level(*permission), MfaLevel::always) << name;
    }
    for (const std::string_view name :
         {"convox:object:create", "gateway:deploy_approval_request:create",
          "auth:mfa_method:create", "auth:mfa_verification:create", "gateway:setting:ci_provider",
          "gateway:setting:circleci_approval_job_name", "gateway:setting:default_branch",
          "gateway:setting:github_post_pr_comment", "gateway:setting:vcs_provider",
          "gateway:setting:vcs_repo"}) {
        const auto permission = find_permission(name);
        ASSERT_TRUE(permission) << name;
        EXPECT_EQ(mfa_level(*permission), MfaLevel::none) << name;
    }
}

TEST(Permission, NoWriteToTheRackIsWithoutAFactorButTheTwoTheSpecificationNames) {
    for (const Permission permission : all_permissions()) {
        if (!text_starts(permission, "convox:") ||
            text_ends_in_any(permission, {":list", ":read"}) ||
            permission == Permission::convox_object_create ||
            permission == Permission::convox_deploy_deploy_with_approval) {
            continue;
        }
        EXPECT_NE(mfa_level(permission), MfaLevel::none) << text(permission);
    }
}

TEST(Permission, WhatDestroysOrMintsACredentialAlwaysNeedsAFactor) {
    for (const Permission permission : all_permissions()) {
        if (text_starts(permission, "convox:") &&
            text_ends_in_any(permission, {":delete", ":remove", ":unlink", ":keyroll",
                                          ":jwt_create", ":jwt_rotate", ":cleanup", ":shell"})) {
            EXPECT_EQ(mfa_level(permission), MfaLevel::always) << text(permission);
        }
    }
}

}  // namespace
}  // namespace rgw::access
