#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rgw/access/effective_setting.hpp"

namespace rgw::access {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Environment = EnvironmentSettings::Environment;

std::string value_of(std::string_view key, const std::string& text) {
    const SettingInfo& info = setting(key);
    std::vector<std::string> problems;
    const auto read = EnvironmentSettings::read({{variable_of(info, "shop"), text}}, problems);
    if (!problems.empty()) {
        EXPECT_EQ(problems.size(), 1U);
        return problems.front();
    }
    const SettingValue* value = read.value(info, "shop");
    return value == nullptr ? "unset" : to_json(*value);
}

TEST(EnvironmentSettings, VariablesAreNamedAfterKeyAndApp) {
    EXPECT_EQ(variable_of(setting("session_timeout_minutes"), ""),
              "RGW_SETTING_SESSION_TIMEOUT_MINUTES");
    EXPECT_EQ(variable_of(setting("vcs_repo"), "my-app"), "RGW_APP_MY_APP_SETTING_VCS_REPO");
    EXPECT_EQ(EnvironmentSettings::find("RGW_SETTING_VCS_REPO"), nullptr);
    EXPECT_EQ(EnvironmentSettings::find("RGW_APP_SETTING_VCS_REPO"), nullptr);
    EXPECT_EQ(EnvironmentSettings::find("RGW_APP__SETTING_VCS_REPO"), nullptr);
    EXPECT_EQ(EnvironmentSettings::find("RGW_APP_shop_SETTING_VCS_REPO"), nullptr);
    EXPECT_EQ(EnvironmentSettings::find("RGW_APP_MY-APP_SETTING_VCS_REPO"), nullptr);
    EXPECT_EQ(EnvironmentSettings::find("RGW_APP_SHOP_SETTING_MFA_REQUIRE_ALL_USERS"), nullptr);
    EXPECT_EQ(EnvironmentSettings::find("RGW_SETTING_NO_SUCH_KEY"), nullptr);
    EXPECT_EQ(EnvironmentSettings::find("PATH"), nullptr);
    EXPECT_EQ(EnvironmentSettings::find("RGW_APP_A_SETTING_B_SETTING_VCS_REPO"),
              &setting("vcs_repo"))
        << "of the app a-setting-b";
}

struct Case {
    std::string_view key;
    std::string text;
    std::string_view json;
};
const Case cases[] = {
    {"mfa_require_all_users", "false", "false"},
    {"mfa_require_all_users", "FALSE", "false"},
    {"mfa_require_all_users", "0", "false"},
    {"mfa_require_all_users", "no", "false"},
    {"allow_destructive_actions", "1", "true"},
    {"allow_destructive_actions", " Yes ", "true"},
    {"session_timeout_minutes", "30", "30"},
    {"default_branch", "master", R"("master")"},
    {"default_branch", R"("master")", R"("master")"},
    {"default_branch", "2026", R"("2026")"},
    {"vcs_repo", "acme/shop", R"("acme/shop")"},
    {"vcs_repo", R"("acme/shop")", R"("acme/shop")"},
    {"vcs_repo", "null", "unset"},
    {"vcs_provider", "github", R"("github")"},
    {"ci_provider", "null", "unset"},
    {"secret_env_vars", "A, B,,C ", R"(["A","B","C"])"},
    {"secret_env_vars", R"(["A","B"])", R"(["A","B"])"},
    {"approved_deploy_commands", "rake db:migrate,true", R"(["rake db:migrate","true"])"},
    {"approved_deploy_commands", R"(["echo a, b"])", R"(["echo a, b"])"},
    {"service_image_patterns", R"({"web":"a.*"})", R"({"web":"a.*"})"},
    {"vcs_repo", "  ", "unset"},
};

TEST(EnvironmentSettings, ValuesAreJsonOrPlain) {
    for (const auto& [key, text, json] : cases) {
        EXPECT_EQ(value_of(key, text), json) << key << " " << text;
    }
}

const Case bad_cases[] = {
    {"mfa_require_all_users", "maybe", "RGW_SETTING_MFA_REQUIRE_ALL_USERS: must be true or false"},
    {"mfa_require_all_users", "2", "must be true or false"},
    {"mfa_step_up_window_minutes", "0", "must be a whole number from 1 to 1440"},
    {"mfa_step_up_window_minutes", "10m", "must be a whole number from 1 to 1440"},
    {"vcs_repo", "shop", "RGW_APP_SHOP_SETTING_VCS_REPO: is not of the form OWNER/REPO"},
    {"vcs_provider", "svn", "must be github, or null"},
    {"secret_env_vars", "A B", "is no name"},
    {"secret_env_vars", R"(["A")", "must be a list"},
    {"service_image_patterns", "web=a", "must be an object"},
    {"service_image_patterns", R"({"web":"("})", "does not compile"},
    {"session_timeout_minutes", "721",
     "session_timeout_minutes (721) must not be longer than session_absolute_timeout_minutes "
     "(720)"},
};

TEST(EnvironmentSettings, WhatDoesNotValidateIsAProblemNamedByItsVariable) {
    for (const auto& [key, text, problem] : bad_cases) {
        EXPECT_THAT(value_of(key, text), HasSubstr(std::string(problem))) << key << " " << text;
        EXPECT_TRUE(value_of(key, text).starts_with("RGW_")) << key << " " << text;
    }
}

TEST(EnvironmentSettings, AllProblemsAreFoundAtOnceAndOtherVariablesLeftAlone) {
    std::vector<std::string> problems;
    const auto read = EnvironmentSettings::read({{"RGW_SETTING_MFA_REQUIRE_ALL_USERS", "x"},
                                                 {"RGW_SETTING_SESSION_TIMEOUT_MINUTES", "x"},
                                                 {"RGW_SETTING_NO_SUCH_KEY", "x"},
                                                 {"RGW_APP_SHOP_SETTING_VCS_REPO", "a/b"},
                                                 {"RGW_APP_MY_APP_SETTING_VCS_REPO", "c/d"},
                                                 {"PATH", "/bin"}},
                                                problems);
    EXPECT_EQ(problems.size(), 2U);
    EXPECT_THAT(read.apps(), ElementsAre("MY_APP", "SHOP"));
    EXPECT_EQ(to_json(*read.value(setting("vcs_repo"), "my-app")), R"("c/d")");
    EXPECT_EQ(read.value(setting("vcs_repo"), "other"), nullptr);
    problems.clear();
    (void)EnvironmentSettings::read({}, problems);
    EXPECT_THAT(problems, IsEmpty());
}

}  // namespace
}  // namespace rgw::access
