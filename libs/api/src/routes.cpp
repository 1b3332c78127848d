#include "routes.hpp"

#include <algorithm>
#include <array>

#include "handlers.hpp"
#include "rgw/base/percent.hpp"
#include "rgw/base/text.hpp"
#include "rgw/rack/urlencoded.hpp"

namespace rgw::api {
namespace {

using access::Permission;
using enum Permission;
using enum Throttle;

// Where the rack's own routes are mounted. "/rack" is the web app's name for one of them.
struct Mount {
    std::string_view prefix;
    Destination destination;
};
constexpr auto mounts = std::to_array<Mount>({
    {"/api/v1/rack-proxy", Destination::rack},
    {"/api/v1/convox", Destination::rack_by_browser},
});
constexpr std::string_view rack_document = "/api/v1/rack";

constexpr Access anyone{.from = From::anyone};
constexpr Access anyone_by_address{.from = From::anyone, .host = Host::any};
constexpr Access command_line{.from = From::command_line};
// Who they are is not much: also for somebody who still owes a second factor.
constexpr Access anybody_known{.from = From::anybody_known, .factor = Factor::not_yet};

constexpr Access may(Permission permission) {
    return {.from = From::anybody_known, .permission = permission};
}
constexpr Access reads_log = may(Permission::gateway_audit_log_read);
constexpr Access person{.from = From::person};
constexpr Access person_by_form{.from = From::person, .csrf = Csrf::in_form};
constexpr Access owing{.from = From::person, .factor = Factor::not_yet};
constexpr Access own(Permission permission) {
    return {.from = From::person, .own = permission};
}
constexpr Access begins_factor{
    .from = From::person, .own = auth_mfa_method_create, .factor = Factor::fresh_unless_first};
constexpr Access confirms_factor{
    .from = From::person, .own = auth_mfa_method_create, .factor = Factor::shown_unless_first};
constexpr Access person_leaving{.from = From::person, .factor = Factor::not_yet};

constexpr RecordedAs audit_export{"admin", "audit.export", "admin"};
constexpr RecordedAs logout{"auth", "logout", "auth"};
constexpr RecordedAs review{"auth", "login.review", "auth"};
constexpr RecordedAs approve{"auth", "login.approve", "auth"};
constexpr RecordedAs deny{"auth", "login.deny", "auth"};

constexpr RecordedAs factor(std::string_view action) {
    return {"auth", action, "mfa_method"};
}
constexpr RecordedAs show_factor{"auth", "mfa.show", "auth"};
constexpr RecordedAs factor_reset{"users", "user.mfa_reset", "user"};

constexpr RecordedAs env_read{"convox", "env.read", "env"};
constexpr RecordedAs env_reveal{"convox", "secret.read", "secret"};
constexpr RecordedAs env_update{"convox", "env.update", "env", Intent::by_handler};

constexpr RecordedAs settings_update{"gateway", "settings.update", "setting"};
constexpr RecordedAs settings_delete{"gateway", "settings.delete", "setting"};
constexpr RecordedAs certificate_refresh{"security", "rack_tls_cert.refresh", "rack"};

constexpr RecordedAs user(std::string_view action) {
    return {"users", action, "user"};
}
constexpr RecordedAs session(std::string_view action) {
    return {"users", action, "session"};
}
constexpr RecordedAs token(std::string_view action) {
    return {"tokens", action, "api_token"};
}

constexpr auto table = std::to_array<GatewayRoute>({
    // Load balancers and kubelets ask these without a credential; the answers name nothing but a
    // state.
    {"GET", "/api/v1/health", anyone_by_address, &get_health},
    {"GET", "/api/v1/health/ready", anyone_by_address, &get_readiness},
    {"GET", "/api/v1/rack-proxy/machines", command_line, &get_empty_list},
    {"GET", "/api/v1/rack-proxy/racks", command_line, &get_empty_list},
    // Who signs in is not known yet; who signs out may not be any more.
    {"GET", "/api/v1/auth/web/login", anyone, &begin_web_sign_in, {}, sign_in},
    {"HEAD", "/api/v1/auth/web/login", anyone, &begin_web_sign_in, {}, sign_in},
    {"GET", "/api/v1/auth/web/callback", anyone, &finish_web_sign_in, {}, sign_in},
    {"GET", "/api/v1/auth/web/logout", anyone, &sign_out, {}, sign_in},

    {"POST", "/api/v1/auth/logout", person_leaving, &end_own_session, logout, sign_in},
    // A command line's way in: each step has its own proof, and its event once somebody is known.
    {"POST", "/api/v1/auth/cli/start", anyone, &start_cli_sign_in, {}, sign_in},
    {"GET", "/api/v1/auth/cli/callback", anyone, &return_to_cli_sign_in, {}, sign_in},
    {"GET", "/api/v1/auth/cli/mfa", anyone, &show_cli_step, {}, sign_in},
    {"POST", "/api/v1/auth/cli/mfa", anyone, &approve_cli_by_factor, {}, sign_in},
    {"GET", "/api/v1/auth/cli/request", anyone, &get_cli_request, {}, sign_in},
    {"POST", "/api/v1/auth/cli/approve", anyone, &approve_cli_sign_in, {}, sign_in},
    {"POST", "/api/v1/auth/cli/deny", anyone, &deny_cli_sign_in, {}, sign_in},
    {"POST", "/api/v1/auth/cli/complete", anyone, &complete_cli_sign_in, {}, sign_in},
    // That of a machine without a browser: the first two have no credential yet.
    {"POST", "/api/v1/auth/device/authorize", anyone, &authorize_device, {}, sign_in},
    {"POST", "/api/v1/auth/device/token", anyone, &poll_device, {}, sign_in},
    {"GET", "/api/v1/auth/device/request", person, &get_device_request, review, sign_in},
    {"POST", "/api/v1/auth/device/approve", person, &approve_device, approve, sign_in},
    {"POST", "/api/v1/auth/device/deny", person, &deny_device, deny, sign_in},
    {"POST", "/api/v1/auth/device/approve-form", person_by_form, &approve_device_by_form, approve,
     sign_in},
    {"POST", "/api/v1/auth/device/deny-form", person_by_form, &deny_device_by_form, deny, sign_in},

    // One's own factors. What came of showing one is an event of its ceremony; the session gains by
    // it, so that an intent comes first.
    {"GET", "/api/v1/auth/mfa/status", owing, &get_mfa_status},
    {"POST", "/api/v1/auth/mfa/enroll/totp/start", begins_factor, &begin_totp_enrollment,
     factor("mfa_method.enroll_start"), second_factor},
    {"POST", "/api/v1/auth/mfa/enroll/totp/confirm", confirms_factor, &confirm_totp_enrollment,
     factor("mfa_method.enroll"), second_factor},
    {"POST", "/api/v1/auth/mfa/enroll/yubiotp/start", begins_factor, &enroll_yubikey,
     factor("mfa_method.enroll"), second_factor},
    {"POST", "/api/v1/auth/mfa/enroll/webauthn/start", begins_factor, &begin_webauthn_enrollment,
     factor("mfa_method.enroll_start"), second_factor},
    {"POST", "/api/v1/auth/mfa/enroll/webauthn/confirm", confirms_factor,
     &confirm_webauthn_enrollment, factor("mfa_method.enroll"), second_factor},
    {"POST", "/api/v1/auth/mfa/verify", owing, &verify_code, show_factor, second_factor},
    {"POST",
     "/api/v1/auth/mfa/webauthn/assertion/start",
     owing,
     &begin_assertion,
     {},
     second_factor},
    {"POST", "/api/v1/auth/mfa/webauthn/assertion/verify", owing, &verify_assertion, show_factor,
     second_factor},
    {"PUT", "/api/v1/auth/mfa/preferred-method", own(auth_mfa_preferences_update),
     &set_preferred_factor, factor("mfa_preferences.update")},
    {"PUT", "/api/v1/auth/mfa/methods/{method}", own(auth_mfa_method_update), &update_factor,
     factor("mfa_method.update")},
    {"DELETE", "/api/v1/auth/mfa/methods/{method}", own(auth_mfa_method_delete), &remove_factor,
     factor("mfa_method.delete")},
    {"POST", "/api/v1/auth/mfa/backup-codes/regenerate", own(auth_mfa_backup_codes_generate),
     &regenerate_backup_codes, factor("mfa_backup_codes.generate")},
    {"POST", "/api/v1/auth/mfa/trusted-devices/trust", own(auth_trusted_device_create),
     &trust_device, factor("trusted_device.create")},
    {"DELETE", "/api/v1/auth/mfa/trusted-devices/{device}", own(auth_trusted_device_delete),
     &revoke_trusted_device, factor("trusted_device.delete")},

    {"GET", "/api/v1/info", anybody_known, &get_info},
    {"GET", "/api/v1/created-by", may(Permission::convox_app_read), &get_created_by},

    {"GET", "/api/v1/apps/{app}/env", may(convox_secret_read), &reveal_env, env_reveal, none,
     "secrets"},
    {"GET", "/api/v1/apps/{app}/env", may(convox_env_read), &get_env, env_read},
    {"PUT", "/api/v1/apps/{app}/env", may(convox_env_set), &put_env, env_update},

    {"GET", "/api/v1/audit-logs", reads_log, &list_audit_log},
    {"GET", "/api/v1/audit-logs/raw", reads_log, &list_audit_records},
    {"GET", "/api/v1/audit-logs/export", reads_log, &export_audit_log, audit_export},
    {"GET", "/api/v1/audit-logs/checkpoint", reads_log, &get_checkpoint},
    {"GET", "/api/v1/audit-logs/checkpoint/keys", reads_log, &get_checkpoint_keys},
    {"GET", "/api/v1/audit-logs/consistency", reads_log, &get_consistency_proof},
    {"GET", "/api/v1/audit-logs/{chain_index}", reads_log, &get_audit_event},
    {"GET", "/api/v1/audit-logs/{chain_index}/proof", reads_log, &get_inclusion_proof},

    {"GET", "/api/v1/settings", may(Permission::gateway_setting_read), &get_settings},
    {"GET", "/api/v1/apps/{app}/settings", may(Permission::gateway_setting_read), &get_settings},
    {"PUT", "/api/v1/settings/mfa-configuration",
     may(Permission::gateway_setting_group_mfa_configuration), &put_settings, settings_update},
    {"DELETE", "/api/v1/settings/mfa-configuration",
     may(Permission::gateway_setting_group_mfa_configuration), &reset_settings, settings_delete},
    {"PUT", "/api/v1/settings/allow-destructive-actions",
     may(Permission::gateway_setting_group_allow_destructive_actions), &put_settings,
     settings_update},
    {"DELETE", "/api/v1/settings/allow-destructive-actions",
     may(Permission::gateway_setting_group_allow_destructive_actions), &reset_settings,
     settings_delete},
    {"PUT", "/api/v1/settings/vcs-and-ci-defaults",
     may(Permission::gateway_setting_group_vcs_and_ci_defaults), &put_settings, settings_update},
    {"DELETE", "/api/v1/settings/vcs-and-ci-defaults",
     may(Permission::gateway_setting_group_vcs_and_ci_defaults), &reset_settings, settings_delete},
    {"PUT", "/api/v1/settings/deploy-approvals",
     may(Permission::gateway_setting_group_deploy_approvals), &put_settings, settings_update},
    {"DELETE", "/api/v1/settings/deploy-approvals",
     may(Permission::gateway_setting_group_deploy_approvals), &reset_settings, settings_delete},
    {"PUT", "/api/v1/settings/session-configuration",
     may(Permission::gateway_setting_group_session_configuration), &put_settings, settings_update},
    {"DELETE", "/api/v1/settings/session-configuration",
     may(Permission::gateway_setting_group_session_configuration), &reset_settings,
     settings_delete},
    {"PUT", "/api/v1/apps/{app}/settings/vcs-ci-deploy",
     may(Permission::gateway_setting_group_vcs_ci_deploy), &put_settings, settings_update},
    {"DELETE", "/api/v1/apps/{app}/settings/vcs-ci-deploy",
     may(Permission::gateway_setting_group_vcs_ci_deploy), &reset_settings, settings_delete},
    {"PUT", "/api/v1/apps/{app}/settings/protected-env-vars",
     may(Permission::gateway_setting_protected_env_vars), &put_setting, settings_update},
    {"DELETE", "/api/v1/apps/{app}/settings/protected-env-vars",
     may(Permission::gateway_setting_protected_env_vars), &reset_settings, settings_delete},
    {"PUT", "/api/v1/apps/{app}/settings/secret-env-vars",
     may(Permission::gateway_setting_secret_env_vars), &put_setting, settings_update},
    {"DELETE", "/api/v1/apps/{app}/settings/secret-env-vars",
     may(Permission::gateway_setting_secret_env_vars), &reset_settings, settings_delete},
    {"PUT", "/api/v1/apps/{app}/settings/approved-deploy-commands",
     may(Permission::gateway_setting_approved_deploy_commands), &put_setting, settings_update},
    {"DELETE", "/api/v1/apps/{app}/settings/approved-deploy-commands",
     may(Permission::gateway_setting_approved_deploy_commands), &reset_settings, settings_delete},
    {"PUT", "/api/v1/apps/{app}/settings/service-image-patterns",
     may(Permission::gateway_setting_service_image_patterns), &put_setting, settings_update},
    {"DELETE", "/api/v1/apps/{app}/settings/service-image-patterns",
     may(Permission::gateway_setting_service_image_patterns), &reset_settings, settings_delete},
    {"POST", "/api/v1/settings/rack-tls-cert/refresh", may(Permission::security_secret_update),
     &refresh_rack_certificate, certificate_refresh},

    // Whose they are decides as well, in the handlers: somebody else's sessions and tokens take
    // `list` and `manage`.
    {"GET", "/api/v1/roles", may(gateway_role_read), &get_roles},
    {"GET", "/api/v1/users", may(gateway_user_read), &list_users},
    {"POST", "/api/v1/users", may(gateway_user_create), &create_user, user("user.create")},
    {"GET", "/api/v1/users/{email}", may(gateway_user_read), &get_user},
    {"PUT", "/api/v1/users/{email}", may(gateway_user_update), &update_user, user("user.update")},
    {"DELETE", "/api/v1/users/{email}", may(gateway_user_delete), &delete_user,
     user("user.delete")},
    {"PUT", "/api/v1/users/{email}/name", may(gateway_user_update_name), &rename_user,
     user("user.update_name")},
    {"PUT", "/api/v1/users/{email}/roles", may(gateway_user_update), &set_user_roles,
     user("user.update")},
    {"POST", "/api/v1/users/{email}/lock", may(gateway_user_update), &lock_user, user("user.lock")},
    {"POST", "/api/v1/users/{email}/unlock", may(gateway_user_update), &unlock_user,
     user("user.unlock")},
    {"POST", "/api/v1/users/{email}/mfa/reset", may(gateway_user_update), &reset_user_factors,
     factor_reset},
    {"GET", "/api/v1/users/{email}/sessions", may(gateway_session_read), &list_user_sessions,
     session("user.sessions.list")},
    {"POST", "/api/v1/users/{email}/sessions/{session}/revoke", may(gateway_session_revoke),
     &revoke_user_session, session("user.sessions.revoke")},
    {"POST", "/api/v1/users/{email}/sessions/revoke_all", may(gateway_session_revoke),
     &revoke_user_sessions, session("user.sessions.revoke_all")},

    {"GET", "/api/v1/api-tokens/permissions", may(gateway_role_read), &get_token_permissions},
    {"GET", "/api/v1/api-tokens", may(gateway_api_token_read), &list_api_tokens},
    {"POST", "/api/v1/api-tokens", may(gateway_api_token_create), &create_api_token,
     token("api_token.create"), tokens},
    {"GET", "/api/v1/api-tokens/{token}", may(gateway_api_token_read), &get_api_token},
    {"PUT", "/api/v1/api-tokens/{token}", may(gateway_api_token_update), &update_api_token,
     token("api_token.update")},
    {"DELETE", "/api/v1/api-tokens/{token}", may(gateway_api_token_delete), &delete_api_token,
     token("api_token.delete")},
    {"POST", "/api/v1/api-tokens/{token}/rotate", may(gateway_api_token_create), &rotate_api_token,
     token("api_token.rotate"), tokens},

    // Says what there is to call, of nobody.
    {"GET", "/openapi.json", anyone, &get_openapi},
    // Of the first two pages the browser's own cookies decide.
    {"GET", "/app/cli/auth/approve", anyone, &get_cli_approval_page},
    {"GET", "/app/device", anyone, &get_device_page},
    {"GET", "/app/cli/auth/success", anyone, &get_cli_success_page},
    {"GET", "/app/cli/auth/denied", anyone, &get_cli_denied_page},
    // The other pages hold nothing of anybody but the token that guards their writes, for their own
    // session.
    {"GET", "/", anyone, &go_to_app},
    {"GET", "/app", anyone, &go_to_app},
    {"GET", "/app/*", anyone, &get_app},
    {"GET", "/favicon.ico", anyone, &get_icon},
    {"GET", "/robots.txt", anyone, &get_robots},
});

// The mount `target` is below, or null.
const Mount* mount_of(std::string_view target) {
    const auto found = std::ranges::find_if(mounts, [target](const Mount& mount) {
        return target.starts_with(mount.prefix) &&
               target.substr(mount.prefix.size()).starts_with('/');
    });
    return found == mounts.end() ? nullptr : &*found;
}

// The next segment of what begins with '/', which is taken off.
std::string_view take_segment(std::string_view& rest) {
    rest.remove_prefix(1);
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    return segment;
}

bool decode_name(std::string_view segment, std::string& value) {
    return percent_decode(segment, value) && !value.empty() && value != "." && value != ".." &&
           valid_utf8(value) == value && std::ranges::none_of(value, is_control_character);
}

// A query that cannot be read holds no flag.
bool has_flag(std::string_view target, std::string_view flag) {
    const std::size_t mark = target.find('?');
    if (flag.empty() || mark == std::string_view::npos) {
        return flag.empty();
    }
    const auto pairs =
        rack::parse_urlencoded(target.substr(mark + 1), Errc::bad_query, rack::Repeated::allowed);
    return pairs && std::ranges::any_of(*pairs, [flag](const rack::Pair& pair) {
               return pair.name == flag && equals_ignoring_case(pair.value, "true");
           });
}

bool leads_to(const GatewayRoute& route, std::string_view path, Located& located) {
    if (route.path.ends_with("/*")) {
        return path.starts_with(route.path.substr(0, route.path.size() - 1));
    }
    if (route.path.find('{') == std::string_view::npos) {
        return route.path == path;
    }
    std::string_view pattern = route.path;
    located.path.clear();
    while (!pattern.empty() && !path.empty()) {
        const std::string_view wanted = take_segment(pattern);
        const std::string_view segment = take_segment(path);
        if (!wanted.starts_with('{')) {
            if (wanted != segment) {
                return false;
            }
            continue;
        }
        std::string value;
        if (!decode_name(segment, value)) {
            return false;
        }
        located.path.emplace_back(wanted.substr(1, wanted.size() - 2), std::move(value));
    }
    return pattern.empty() && path.empty();
}

}  // namespace

std::span<const GatewayRoute> gateway_routes() {
    return table;
}

std::string route_name(const GatewayRoute& route) {
    std::string name = std::string(route.method) + " " + std::string(route.path);
    if (!route.flag.empty()) {
        name += "?" + std::string(route.flag) + "=true";
    }
    return name;
}

Located locate(std::string_view method, std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    const Mount* mount = mount_of(target);
    const std::string_view prefix = mount == nullptr ? std::string_view("/") : mount->prefix;
    Located located;
    for (const GatewayRoute& route : table) {
        if (route.method == method && path.starts_with('/') && route.path.starts_with(prefix) &&
            leads_to(route, path, located) && has_flag(target, route.flag)) {
            located.destination = Destination::gateway;
            located.gateway_route = &route;
            return located;
        }
    }
    located.path.clear();
    if (mount != nullptr) {
        located.destination = mount->destination;
        located.rack_target = target.substr(mount->prefix.size());
    } else if (path == rack_document) {
        located.destination = Destination::rack_by_browser;
        located.rack_target = "/system";
    }
    return located;
}

}  // namespace rgw::api
