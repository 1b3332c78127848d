// Settings as operators read and change them (spec http-api §17, proxy-rbac §5).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "world.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;

const std::string admin = "admin@example.com";
const std::string viewer = "viewer@example.com";

struct Group {
    std::string path;
    std::string key;
    std::string body;
    std::string value;   // of `key` in the answer
    std::string before;  // its default
    std::string resource;
};
const Group groups[] = {
    {"/settings/mfa-configuration", "mfa_step_up_window_minutes",
     R"({"mfa_step_up_window_minutes":3})", "3", "10", "mfa_step_up_window_minutes"},
    {"/settings/allow-destructive-actions", "allow_destructive_actions",
     R"({"allow_destructive_actions":true})", "true", "false", "allow_destructive_actions"},
    {"/settings/deploy-approvals", "deploy_approval_window_minutes",
     R"({"deploy_approval_window_minutes":30})", "30", "15", "deploy_approval_window_minutes"},
    {"/settings/session-configuration", "session_timeout_minutes",
     R"({"session_timeout_minutes":10})", "10", "5", "session_timeout_minutes"},
    {"/settings/vcs-and-ci-defaults", "default_ci_provider",
     R"({"default_ci_provider":"circleci"})", R"("circleci")", R"("circleci")",
     "default_ci_provider"},
    {"/apps/shop/settings/vcs-ci-deploy", "vcs_repo", R"({"vcs_repo":"acme/shop"})",
     R"("acme/shop")", "null", "shop/vcs_repo"},
    {"/apps/shop/settings/protected-env-vars", "protected_env_vars", R"(["REGION"])",
     R"(["REGION"])", "null", "shop/protected_env_vars"},
    {"/apps/shop/settings/secret-env-vars", "secret_env_vars", R"(["PIN"])", R"(["PIN"])", "null",
     "shop/secret_env_vars"},
    {"/apps/shop/settings/approved-deploy-commands", "approved_deploy_commands", R"(["true"])",
     R"(["true"])", "null", "shop/approved_deploy_commands"},
    {"/apps/shop/settings/service-image-patterns", "service_image_patterns",
     R"({"web":".*:{{GIT_COMMIT}}"})", R"({"web":".*:{{GIT_COMMIT}}"})", "null",
     "shop/service_image_patterns"},
};

class SettingsApi : public testing::Test {
protected:
    SettingsApi() { world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false"; }
    void start() {
        world_.start_gateway();
        admin_ = world_.session(admin);
    }
    Response put(const std::string& path, const std::string& body) {
        return world_.api(admin_, "PUT", path, body);
    }
    json::object get(const std::string& path) {
        return json::parse(world_.api(admin_, "GET", path).body).as_object();
    }
    // "value source" of one setting of an answer.
    static std::string shown(const Response& answer, const std::string& key) {
        if (answer.status != 200) {
            return std::to_string(answer.status) + " " + answer.body;
        }
        const json::value all = json::parse(answer.body);
        const json::value& setting = all.at(key);
        return json::serialize(setting.at("value")) + " " +
               std::string(setting.at("source").as_string());
    }
    [[nodiscard]] std::string changes() const {
        return world_.sql(
            "select string_agg(action || ' ' || resource || ' ' || (details::jsonb->'old')::text ||"
            " ' ' || (details::jsonb->'new')::text || ' ' || user_email, E'\\n' order by "
            "chain_index) from calls where resource_type = 'setting' and phase = 'single'");
    }
    [[nodiscard]] std::string last_outcome() const {
        return world_.sql(
            "select action || ' ' || status || ' ' || details from calls where phase = 'outcome'"
            " order by chain_index desc limit 1");
    }
    [[nodiscard]] std::string stored() const { return world_.sql("select count(*) from settings"); }

    World world_;
    std::string admin_;
};

TEST_F(SettingsApi, EveryKeyIsShownWithItsSourceToWhoMayRead) {
    world_.environment["RGW_SETTING_SESSION_TIMEOUT_MINUTES"] = "20";
    world_.environment["RGW_APP_MY_APP_SETTING_VCS_REPO"] = "acme/my-app";
    start();
    const json::object global = get("/settings");
    EXPECT_EQ(global.size(), 14U);
    EXPECT_EQ(json::serialize(global.at("session_timeout_minutes")),
              R"({"value":20,"source":"env","env_var":"RGW_SETTING_SESSION_TIMEOUT_MINUTES"})");
    EXPECT_EQ(json::serialize(global.at("default_ci_provider")),
              R"({"value":"circleci","source":"default",)"
              R"("env_var":"RGW_SETTING_DEFAULT_CI_PROVIDER"})");
    const json::object app = get("/apps/my-app/settings");
    EXPECT_EQ(app.size(), 15U);
    EXPECT_EQ(json::serialize(app.at("vcs_repo")),
              R"({"value":"acme/my-app","source":"env",)"
              R"("env_var":"RGW_APP_MY_APP_SETTING_VCS_REPO"})");
    EXPECT_EQ(json::serialize(app.at("ci_provider")),
              R"({"value":"circleci","source":"global_default",)"
              R"("env_var":"RGW_APP_MY_APP_SETTING_CI_PROVIDER"})");
    const std::string reader = world_.session(viewer);
    EXPECT_EQ(world_.api(reader, "GET", "/settings").status, 200);
    EXPECT_EQ(world_.api(reader, "GET", "/apps/shop/settings").status, 200);
    EXPECT_EQ(world_.api(world_.token("viewer"), "GET", "/settings").status, 200);
    EXPECT_EQ(world_.api(admin_, "GET", "/apps/No%20App/settings").status, 400);
}

TEST_F(SettingsApi, EveryGroupIsWrittenReadAndResetAndEachChangeIsAnEventWithOldAndNew) {
    start();
    for (const Group& group : groups) {
        const Response written = put(group.path, group.body);
        EXPECT_EQ(shown(written, group.key), group.value + " db") << group.path;
        const std::string all = group.path.substr(0, group.path.rfind('/'));
        EXPECT_EQ(shown(world_.api(admin_, "GET", all), group.key), group.value + " db");
        EXPECT_EQ(last_outcome().substr(0, 23), "settings.update success") << last_outcome();
        EXPECT_THAT(changes(),
                    HasSubstr("setting.update " + group.resource + " " + group.before + " "));
        EXPECT_THAT(changes(), testing::EndsWith(" " + admin));

        const std::string events = world_.sql("select count(*) from calls");
        EXPECT_EQ(shown(put(group.path, group.body), group.key), group.value + " db");
        EXPECT_EQ(std::stoi(world_.sql("select count(*) from calls")), std::stoi(events) + 2)
            << "intent and outcome, and no change";

        const Response reset = world_.api(admin_, "DELETE", group.path + "?key=" + group.key);
        EXPECT_EQ(shown(reset, group.key), group.before + " default") << group.path;
        EXPECT_EQ(json::parse(reset.body).as_object().size(), 1U) << group.path;
        EXPECT_THAT(changes(), HasSubstr("setting.delete " + group.resource + " "));
        EXPECT_EQ(stored(), "0");
    }
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(SettingsApi, AnAnswerShowsTheWholeGroupAndAResetWithoutKeysTakesAllOfIt) {
    start();
    const Response written =
        put("/settings/mfa-configuration",
            R"({"mfa_step_up_window_minutes":3,"mfa_trusted_device_ttl_days":7})");
    EXPECT_EQ(json::parse(written.body).as_object().size(), 5U);
    EXPECT_EQ(shown(written, "mfa_require_all_users"), "false env");
    EXPECT_EQ(world_.sql("select distinct u.email from settings s join users u on u.id = "
                         "s.updated_by_user_id"),
              admin);
    const Response reset = world_.api(admin_, "DELETE", "/settings/mfa-configuration");
    EXPECT_EQ(json::parse(reset.body).as_object().size(), 5U);
    EXPECT_EQ(shown(reset, "mfa_trusted_device_ttl_days"), "1 default");
    EXPECT_EQ(stored(), "0");
    EXPECT_EQ(shown(put("/apps/shop/settings/secret-env-vars", R"(["PIN"])"), "secret_env_vars"),
              R"(["PIN"] db)");
    EXPECT_EQ(shown(put("/apps/shop/settings/secret-env-vars", "null"), "secret_env_vars"),
              "null default")
        << "null is no value";
    EXPECT_EQ(stored(), "0");
    EXPECT_EQ(shown(put("/apps/shop/settings/vcs-ci-deploy", R"({"github_post_pr_comment":false})"),
                    "github_post_pr_comment"),
              "false db");
    EXPECT_EQ(shown(world_.api(admin_, "GET", "/apps/web/settings"), "github_post_pr_comment"),
              "true default")
        << "of another app";
}

TEST_F(SettingsApi, WhatIsWrongIsRefusedWithItsReasonRecordedAndNothingIsWritten) {
    start();
    struct Case {
        std::string path;
        std::string body;
        std::string error;
    };
    const std::string mfa = "/settings/mfa-configuration";
    const Case cases[] = {
        {mfa, "", "invalid request body"},
        {mfa, "[]", "invalid request body"},
        {mfa, "{\"mfa_require_all_users\":true", "invalid request body"},
        {mfa, R"({"mfa_require_all_users":true,"mfa_require_all_users":false})",
         "invalid request body"},
        {mfa, "{}", "no settings provided"},
        {mfa, R"({"no_such_key":1})", "unknown setting key: no_such_key"},
        {mfa, R"({"rack_tls_cert":1})", "unknown setting key: rack_tls_cert"},
        {mfa, R"({"session_timeout_minutes":1})",
         "setting session_timeout_minutes is not managed by this endpoint"},
        {mfa, R"({"mfa_require_all_users":true,"vcs_repo":"a/b"})",
         "setting vcs_repo is not managed by this endpoint"},
        {mfa, R"({"mfa_step_up_window_minutes":-1})",
         "mfa_step_up_window_minutes must be a whole number from 1 to 1440"},
        {mfa, R"({"mfa_require_all_users":"yes","mfa_step_up_window_minutes":0})",
         "mfa_require_all_users must be true or false; "
         "mfa_step_up_window_minutes must be a whole number from 1 to 1440"},
        {mfa,
         R"({"mfa_require_all_users":true,"mfa_step_up_window_minutes":5,)"
         R"("mfa_trusted_device_ttl_days":0})",
         "mfa_trusted_device_ttl_days must be a whole number from 1 to 365"},
        {"/settings/vcs-and-ci-defaults", R"({"default_vcs_provider":"svn"})",
         "default_vcs_provider must be github"},
        {"/settings/session-configuration", R"({"session_timeout_minutes":721})",
         "session_timeout_minutes (721) must not be longer than session_absolute_timeout_minutes "
         "(720)"},
        {"/settings/session-configuration", R"({"cli_session_absolute_timeout_minutes":59})",
         "cli_session_timeout_minutes (60) must not be longer than "
         "cli_session_absolute_timeout_minutes (59)"},
        {"/apps/shop/settings/secret-env-vars", R"("PIN")",
         "secret_env_vars must be a list of at most 200 names of environment variables, or null"},
        {"/apps/shop/settings/service-image-patterns", R"({"web":"("})",
         "service_image_patterns holds a pattern of web that does not compile: missing ): ("},
        {"/apps/shop/settings/vcs-ci-deploy", R"({"vcs_repo":"shop"})",
         "vcs_repo is not of the form OWNER/REPO"},
        {"/apps/Shop/settings/secret-env-vars", R"(["PIN"])",
         "the name of an app has lower-case letters, digits and dashes only"},
    };
    for (const auto& [path, body, error] : cases) {
        const Response answer = put(path, body);
        EXPECT_EQ(answer.status, 400) << path << " " << body;
        EXPECT_EQ(json::parse(answer.body).at("error").as_string(), error) << path << " " << body;
        EXPECT_THAT(last_outcome(), AllOf(HasSubstr("settings.update failed"),
                                          HasSubstr("\"reason\":\"invalid_request\""),
                                          HasSubstr(error.substr(0, 20))));
    }
    const Response unknown = world_.api(admin_, "DELETE", mfa + "?key=no_such_key");
    EXPECT_EQ(json::parse(unknown.body).at("error").as_string(),
              "unknown setting key: no_such_key");
    EXPECT_EQ(world_.api(admin_, "DELETE", mfa + "?key=vcs_repo").status, 400);
    EXPECT_EQ(stored(), "0");
    EXPECT_EQ(changes(), "");
}

TEST_F(SettingsApi, WhoMayNotChangesNothing) {
    start();
    const std::string reader = world_.session(viewer);
    const std::string by_viewer = world_.token("viewer");
    const std::string by_admin = world_.token("admin");
    for (const Group& group : groups) {
        for (const std::string method : {"PUT", "DELETE"}) {
            EXPECT_EQ(world_.api("nobody", method, group.path, group.body).status, 401);
            EXPECT_EQ(world_.api(reader, method, group.path, group.body).status, 403);
            EXPECT_EQ(world_.api(by_viewer, method, group.path, group.body).status, 403);
        }
    }
    for (const char* path : {"/settings/mfa-configuration", "/settings/allow-destructive-actions",
                             "/settings/deploy-approvals", "/apps/shop/settings/vcs-ci-deploy"}) {
        const Response answer = world_.api(by_admin, "DELETE", path);
        EXPECT_EQ(answer.status, 403) << path;
        EXPECT_EQ(answer.header("X-Error-Code"), "person_required") << path;
    }
    EXPECT_EQ(stored(), "0");
    EXPECT_EQ(world_.sql("select count(*) from calls where status = 'denied' and action like "
                         "'settings.%' and user_email = 'viewer@example.com'"),
              std::to_string(4 * std::size(groups)));
}

TEST_F(SettingsApi, AChangeIsInForceWhenItIsAnsweredAndSoonOnEveryReplica) {
    start();
    World other;
    other.environment = world_.environment;
    other.environment["RGW_PORT_FILE"] = other.directory() + "/ports";
    other.start_gateway();
    const auto destroy = [&](World& world) {
        return world.call(admin_, "DELETE", "/apps/shop").header("X-Error-Code");
    };
    EXPECT_EQ(destroy(world_), "destructive_disabled");
    EXPECT_EQ(destroy(other), "destructive_disabled");
    ASSERT_EQ(
        put("/settings/allow-destructive-actions", R"({"allow_destructive_actions":true})").status,
        200);
    EXPECT_NE(destroy(world_), "destructive_disabled");
    EXPECT_TRUE(eventually([&] { return destroy(other) != "destructive_disabled"; }));
    ASSERT_EQ(world_.api(admin_, "DELETE", "/settings/allow-destructive-actions").status, 200);
    EXPECT_EQ(destroy(world_), "destructive_disabled");
    EXPECT_TRUE(eventually([&] { return destroy(other) == "destructive_disabled"; }));
}

TEST_F(SettingsApi, TheStepUpWindowAndTheDutyOfASecondFactorAreTheSettings) {
    start();
    const std::string stepped_up_before = world_.session(admin, "3 min");
    const std::string path = "/settings/vcs-and-ci-defaults";
    const std::string body = R"({"default_ci_provider":"circleci"})";
    ASSERT_EQ(put("/settings/mfa-configuration", R"({"mfa_require_all_users":true})").status, 200);
    EXPECT_EQ(world_.api(stepped_up_before, "PUT", path, body).header("X-Error-Code"),
              "mfa_enrollment_required");
    world_.execute("update users set mfa_enrolled = true where email = '" + admin + "'");
    EXPECT_TRUE(eventually([&] {
        return world_.api(stepped_up_before, "PUT", path, body).status == 200;
    })) << "of ten minutes";
    const Response always =
        put("/settings/mfa-configuration", R"({"mfa_require_all_users":false})");
    EXPECT_EQ(always.status, 401);
    EXPECT_EQ(always.header("X-Error-Code"), "mfa_required");
    world_.execute("insert into settings (key, value) values ('mfa_step_up_window_minutes', '2')");
    EXPECT_TRUE(eventually([&] {
        return world_.api(stepped_up_before, "PUT", path, body).header("X-Error-Code") ==
               "mfa_step_up_required";
    }));
    EXPECT_EQ(world_.api(world_.session(admin), "PUT", path, body).status, 200);
}

TEST_F(SettingsApi, ShorterLimitsHoldForTheSessionsThereAre) {
    start();
    const std::string older = world_.session(viewer, "3 min");
    EXPECT_EQ(world_.api(older, "GET", "/settings").status, 200);
    ASSERT_EQ(put("/settings/session-configuration",
                  R"({"session_timeout_minutes":1,"session_absolute_timeout_minutes":2})")
                  .status,
              200);
    const Response over = world_.api(older, "GET", "/settings");
    EXPECT_EQ(over.status, 401) << "it has lived for three minutes";
    EXPECT_EQ(over.header("X-Error-Code"), "session_expired");
    EXPECT_EQ(
        world_.sql("select bool_and(expires_at <= now() + interval '1 min' and "
                   "absolute_expires_at <= created_at + interval '2 min') from user_sessions"),
        "t");
    EXPECT_EQ(world_.api(admin_, "GET", "/settings").status, 200);
}

TEST_F(SettingsApi, AStoredValueThatIsNoneIsShownAsSuchAndCountsAsTheStrictest) {
    start();
    world_.execute(
        "insert into settings (app_name, key, value) values"
        " (null, 'allow_destructive_actions', '\"true\"'), ('shop', 'secret_env_vars', '7')");
    EXPECT_TRUE(eventually(
        [&] { return world_.gateway_log().find("secret_env_vars must be") != std::string::npos; }));
    const json::value broken = get("/settings").at("allow_destructive_actions");
    EXPECT_EQ(broken.at("value"), false);
    EXPECT_EQ(broken.at("source"), "db");
    EXPECT_EQ(broken.at("problem"), "allow_destructive_actions must be true or false");
    EXPECT_TRUE(get("/apps/shop/settings").at("secret_env_vars").as_object().contains("problem"));
    EXPECT_EQ(world_.call(admin_, "DELETE", "/apps/shop").header("X-Error-Code"),
              "destructive_disabled");
    EXPECT_EQ(shown(put("/apps/shop/settings/secret-env-vars", "[]"), "secret_env_vars"), "[] db");
}

TEST_F(SettingsApi, AnEnvironmentThatIsWrongStopsTheStartWithItsName) {
    world_.environment["RGW_SETTING_MFA_STEP_UP_WINDOW_MINUTES"] = "0";
    world_.environment["RGW_APP_SHOP_SETTING_SERVICE_IMAGE_PATTERNS"] = R"({"web":"["})";
    const Ran ran = world_.run_gateway({});
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.err,
                AllOf(HasSubstr("RGW_SETTING_MFA_STEP_UP_WINDOW_MINUTES: must be a whole number"),
                      HasSubstr("RGW_APP_SHOP_SETTING_SERVICE_IMAGE_PATTERNS: holds a pattern")));
}

}  // namespace
}  // namespace rgw::test
