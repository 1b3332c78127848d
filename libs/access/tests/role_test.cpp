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

// Spec proxy-rbac §3.2; certificates and budgets, which show no secret; the gateway's users, roles
// and settings, and one's own sessions.
const std::set<std::string> viewer = {
    "convox:app:list",      "convox:app:read",      "convox:process:list",
    "convox:process:read",  "convox:instance:list", "convox:instance:read",
    "convox:log:read",      "convox:build:list",    "convox:build:read",
    "convox:rack:read",     "convox:cert:list",     "convox:budget:read",
    "gateway:role:read",    "gateway:session:read", "gateway:session:revoke",
    "gateway:setting:read", "gateway:user:read"};

std::set<std::string> with(std::set<std::string> base, const std::set<std::string>& more) {
    base.insert(more.begin(), more.end());
    return base;
}

const std::set<std::string> ops =
    with(viewer, {"convox:app:restart", "convox:process:start", "convox:process:exec",
                  "convox:process:terminate", "convox:release:list", "convox:env:read"});

TEST(Role, EachHoldsWhatTheSpecificationLists) {
    EXPECT_EQ(texts(Role::viewer), viewer);
    EXPECT_EQ(texts(Role::ops), ops);
    EXPECT_EQ(texts(Role::deployer),
              with(ops, {"convox:app:update", "convox:build:create", "convox:object:create",
                         "convox:release:create", "convox:release:read", "convox:release:promote",
                         "convox:env:set", "gateway:deploy_approval_request:create",
                         "gateway:deploy_approval_request:read", "convox:app:cancel",
                         "gateway:api_token:read", "gateway:api_token:create",
                         "gateway:api_token:update", "gateway:api_token:delete"}));
    EXPECT_EQ(
        texts(Role::auditor),
        with(viewer, {"gateway:api_token:read", "gateway:api_token:list", "gateway:audit_log:read",
                      "gateway:deploy_approval_request:read", "gateway:integration:read",
                      "gateway:job:list", "gateway:job:read", "gateway:session:list"}));
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
    const std::set<std::string> own = {"gateway:api_token:create", "gateway:api_token:update",
                                       "gateway:api_token:delete", "gateway:session:revoke"};
    for (const Role role : {Role::viewer, Role::ops, Role::deployer, Role::cicd, Role::auditor}) {
        for (const Permission permission : all_permissions()) {
            if (mfa_level(permission) == MfaLevel::always &&
                !own.contains(std::string(text(permission)))) {
                EXPECT_FALSE(permissions(role).has(permission)) << text(permission);
            }
        }
        for (const Permission permission :
             {Permission::convox_secret_read, Permission::convox_secret_set,
              Permission::convox_resource_read, Permission::convox_registry_list,
              Permission::convox_config_read, Permission::convox_object_read,
              Permission::convox_file_read, Permission::gateway_api_token_manage,
              Permission::gateway_session_manage, Permission::gateway_user_update}) {
            EXPECT_FALSE(permissions(role).has(permission)) << text(permission);
        }
    }
}

TEST(Role, AnAuditorReadsAndChangesNothingButTheirOwnSessions) {
    for (const Permission permission : all_permissions()) {
        if (permissions(Role::auditor).has(permission)) {
            const std::string_view name = text(permission);
            EXPECT_TRUE(name.ends_with(":read") || name.ends_with(":list") ||
                        permission == Permission::gateway_session_revoke)
                << name;
        }
    }
    EXPECT_FALSE(permissions(Role::auditor).has(Permission::convox_env_read));
}

TEST(Role, OnlyAdminsAndAuditorsSeeWhatIsSomebodyElses) {
    for (const Role role : {Role::viewer, Role::ops, Role::deployer, Role::cicd}) {
        for (const Permission permission :
             {Permission::gateway_api_token_list, Permission::gateway_session_list,
              Permission::gateway_audit_log_read}) {
            EXPECT_FALSE(permissions(role).has(permission)) << text(permission);
        }
    }
}

TEST(Role, NamesLabelsAndWhoMayHoldThem) {
    std::string order;
    for (const RoleInfo& role : all_roles()) {
        order += std::string(role.name) + " ";
        EXPECT_FALSE(role.description.empty());
        EXPECT_EQ(find_role(role.name), role.role);
        EXPECT_EQ(&info(role.role), &role);
    }
    EXPECT_EQ(order, "viewer ops deployer cicd auditor admin ");
    EXPECT_FALSE(find_role("root"));
    EXPECT_FALSE(find_role("Admin"));
    EXPECT_FALSE(info(Role::cicd).assignable_to_users);
    EXPECT_TRUE(info(Role::ops).assignable_to_users);
    EXPECT_EQ(info(Role::ops).label, "Operations");
}

TEST(Role, TheTextsOfARoleCompileToItsSetAndAdminsCoverItsTwoScopes) {
    for (const Role role : {Role::viewer, Role::ops, Role::deployer, Role::cicd, Role::auditor}) {
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
