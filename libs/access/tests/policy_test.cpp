#include "rgw/access/policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace rgw::access {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

PolicyOfEnvironment environment(const EnvironmentSettings::Environment& variables) {
    std::vector<std::string> problems;
    PolicyOfEnvironment of{.settings = EnvironmentSettings::read(variables, problems),
                           .secret_env_vars = {}};
    EXPECT_THAT(problems, IsEmpty());
    return of;
}

PolicySettings resolve(StoredRows global, const PolicyOfEnvironment& of = {}) {
    return resolve_policy({.global = std::move(global), .apps = {}}, of);
}

TEST(Policy, BeginsAtItsStrictestAndASnapshotDoesNotChangeUnderItsReader) {
    PolicySnapshot policy;
    const auto before = policy.current();
    EXPECT_FALSE(before->allow_destructive_actions);
    EXPECT_TRUE(before->env.of_app("shop").secret_names.has("LOG_LEVEL"));
    EXPECT_TRUE(before->env.of_app("shop").protected_names.has("LOG_LEVEL"));
    EXPECT_EQ(before->step_up_window, 1min);
    policy.replace({.allow_destructive_actions = true});
    EXPECT_FALSE(before->allow_destructive_actions);
    EXPECT_TRUE(policy.current()->allow_destructive_actions);
}

TEST(Policy, TheDefaultsAreThoseOfTheTable) {
    const PolicySettings policy = resolve({});
    EXPECT_FALSE(policy.allow_destructive_actions);
    EXPECT_TRUE(policy.mfa_require_all_users);
    EXPECT_EQ(policy.step_up_window, 10min);
    EXPECT_EQ(policy.trusted_device_lifetime, 24h) << "inside AAL2";
    EXPECT_TRUE(policy.step_up_for_secrets);
    EXPECT_THAT(policy.routes_open_to_tokens, IsEmpty());
    EXPECT_EQ(policy.sessions.web_idle, 5min);
    EXPECT_EQ(policy.sessions.web_absolute, 12h);
    EXPECT_EQ(policy.sessions.cli_idle, 1h);
    EXPECT_EQ(policy.sessions.cli_absolute, 24h);
    EXPECT_TRUE(policy.deploy_approvals.enabled);
    EXPECT_EQ(policy.deploy_approvals.window, 15min);
    EXPECT_THAT(policy.problems, IsEmpty());
}

TEST(Policy, EveryMemberFollowsItsSetting) {
    const PolicySettings policy =
        resolve({{"allow_destructive_actions", "true"},
                 {"mfa_require_all_users", "false"},
                 {"mfa_step_up_window_minutes", "2"},
                 {"mfa_trusted_device_ttl_days", "7"},
                 {"mfa_step_up_for_secrets", "false"},
                 {"mfa_routes_open_to_tokens", R"(["POST /api/v1/users/{email}/lock"])"},
                 {"session_timeout_minutes", "3"},
                 {"session_absolute_timeout_minutes", "4"},
                 {"cli_session_timeout_minutes", "6"},
                 {"cli_session_absolute_timeout_minutes", "7"},
                 {"deploy_approvals_enabled", "false"},
                 {"deploy_approval_window_minutes", "8"}});
    EXPECT_TRUE(policy.allow_destructive_actions);
    EXPECT_FALSE(policy.mfa_require_all_users);
    EXPECT_EQ(policy.step_up_window, 2min);
    EXPECT_EQ(policy.trusted_device_lifetime, 168h);
    EXPECT_FALSE(policy.step_up_for_secrets);
    EXPECT_THAT(policy.routes_open_to_tokens, ElementsAre("POST /api/v1/users/{email}/lock"));
    EXPECT_EQ(policy.sessions.web_idle, 3min);
    EXPECT_EQ(policy.sessions.web_absolute, 4min);
    EXPECT_EQ(policy.sessions.cli_idle, 6min);
    EXPECT_EQ(policy.sessions.cli_absolute, 7min);
    EXPECT_FALSE(policy.deploy_approvals.enabled);
    EXPECT_EQ(policy.deploy_approvals.window, 8min);
}

TEST(Policy, ASessionIsNeverIdleForLongerThanItLives) {
    const PolicySettings policy = resolve(
        {{"session_absolute_timeout_minutes", "2"}, {"cli_session_timeout_minutes", "2000"}});
    EXPECT_EQ(policy.sessions.web_idle, 2min);
    EXPECT_EQ(policy.sessions.cli_idle, 24h);
}

TEST(Policy, WhatDoesNotValidateIsNamedForTheLog) {
    const PolicySettings policy =
        resolve_policy({.global = {{"allow_destructive_actions", "1"}, {"rack_tls_cert", "{}"}},
                        .apps = {{"shop", {{"secret_env_vars", "7"}, {"default_branch", "\"m\""}}},
                                 {"web", {{"mfa_require_all_users", "7"}}}}},
                       {});
    EXPECT_THAT(policy.problems,
                ElementsAre("allow_destructive_actions must be true or false",
                            "shop: secret_env_vars must be a list of at most 200 names of "
                            "environment variables, or null"));
}

bool no_looser(const PolicySettings& a, const PolicySettings& b) {
    return a.allow_destructive_actions <= b.allow_destructive_actions &&
           a.mfa_require_all_users >= b.mfa_require_all_users &&
           a.deploy_approvals.enabled >= b.deploy_approvals.enabled &&
           a.step_up_window <= b.step_up_window && a.sessions.web_idle <= b.sessions.web_idle &&
           a.sessions.web_absolute <= b.sessions.web_absolute &&
           a.sessions.cli_idle <= b.sessions.cli_idle &&
           a.sessions.cli_absolute <= b.sessions.cli_absolute &&
           a.deploy_approvals.window <= b.deploy_approvals.window;
}

std::string garbage(std::mt19937& random) {
    static constexpr std::string_view pieces[] = {
        "true", "false", "null", "0",  "-1",   "1e9", "9999999", "\"true\"", "\"\"", "[",
        "]",    "{",     "}",    "[]", "true", " ",   ",",       "\"A\"",    ":",    "\xFF"};
    std::uniform_int_distribution<std::size_t> piece(0, std::size(pieces) - 1);
    std::string text;
    for (auto n = random() % 4; n > 0; --n) {
        text += pieces[piece(random)];
    }
    return text;
}

// Whatever stands in a row that does not validate: the policy is no looser than without the row,
// and no looser than the default, whether the environment says something or not.
TEST(Policy, AStoredValueThatDoesNotValidateNeverLoosensIt) {
    const std::map<std::string_view, std::vector<std::string>> of_environment = {
        {"allow_destructive_actions", {"yes"}},
        {"mfa_require_all_users", {"no"}},
        {"deploy_approvals_enabled", {"no"}},
        {"mfa_step_up_window_minutes", {"600", "2"}},
        {"session_timeout_minutes", {"700", "1"}},
        {"session_absolute_timeout_minutes", {"1000", "6"}},
        {"cli_session_timeout_minutes", {"1000", "1"}},
        {"cli_session_absolute_timeout_minutes", {"2000", "70"}},
        {"deploy_approval_window_minutes", {"600", "2"}},
    };
    const PolicySettings defaults = resolve({});
    std::mt19937 random(20'261'125);
    int tried = 0;
    for (int round = 0; round < 200; ++round) {
        const std::string text = garbage(random);
        for (const auto& [key, values] : of_environment) {
            if (parse_setting(setting(key), text)) {
                continue;
            }
            ++tried;
            const StoredRows row = {{std::string(key), text}};
            EXPECT_TRUE(no_looser(resolve(row), defaults)) << key << " " << text;
            for (const std::string& value : values) {
                const PolicyOfEnvironment of =
                    environment({{variable_of(setting(key), ""), value}});
                EXPECT_TRUE(no_looser(resolve(row, of), resolve({}, of))) << key << " " << text;
                EXPECT_TRUE(no_looser(resolve(row, of), defaults)) << key << " " << text;
            }
        }
    }
    EXPECT_GT(tried, 1000);
}

}  // namespace
}  // namespace rgw::access
