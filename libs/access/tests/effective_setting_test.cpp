#include "rgw/access/effective_setting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rgw::access {
namespace {

using testing::HasSubstr;
using testing::Optional;

EnvironmentSettings environment(const EnvironmentSettings::Environment& variables) {
    std::vector<std::string> problems;
    auto read = EnvironmentSettings::read(variables, problems);
    EXPECT_TRUE(problems.empty()) << problems.front();
    return read;
}

const EnvironmentSettings of_environment =
    environment({{"RGW_SETTING_MFA_STEP_UP_WINDOW_MINUTES", "20"},
                 {"RGW_SETTING_DEFAULT_CI_PROVIDER", "circleci"},
                 {"RGW_APP_MY_APP_SETTING_DEFAULT_BRANCH", "trunk"},
                 {"RGW_APP_MY_APP_SETTING_SECRET_ENV_VARS", "PIN"}});

std::string shown(std::string_view key, std::string_view app, const StoredSettings& stored,
                  const EnvironmentSettings& variables = of_environment) {
    const EffectiveSetting found = effective_setting(setting(key), app, stored, variables);
    return to_json(found.value) + " " + std::string(name(found.source)) +
           (found.problem ? " problem" : "");
}

TEST(EffectiveSetting, TheDatabaseComesBeforeTheEnvironmentAndThatBeforeTheDefault) {
    StoredSettings stored;
    EXPECT_EQ(shown("mfa_step_up_window_minutes", "", stored, {}), "10 default");
    EXPECT_EQ(shown("mfa_step_up_window_minutes", "", stored), "20 env");
    stored.global["mfa_step_up_window_minutes"] = "5";
    EXPECT_EQ(shown("mfa_step_up_window_minutes", "", stored), "5 db");
    EXPECT_EQ(shown("default_branch", "shop", stored), R"("main" default)");
    EXPECT_EQ(shown("default_branch", "my-app", stored), R"("trunk" env)");
    stored.apps["my-app"]["default_branch"] = R"("next")";
    EXPECT_EQ(shown("default_branch", "my-app", stored), R"("next" db)");
    EXPECT_EQ(shown("default_branch", "shop", stored), R"("main" default)") << "of another app";
}

TEST(EffectiveSetting, AGlobalSettingStandsInWhereAnAppHasNone) {
    StoredSettings stored;
    EXPECT_EQ(shown("ci_provider", "shop", stored, {}), R"("circleci" global_default)");
    EXPECT_EQ(shown("vcs_repo", "shop", stored), "null default");
    stored.apps["shop"]["ci_provider"] = R"("circleci")";
    EXPECT_EQ(shown("ci_provider", "shop", stored), R"("circleci" db)");
    stored.apps["shop"]["ci_provider"] = "null";
    EXPECT_EQ(shown("ci_provider", "shop", stored), R"("circleci" global_default)");
    stored.apps["shop"]["ci_provider"] = "7";
    EXPECT_EQ(shown("ci_provider", "shop", stored), "null db problem");
}

TEST(EffectiveSetting, AStoredNullIsNoValue) {
    StoredSettings stored;
    stored.apps["my-app"]["secret_env_vars"] = "null";
    EXPECT_EQ(shown("secret_env_vars", "my-app", stored), R"(["PIN"] env)");
    stored.apps["my-app"]["secret_env_vars"] = "[]";
    EXPECT_EQ(shown("secret_env_vars", "my-app", stored), "[] db");
}

TEST(EffectiveSetting, AStoredValueThatDoesNotValidateIsNoLooserThanDefaultAndEnvironment) {
    StoredSettings stored;
    stored.global = {{"mfa_step_up_window_minutes", "-1"},
                     {"mfa_require_all_users", "\"no\""},
                     {"session_timeout_minutes", "null"}};
    EXPECT_EQ(shown("mfa_step_up_window_minutes", "", stored), "10 db problem");
    const auto shorter = environment({{"RGW_SETTING_MFA_STEP_UP_WINDOW_MINUTES", "3"},
                                      {"RGW_SETTING_MFA_REQUIRE_ALL_USERS", "no"}});
    EXPECT_EQ(shown("mfa_step_up_window_minutes", "", stored, shorter), "3 db problem");
    EXPECT_EQ(shown("mfa_require_all_users", "", stored, shorter), "true db problem");
    EXPECT_EQ(shown("session_timeout_minutes", "", stored), "5 db problem");
    EXPECT_THAT(effective_setting(setting("mfa_step_up_window_minutes"), "", stored, {}).problem,
                Optional(HasSubstr("must be a whole number from 1 to 1440")));
}

TEST(SessionConflict, NoSessionIsIdleForLongerThanItLives) {
    EXPECT_EQ(session_conflict({}, {}), std::nullopt);
    const auto conflict = [](StoredRows rows) {
        return session_conflict({.global = std::move(rows), .apps = {}}, {}).value_or("none");
    };
    EXPECT_EQ(conflict({{"session_timeout_minutes", "720"}}), "none");
    EXPECT_EQ(conflict({{"session_timeout_minutes", "721"}}),
              "session_timeout_minutes (721) must not be longer than "
              "session_absolute_timeout_minutes (720)");
    EXPECT_EQ(conflict({{"session_absolute_timeout_minutes", "4"}}),
              "session_timeout_minutes (5) must not be longer than "
              "session_absolute_timeout_minutes (4)");
    EXPECT_EQ(conflict({{"cli_session_timeout_minutes", "129600"},
                        {"cli_session_absolute_timeout_minutes", "129600"}}),
              "none");
    EXPECT_THAT(conflict({{"cli_session_timeout_minutes", "1441"}}), HasSubstr("cli_session"));
}

}  // namespace
}  // namespace rgw::access
