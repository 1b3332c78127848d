#include <algorithm>
#include <array>
#include <stdexcept>

#include "rgw/access/setting.hpp"

namespace rgw::access {
namespace {

using enum SettingGroup;
using enum SettingKind;
using enum SettingBody;

// In the order of the enum.
constexpr auto groups = std::to_array<SettingGroupInfo>({
    {allow_destructive_actions, SettingScope::global, "allow-destructive-actions",
     Permission::gateway_setting_group_allow_destructive_actions, object_of_keys},
    {deploy_approvals, SettingScope::global, "deploy-approvals",
     Permission::gateway_setting_group_deploy_approvals, object_of_keys},
    {mfa_configuration, SettingScope::global, "mfa-configuration",
     Permission::gateway_setting_group_mfa_configuration, object_of_keys},
    {session_configuration, SettingScope::global, "session-configuration",
     Permission::gateway_setting_group_session_configuration, object_of_keys},
    {vcs_and_ci_defaults, SettingScope::global, "vcs-and-ci-defaults",
     Permission::gateway_setting_group_vcs_and_ci_defaults, object_of_keys},
    {vcs_ci_deploy, SettingScope::app, "vcs-ci-deploy",
     Permission::gateway_setting_group_vcs_ci_deploy, object_of_keys},
    {protected_env_vars, SettingScope::app, "protected-env-vars",
     Permission::gateway_setting_protected_env_vars, bare_value},
    {secret_env_vars, SettingScope::app, "secret-env-vars",
     Permission::gateway_setting_secret_env_vars, bare_value},
    {approved_deploy_commands, SettingScope::app, "approved-deploy-commands",
     Permission::gateway_setting_approved_deploy_commands, bare_value},
    {service_image_patterns, SettingScope::app, "service-image-patterns",
     Permission::gateway_setting_service_image_patterns, bare_value},
});

constexpr std::int64_t day = std::int64_t{24} * 60;  // in minutes
constexpr std::int64_t week = 7 * day;
// Upstream's clients expect to stay signed in that long; a day is the default (NIST SP 800-63B-4,
// AAL2).
constexpr std::int64_t longest_cli_session = 90 * day;
constexpr std::int64_t longest_web_session = 30 * day;
constexpr std::int64_t most_trusted_days = 365;
constexpr std::int64_t aal2_trusted_days = 1;
constexpr std::string_view beyond_aal2 =
    "a browser that is trusted for longer than a day is outside AAL2 (NIST SP 800-63B-4): whoever "
    "takes it "
    "over signs in without a second factor until then";

constexpr std::array<std::string_view, 1> vcs_providers{"github"};
constexpr std::array<std::string_view, 1> ci_providers{"circleci"};
constexpr std::array<std::string_view, 2> commit_modes{"latest", "branch"};

// The defaults of what is no list are also the strictest values: a stored value that cannot be read
// counts as the default.
// clang-format off
constexpr auto settings = std::to_array<SettingInfo>({
    {"allow_destructive_actions", allow_destructive_actions, boolean, "false", "Whether apps, resources and the like may be deleted."},
    {"deploy_approvals_enabled", deploy_approvals, boolean, "true", "Whether tokens that deploy with approval need one."},
    {"deploy_approval_window_minutes", deploy_approvals, integer, "15", "How long a deploy approval can be used.", 1, week},
    {"mfa_require_all_users", mfa_configuration, boolean, "true", "Whether everybody needs a second factor."},
    {"mfa_trusted_device_ttl_days", mfa_configuration, integer, "1", "How long a browser that showed a second factor signs in without one.", 1, most_trusted_days, {}, "", aal2_trusted_days, beyond_aal2},
    {"mfa_step_up_window_minutes", mfa_configuration, integer, "10", "How long a second factor counts as fresh.", 1, day},
    {"mfa_step_up_for_secrets", mfa_configuration, boolean, "true", "Whether seeing the values of secrets takes a fresh second factor."},
    {"mfa_routes_open_to_tokens", mfa_configuration, routes, "null", "Routes of the gateway's own API that API tokens may call although a person would need a factor with every call."},
    {"session_timeout_minutes", session_configuration, integer, "5", "When an unused session of the web app ends.", 1, longest_web_session},
    {"session_absolute_timeout_minutes", session_configuration, integer, "720", "When any session of the web app ends.", 1, longest_web_session},
    {"cli_session_timeout_minutes", session_configuration, integer, "60", "When an unused session of the command line ends.", 1, longest_cli_session},
    {"cli_session_absolute_timeout_minutes", session_configuration, integer, "1440", "When any session of the command line ends.", 1, longest_cli_session},
    {"default_vcs_provider", vcs_and_ci_defaults, choice, R"("github")", "Where the apps' code is, unless the app says otherwise.", 0, 0, vcs_providers},
    {"default_ci_provider", vcs_and_ci_defaults, choice, R"("circleci")", "What builds the apps, unless the app says otherwise.", 0, 0, ci_providers},

    {"vcs_provider", vcs_ci_deploy, choice, "null", "Where the app's code is.", 0, 0, vcs_providers, "default_vcs_provider"},
    {"vcs_repo", vcs_ci_deploy, repository, "null", "The app's repository."},
    {"ci_provider", vcs_ci_deploy, choice, "null", "What builds the app.", 0, 0, ci_providers, "default_ci_provider"},
    {"circleci_approval_job_name", vcs_ci_deploy, text, R"("")", "The job of CircleCI that waits for an approval."},
    {"circleci_auto_approve_on_approval", vcs_ci_deploy, boolean, "false", "Whether that job is approved with the deploy approval."},
    {"github_verification", vcs_ci_deploy, boolean, "true", "Whether the commit of a deploy approval is looked up at GitHub."},
    {"allow_deploy_from_default_branch", vcs_ci_deploy, boolean, "false", "Whether the default branch may be deployed."},
    {"require_pr_for_branch", vcs_ci_deploy, boolean, "true", "Whether the branch needs an open pull request."},
    {"default_branch", vcs_ci_deploy, branch, R"("main")", "The default branch of the repository."},
    {"verify_git_commit_mode", vcs_ci_deploy, choice, R"("latest")", "Whether the commit is the branch's newest, or anywhere on it.", 0, 0, commit_modes},
    {"github_post_pr_comment", vcs_ci_deploy, boolean, "true", "Whether the pull request is told of the deploy approval."},
    {"protected_env_vars", protected_env_vars, env_names, "null", "Variables nobody changes through the gateway."},
    {"secret_env_vars", secret_env_vars, env_names, "null", "Variables whose values nobody sees, besides those the built-in rule finds."},
    {"approved_deploy_commands", approved_deploy_commands, commands, "null", "What may be run with a deploy approval."},
    {"service_image_patterns", service_image_patterns, patterns, "null", "Which image each service may have in a build with a deploy approval."},
});
// clang-format on

}  // namespace

std::span<const SettingInfo> all_settings() {
    return settings;
}

std::span<const SettingGroupInfo> all_setting_groups() {
    return groups;
}

const SettingGroupInfo& info(SettingGroup group) {
    return groups[static_cast<std::size_t>(group)];
}

SettingScope scope(const SettingInfo& setting) {
    return info(setting.group).scope;
}

const SettingInfo* find_setting(std::string_view key) {
    const auto found = std::ranges::find(settings, key, &SettingInfo::key);
    return found == settings.end() ? nullptr : &*found;
}

const SettingInfo& setting(std::string_view key) {
    const SettingInfo* found = find_setting(key);
    if (found == nullptr) {
        throw std::logic_error("no such setting: " + std::string(key));
    }
    return *found;
}

}  // namespace rgw::access
