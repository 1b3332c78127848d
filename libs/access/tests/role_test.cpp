#include "rgw/access/role.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace rgw::access {
namespace {

std::set<std::string> texts(Role role) {
    std::set<std::string> out;
    for (const Permission permission : all_permissions()) {
        if (permissions(role).has(permission)) {
            out.emplace(text(permission));
        }
    }
    return out;
}

// Spec proxy-rbac §3.2, and certificates and budgets, which show no secret.
const std::set<std::string> viewer = {
    "convox:app:list",      "convox:app:read",      "convox:process:list", "convox:process:read",
    "convox:instance:list", "convox:instance:read", "convox:log:read",     "convox:build:list",
    "convox:build:read",    "convox:rack:read",     "convox:cert:list",    "convox:budget:read"};

std::set<std::string> with(std::set<std::string> base, const std::set<std::string>& more) {
    base.insert(more.begin(), more.end());
    return base;
}

const std::set<std::string> ops =
    with(viewer, {"convox:app:restart", "convox:process:start", "convox:process:exec",
                  "convox:process:terminate", "convox:release:list", "convox:env:read"});

TEST(Role, ViewerOpsDeployerAndCicdHoldWhatTheSpecificationLists) {
    EXPECT_EQ(texts(Role::viewer), viewer);
    EXPECT_EQ(texts(Role::ops), ops);
    EXPECT_EQ(texts(Role::deployer),
              with(ops, {"convox:app:update", "convox:build:create", "convox:object:create",
                         "convox:release:create", "convox:release:read", "convox:release:promote",
                         "convox:env:set", "gateway:deploy_approval_request:create",
                         "gateway:deploy_approval_request:read", "convox:app:cancel"}));
    const std::set<std::string> cicd = {"convox:app:list",
                                        "convox:app:read",
                                        "convox:process:list",
                                        "convox:process:read",
                                        "convox:instance:list",
                                        "convox:instance:read",
                                        "convox:rack:read",
                                        "convox:deploy:deploy_with_approval",
                                        "gateway:deploy_approval_request:create",
                                        "gateway:deploy_approval_request:read"};
    EXPECT_EQ(texts(Role::cicd), cicd);
}

TEST(Role, AdminHoldsEveryPermission) {
    EXPECT_EQ(texts(Role::admin).size(), all_permissions().size());
}

TEST(Role, NoRoleButAdminSeesSecretsOrDestroys) {
    for (const Role role : {Role::viewer, Role::ops, Role::deployer, Role::cicd}) {
        for (const Permission permission : all_permissions()) {
            if (mfa_level(permission) == MfaLevel::always) {
                EXPECT_FALSE(permissions(role).has(permission)) << text(permission);
            }
        }
        for (const Permission permission :
             {Permission::convox_secret_read, Permission::convox_secret_set,
              Permission::convox_resource_read, Permission::convox_registry_list,
              Permission::convox_config_read, Permission::convox_object_read,
              Permission::convox_file_read, Permission::gateway_audit_log_read}) {
            EXPECT_FALSE(permissions(role).has(permission)) << text(permission);
        }
    }
}

TEST(Role, NamesLabelsAndWhoMayHoldThem) {
    ASSERT_EQ(all_roles().size(), 5U);
    for (const RoleInfo& role : all_roles()) {
        EXPECT_EQ(find_role(role.name), role.role);
        EXPECT_EQ(&info(role.role), &role);
    }
    EXPECT_FALSE(find_role("root"));
    EXPECT_FALSE(find_role("Admin"));
    EXPECT_FALSE(info(Role::cicd).assignable_to_users);
    EXPECT_TRUE(info(Role::ops).assignable_to_users);
    EXPECT_EQ(info(Role::ops).label, "Operations");
}

TEST(Role, TheTextsOfARoleCompileToItsSetAndAdminsCoverItsTwoScopes) {
    for (const Role role : {Role::viewer, Role::ops, Role::deployer, Role::cicd}) {
        EXPECT_EQ(compile(permission_texts(role)).value(), permissions(role));
    }
    const PermissionSet admin_token = compile(permission_texts(Role::admin)).value();
    for (const Permission permission : all_permissions()) {
        const bool own_scope =
            text(permission).starts_with("convox:") || text(permission).starts_with("gateway:");
        EXPECT_EQ(admin_token.has(permission), own_scope) << text(permission);
    }
}

}  // namespace
}  // namespace rgw::access
