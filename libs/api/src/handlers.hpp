#pragma once

#include "gateway_call.hpp"

// The operations of the gateway's own routes, by the file they are in. What each answers: spec
// http-api, by section.
namespace rgw::api {

// state_routes.cpp: load balancers and kubelets; what the SDK asks a rack before a session (spec
// proxy-rbac §6.5).
extern const Operation get_health;
extern const Operation get_readiness;
extern const Operation get_empty_list;

// sign_in_routes.cpp, §8
extern const Operation begin_web_sign_in;
extern const Operation finish_web_sign_in;
extern const Operation sign_out;
extern const Operation end_own_session;

// cli_sign_in_routes.cpp, cli_browser_routes.cpp, §9
extern const Operation start_cli_sign_in;
extern const Operation return_to_cli_sign_in;
extern const Operation show_cli_step;
extern const Operation get_cli_request;
extern const Operation approve_cli_by_factor;
extern const Operation approve_cli_sign_in;
extern const Operation deny_cli_sign_in;
extern const Operation complete_cli_sign_in;

// device_routes.cpp, RFC 8628
extern const Operation authorize_device;
extern const Operation poll_device;
extern const Operation get_device_request;
extern const Operation approve_device;
extern const Operation deny_device;
extern const Operation approve_device_by_form;
extern const Operation deny_device_by_form;

// factor_status_routes.cpp, factor_enroll_routes.cpp, factor_show_routes.cpp,
// factor_manage_routes.cpp, §10
extern const Operation get_mfa_status;
extern const Operation begin_totp_enrollment;
extern const Operation confirm_totp_enrollment;
extern const Operation enroll_yubikey;
extern const Operation begin_webauthn_enrollment;
extern const Operation confirm_webauthn_enrollment;
extern const Operation verify_code;
extern const Operation begin_assertion;
extern const Operation verify_assertion;
extern const Operation set_preferred_factor;
extern const Operation update_factor;
extern const Operation remove_factor;
extern const Operation regenerate_backup_codes;
extern const Operation trust_device;
extern const Operation revoke_trusted_device;
extern const Operation reset_user_factors;

// env_routes.cpp, §12
extern const Operation get_env;
extern const Operation reveal_env;
extern const Operation put_env;

// info_routes.cpp, §11
extern const Operation get_info;

// created_by_routes.cpp, §11
extern const Operation get_created_by;

// audit_routes.cpp, §16
extern const Operation list_audit_log;
extern const Operation list_audit_records;
extern const Operation export_audit_log;
extern const Operation get_audit_event;

// checkpoint_routes.cpp
extern const Operation get_checkpoint;
extern const Operation get_checkpoint_keys;
extern const Operation get_inclusion_proof;
extern const Operation get_consistency_proof;

// settings_routes.cpp, §17
extern const Operation get_settings;
extern const Operation put_settings;
extern const Operation put_setting;
extern const Operation reset_settings;

// rack_certificate_routes.cpp, §21
extern const Operation refresh_rack_certificate;

// role_routes.cpp, user_routes.cpp, session_routes.cpp, §14
extern const Operation get_roles;
extern const Operation list_users;
extern const Operation get_user;
extern const Operation create_user;
extern const Operation update_user;
extern const Operation rename_user;
extern const Operation set_user_roles;
extern const Operation delete_user;
extern const Operation lock_user;
extern const Operation unlock_user;
extern const Operation list_user_sessions;
extern const Operation revoke_user_session;
extern const Operation revoke_user_sessions;

// role_routes.cpp, token_routes.cpp, §15
extern const Operation get_token_permissions;
extern const Operation list_api_tokens;
extern const Operation get_api_token;
extern const Operation create_api_token;
extern const Operation update_api_token;
extern const Operation rotate_api_token;
extern const Operation delete_api_token;

// openapi.cpp
extern const Operation get_openapi;

// static_routes.cpp, §22
extern const Operation go_to_app;
extern const Operation get_app;
extern const Operation get_icon;
extern const Operation get_robots;

// login_pages.cpp: until the web app has them
extern const Operation get_cli_approval_page;
extern const Operation get_cli_success_page;
extern const Operation get_cli_denied_page;
extern const Operation get_device_page;

}  // namespace rgw::api
