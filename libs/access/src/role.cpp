#include "rgw/access/role.hpp"

#include <algorithm>
#include <array>

namespace rgw::access {
namespace {

using enum Permission;

constexpr auto roles = std::to_array<RoleInfo>({
    {Role::viewer, "viewer", "Viewer", "Sees apps, processes, builds, logs and the gateway's users",
     true},
    {Role::ops, "ops", "Operations", "Viewer, and restarts apps, runs and stops processes", true},
    {Role::deployer, "deployer", "Deployer", "Operations, and builds, releases and API tokens",
     true},
    {Role::cicd, "cicd", "CI/CD", "For API tokens of pipelines: deploys with an approval", false},
    {Role::auditor, "auditor", "Auditor", "Reads everything of the gateway and changes nothing",
     true},
    {Role::admin, "admin", "Admin", "Everything", true},
});

// Spec proxy-rbac §3.2. The second paragraph is ours: reads that show no secret, for routes
// upstream did not have. (Not resource, registry, config or object reads: their answers hold
// passwords.) The third: what upstream let everybody do unasked, and one's own sessions.
constexpr auto viewer_own = std::to_array<Permission>({
    convox_app_list,
    convox_app_read,
    convox_process_list,
    convox_process_read,
    convox_instance_list,
    convox_instance_read,
    convox_log_read,
    convox_build_list,
    convox_build_read,
    convox_rack_read,

    convox_cert_list,
    convox_budget_read,

    gateway_role_read,
    gateway_session_read,
    gateway_session_revoke,
    gateway_setting_read,
    gateway_user_read,
});

constexpr auto ops_own = std::to_array<Permission>({
    convox_app_restart,
    convox_process_start,
    convox_process_exec,
    convox_process_terminate,
    convox_release_list,
    convox_env_read,
});

// Whoever may promote a release may call it off. Everything else that upstream had no route for is
// an admin's: certificates, registries, resources and their consoles, nodes, images, network
// proxies.
constexpr auto deployer_own = std::to_array<Permission>({
    convox_app_restart,
    convox_app_update,
    convox_build_create,
    convox_object_create,
    convox_release_create,
    convox_release_read,
    convox_release_promote,
    convox_env_read,
    convox_env_set,
    gateway_deploy_approval_request_create,
    gateway_deploy_approval_request_read,

    convox_app_cancel,

    gateway_api_token_read,
    gateway_api_token_create,
    gateway_api_token_update,
    gateway_api_token_delete,
});

constexpr auto cicd_own = std::to_array<Permission>({
    convox_app_list,
    convox_app_read,
    convox_process_list,
    convox_process_read,
    convox_instance_list,
    convox_instance_read,
    convox_rack_read,
    convox_deploy_deploy_with_approval,
    gateway_deploy_approval_request_create,
    gateway_deploy_approval_request_read,
});

// All there is to read, but no environment: its values may be secrets.
constexpr auto auditor_own = std::to_array<Permission>({
    gateway_api_token_read,
    gateway_api_token_list,
    gateway_audit_log_read,
    gateway_deploy_approval_request_read,
    gateway_integration_read,
    gateway_job_list,
    gateway_job_read,
    gateway_session_list,
});

PermissionSet set_of(std::span<const Permission> permissions) {
    PermissionSet set;
    for (const Permission permission : permissions) {
        set.add(permission);
    }
    return set;
}

// In the order of the enum.
std::array<PermissionSet, roles.size()> make_sets() {
    const PermissionSet viewer = set_of(viewer_own);
    PermissionSet ops = set_of(ops_own);
    ops |= viewer;
    PermissionSet deployer = set_of(deployer_own);
    deployer |= ops;
    PermissionSet auditor = set_of(auditor_own);
    auditor |= viewer;
    return {viewer, ops, deployer, set_of(cicd_own), auditor, set_of(all_permissions())};
}

}  // namespace

const RoleInfo& info(Role role) {
    return roles[static_cast<std::size_t>(role)];
}

std::span<const RoleInfo> all_roles() {
    return roles;
}

std::optional<Role> find_role(std::string_view name) {
    const auto found = std::ranges::find(roles, name, &RoleInfo::name);
    if (found == roles.end()) {
        return std::nullopt;
    }
    return found->role;
}

const PermissionSet& permissions(Role role) {
    static const auto sets = make_sets();
    return sets[static_cast<std::size_t>(role)];
}

std::vector<std::string> permission_texts(Role role) {
    if (role == Role::admin) {
        return {"convox:*:*", "gateway:*:*"};
    }
    std::vector<std::string> texts;
    for (const Permission permission : all_permissions()) {
        if (permissions(role).has(permission)) {
            texts.emplace_back(text(permission));
        }
    }
    return texts;
}

}  // namespace rgw::access
