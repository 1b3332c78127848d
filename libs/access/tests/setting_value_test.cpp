#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rgw/access/setting.hpp"

namespace rgw::access {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view key, std::string_view json) {
    const auto value = parse_setting(setting(key), json);
    if (value) {
        return "taken";
    }
    EXPECT_EQ(value.error().code, Errc::invalid_value);
    return value.error().detail;
}

std::string taken(std::string_view key, std::string_view json) {
    const auto value = parse_setting(setting(key), json);
    return value ? to_json(*value) : value.error().detail;
}

struct Good {
    std::string_view key;
    std::string_view json;
};
constexpr Good good[] = {
    {"allow_destructive_actions", "true"},
    {"allow_destructive_actions", "false"},
    {"deploy_approvals_enabled", "false"},
    {"deploy_approval_window_minutes", "1"},
    {"deploy_approval_window_minutes", "10080"},
    {"mfa_require_all_users", "false"},
    {"mfa_trusted_device_ttl_days", "365"},
    {"mfa_step_up_window_minutes", "1440"},
    {"mfa_routes_open_to_tokens", R"(["POST /api/v1/users/{email}/lock"])"},
    {"session_timeout_minutes", "10"},
    {"session_absolute_timeout_minutes", "43200"},
    {"cli_session_timeout_minutes", "129600"},
    {"cli_session_absolute_timeout_minutes", "129600"},
    {"mfa_step_up_for_secrets", "false"},
    {"default_vcs_provider", R"("github")"},
    {"default_ci_provider", R"("circleci")"},
    {"vcs_provider", R"("github")"},
    {"vcs_provider", "null"},
    {"vcs_repo", R"("acme/shop.web")"},
    {"vcs_repo", "null"},
    {"ci_provider", R"("circleci")"},
    {"ci_provider", "null"},
    {"circleci_approval_job_name", R"("")"},
    {"circleci_approval_job_name", R"("hold for approval – prod")"},
    {"circleci_auto_approve_on_approval", "true"},
    {"github_verification", "false"},
    {"allow_deploy_from_default_branch", "true"},
    {"require_pr_for_branch", "false"},
    {"default_branch", R"("release/2026-11")"},
    {"verify_git_commit_mode", R"("branch")"},
    {"github_post_pr_comment", "false"},
    {"protected_env_vars", R"(["REGION","region","my.var-2"])"},
    {"protected_env_vars", "[]"},
    {"protected_env_vars", "null"},
    {"secret_env_vars", R"(["_PIN"])"},
    {"approved_deploy_commands", R"(["rake db:migrate","echo \"a, b\""])"},
    {"service_image_patterns",
     R"({"*":".*:{{GIT_COMMIT}}","web":"docker.io/org/app:{{GIT_COMMIT}}-amd64"})"},
    {"service_image_patterns", "{}"},
};

TEST(SettingValue, EveryKeyTakesWhatItIsFor) {
    std::set<std::string_view> keys;
    for (const auto& [key, json] : good) {
        EXPECT_EQ(taken(key, json), json) << key;
        keys.insert(key);
    }
    EXPECT_EQ(keys.size(), all_settings().size()) << "a key has no case";
}

TEST(SettingValue, AnEmptyTextIsNoValueWhereThereMayBeNone) {
    for (const char* key : {"vcs_provider", "vcs_repo", "ci_provider"}) {
        EXPECT_EQ(taken(key, R"("")"), "null") << key;
    }
}

struct Bad {
    std::string_view key;
    std::string_view json;
    std::string_view reason;
};
constexpr std::string_view boolean_reason = "allow_destructive_actions must be true or false";
constexpr std::string_view window_reason =
    "mfa_step_up_window_minutes must be a whole number from 1 to 1440";
constexpr std::string_view route_reason =
    "mfa_routes_open_to_tokens holds a text that is no route (POST /api/v1/users/{email}/lock)";
constexpr Bad bad[] = {
    {"mfa_routes_open_to_tokens", R"(["GET /api/v1/users"])", route_reason},
    {"mfa_routes_open_to_tokens", R"(["POST /api/v1/rack proxy"])", route_reason},
    {"mfa_routes_open_to_tokens", R"(["POST"])", route_reason},
    {"mfa_routes_open_to_tokens", R"(["*"])", route_reason},
    {"mfa_routes_open_to_tokens", R"([""])", route_reason},
    {"allow_destructive_actions", R"("true")", boolean_reason},
    {"allow_destructive_actions", "1", boolean_reason},
    {"allow_destructive_actions", "null", boolean_reason},
    {"allow_destructive_actions", "[true]", boolean_reason},
    {"allow_destructive_actions", "", boolean_reason},
    {"allow_destructive_actions", "True", boolean_reason},
    {"allow_destructive_actions", "true false", boolean_reason},
    {"mfa_step_up_window_minutes", "0", window_reason},
    {"mfa_step_up_window_minutes", "-5", window_reason},
    {"mfa_step_up_window_minutes", "1441", window_reason},
    {"mfa_step_up_window_minutes", "10.0", window_reason},
    {"mfa_step_up_window_minutes", "1e1", window_reason},
    {"mfa_step_up_window_minutes", "99999999999999999999", window_reason},
    {"mfa_step_up_window_minutes", R"("10")", window_reason},
    {"mfa_step_up_window_minutes", "null", window_reason},
    {"session_timeout_minutes", "0", "session_timeout_minutes must be a whole number from 1 to"},
    {"deploy_approval_window_minutes", "-15", "must be a whole number from 1 to 10080"},
    {"default_vcs_provider", R"("gitlab")", "default_vcs_provider must be github"},
    {"default_vcs_provider", R"("GitHub")", "default_vcs_provider must be github"},
    {"default_vcs_provider", "null", "must be github"},
    {"default_vcs_provider", R"("")", "must be github"},
    {"ci_provider", R"("jenkins")", "ci_provider must be circleci, or null"},
    {"verify_git_commit_mode", R"("any")", "must be latest or branch"},
    {"vcs_repo", R"("shop")", "vcs_repo is not of the form OWNER/REPO"},
    {"vcs_repo", R"("acme/shop/web")", "OWNER/REPO"},
    {"vcs_repo", R"("acme/..")", "OWNER/REPO"},
    {"vcs_repo", R"("https://github.com/acme/shop")", "OWNER/REPO"},
    {"vcs_repo", R"("/shop")", "OWNER/REPO"},
    {"vcs_repo", "7", "vcs_repo must be a text of the form OWNER/REPO, or null"},
    {"circleci_approval_job_name", "null", "must be a text"},
    {"circleci_approval_job_name", R"("a\nb")", "has control characters"},
    {"default_branch", R"("")", "is no name of a git branch"},
    {"default_branch", R"("a b")", "is no name of a git branch"},
    {"default_branch", R"("../main")", "is no name of a git branch"},
    {"default_branch", R"("-main")", "is no name of a git branch"},
    {"default_branch", R"("main@{1}")", "is no name of a git branch"},
    {"protected_env_vars", R"("REGION")", "must be a list of at most 200 names"},
    {"protected_env_vars", R"(["REGION",null])", "must be a list of at most 200 names"},
    {"protected_env_vars", R"([["REGION"]])", "must be a list of at most 200 names"},
    {"secret_env_vars", R"(["A=B"])", "is no name of an environment variable"},
    {"secret_env_vars", R"([""])", "is no name of an environment variable"},
    {"secret_env_vars", R"(["1A"])", "is no name of an environment variable"},
    {"secret_env_vars", R"(["A*"])", "is no name of an environment variable"},
    {"approved_deploy_commands", R"({"a":"b"})", "must be a list of at most 200 commands, or null"},
    {"approved_deploy_commands", R"([" "])", "holds an empty command"},
    {"approved_deploy_commands", R"(["a\u0000b"])", "holds a command with control characters"},
    {"approved_deploy_commands", R"(["a\nb"])", "holds a command with control characters"},
    {"service_image_patterns", R"(["web"])", "must be an object of at most 200"},
    {"service_image_patterns", R"({"web":1})", "must be an object of at most 200"},
    {"service_image_patterns", R"({"web":"("})", "holds a pattern of web that does not compile: "},
    {"service_image_patterns", R"j({"web":"a(?=b)"})j", "does not compile: "},
    {"service_image_patterns", R"({"web":"a{1001}"})", "does not compile: "},
    {"service_image_patterns", R"({"web":"((a{100}){100}){100}"})", "does not compile: "},
    {"service_image_patterns", R"({"web":"{{GIT_COMMIT}}("})", "does not compile: "},
    {"service_image_patterns", R"({"web":""})", "holds a pattern of web that is empty"},
    {"service_image_patterns", R"({"we b":"a"})", "no name of a service"},
    {"service_image_patterns", R"({"":"a"})", "no name of a service"},
    {"service_image_patterns", R"({"web":"a","web":"b"})", "must be an object of at most 200"},
};

TEST(SettingValue, WhatIsWrongIsRefusedWithItsReason) {
    for (const auto& [key, json, reason] : bad) {
        EXPECT_THAT(refusal(key, json), HasSubstr(std::string(reason))) << key << " " << json;
        EXPECT_TRUE(refusal(key, json).starts_with(key)) << key << " " << json;
    }
}

TEST(SettingValue, EveryKeyRefusesAValueOfAnotherKind) {
    for (const SettingInfo& each : all_settings()) {
        for (const char* json : {"{\"a\":[[]]}", "[[[]]]", "1.5", "nonsense", "\"\\ud800\""}) {
            EXPECT_FALSE(parse_setting(each, json)) << each.key << " " << json;
        }
    }
}

TEST(SettingValue, NumberAndLengthAreBounded) {
    const std::string long_name(129, 'A');
    EXPECT_EQ(taken("secret_env_vars", "[\"" + long_name.substr(1) + "\"]"),
              "[\"" + long_name.substr(1) + "\"]");
    EXPECT_THAT(refusal("secret_env_vars", "[\"" + long_name + "\"]"), HasSubstr("no name"));
    std::string names = "[";
    for (int i = 0; i < 201; ++i) {
        names += (i == 0 ? "\"A" : ",\"A") + std::to_string(i) + "\"";
    }
    EXPECT_THAT(refusal("secret_env_vars", names + "]"), HasSubstr("at most 200"));
    EXPECT_THAT(refusal("approved_deploy_commands", "[\"" + std::string(1001, 'a') + "\"]"),
                HasSubstr("longer than 1000 bytes"));
    EXPECT_THAT(refusal("service_image_patterns", "{\"web\":\"" + std::string(513, 'a') + "\"}"),
                HasSubstr("holds a pattern of web that is longer than 512 bytes"));
    EXPECT_THAT(refusal("vcs_repo", "\"a/" + std::string(300, 'a') + "\""),
                HasSubstr("OWNER/REPO"));
    EXPECT_THAT(refusal("circleci_approval_job_name", "\"" + std::string(256, 'a') + "\""),
                HasSubstr("longer than 255 bytes"));
    EXPECT_THAT(refusal("circleci_approval_job_name", "\"" + std::string(17'000, 'a') + "\""),
                HasSubstr("circleci_approval_job_name is longer than 16384 bytes"));
    EXPECT_FALSE(parse_setting(setting("secret_env_vars"), std::string(10'000, '[')));
}

TEST(SettingValue, NamesOfAppsAreThoseOfARack) {
    for (const std::string name : {"a", "shop", "my-app-2", "7"}) {
        EXPECT_TRUE(is_app_name(name)) << name;
    }
    EXPECT_TRUE(is_app_name(std::string(255, 'a')));
    for (const std::string name : {"", "Shop", "my_app", "a/b", "a b", "a.b", "ä"}) {
        EXPECT_FALSE(is_app_name(name)) << name;
    }
    EXPECT_FALSE(is_app_name(std::string(256, 'a')));
}

TEST(SettingValue, ABrowserTrustedForMoreThanADayCarriesAWarning) {
    const SettingInfo& days = setting("mfa_trusted_device_ttl_days");
    EXPECT_EQ(warning_of(days, default_value(days)), "");
    EXPECT_EQ(warning_of(days, std::int64_t{1}), "");
    EXPECT_NE(warning_of(days, std::int64_t{2}).find("AAL2"), std::string_view::npos);
    EXPECT_EQ(warning_of(setting("mfa_step_up_window_minutes"), std::int64_t{1440}), "");
}

}  // namespace
}  // namespace rgw::access
