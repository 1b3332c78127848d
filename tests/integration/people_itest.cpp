// Users, roles and sessions through the gateway (spec http-api §14): what each endpoint answers,
// what it refuses and how that is recorded.
#include "people_world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(People, AUsersLifeFromCreationToDeletion) {
    const Response made =
        as(ada, "POST", "/users", R"({"email":"New@Example.com","name":" New ","roles":["ops"]})");
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(json::parse(made.body), json::parse(R"({"email":"new@example.com","name":"New",
        "roles":["ops"],"created_by_email":"admin@example.com"})"));
    EXPECT_THAT(last_event(),
                AllOf(HasSubstr("user.create|success|new@example.com|"), HasSubstr(R"(["ops"])")));

    const json::value list = got(vera, "/users");
    EXPECT_EQ(text_of(list.at(0).at("email")), "new@example.com") << "the newest first";
    EXPECT_EQ(text_of(list.at(0).at("created_by_email")), ada);
    EXPECT_EQ(text_of(list.at(0).at("created_by_name")), "Admin User");
    EXPECT_FALSE(list.at(0).at("mfa_enrolled").as_bool());
    world_.execute("update users set mfa_enrolled = true where email = 'new@example.com'");
    EXPECT_TRUE(got(vera, "/users").at(0).at("mfa_enrolled").as_bool());
    const json::value one = got(vera, "/users/NEW%40example.com");
    EXPECT_EQ(one, got(vera, "/users").at(0));

    EXPECT_EQ(said(as(ada, "PUT", "/users/new@example.com/name", R"({"name":"Other"})")), "200");
    EXPECT_THAT(last_event(), AllOf(HasSubstr("user.update_name|success|new@example.com|"),
                                    HasSubstr(R"("name":{"before":"New","after":"Other"})")));
    const std::string early = world_.session("new@example.com");
    const Response roles =
        as(ada, "PUT", "/users/new@example.com/roles", R"({"roles":["deployer","auditor"]})");
    EXPECT_EQ(json::parse(roles.body).at("roles"), json::parse(R"(["deployer","auditor"])"));
    EXPECT_THAT(last_event(),
                HasSubstr(R"("roles":{"before":["ops"],"after":["deployer","auditor"]})"));
    EXPECT_EQ(world_.api(early, "GET", "/users").status, 401) << "more rights, a new sign-in";

    const std::string session = world_.session("new@example.com");
    EXPECT_EQ(world_.api(session, "GET", "/users").status, 200);
    EXPECT_EQ(said(as(ada, "PUT", "/users/new@example.com", R"({"email":"n2@example.com"})")),
              "200");
    EXPECT_EQ(world_.api(session, "GET", "/users").status, 401) << "a new address, a new sign-in";
    EXPECT_EQ(as(ada, "GET", "/users/new@example.com").status, 404);

    EXPECT_EQ(said(as(ada, "POST", "/users/n2@example.com/lock", R"({"reason":"left"})")), "200");
    const json::value locked = got(vera, "/users/n2@example.com");
    EXPECT_EQ(text_of(locked.at("locked_reason")), "left");
    EXPECT_EQ(text_of(locked.at("locked_by_email")), ada);
    EXPECT_TRUE(locked.as_object().contains("locked_at"));
    EXPECT_THAT(last_event(), AllOf(HasSubstr("user.lock|success|n2@example.com|"),
                                    HasSubstr(R"("lock_reason":"left")")));
    EXPECT_EQ(as(ada, "POST", "/users/n2@example.com/unlock").body,
              R"({"message":"user unlocked successfully"})");
    EXPECT_FALSE(got(vera, "/users/n2@example.com").as_object().contains("locked_at"));

    EXPECT_EQ(said(as(ada, "DELETE", "/users/n2@example.com")), "204");
    EXPECT_EQ(said(as(ada, "DELETE", "/users/n2@example.com")), "204") << "gone is gone";
    EXPECT_EQ(said(as(ada, "GET", "/users/n2@example.com")), "404 user not found");
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(People, WhatIsAgainstARuleIsRefusedAndRecordedAndChangesNothing) {
    struct Case {
        std::string who;
        std::string method;
        std::string path;
        std::string body;
        std::string said;
        std::string event;  // action|status
        std::string reason;
    };
    const std::string users = world_.sql("select * from users order by id");
    const Case cases[] = {
        {ada, "PUT", "/users/" + ada, R"({"roles":["admin"]})", "400 cannot change your own roles",
         "user.update|denied", "own_account"},
        {ada, "PUT", "/users/" + ada + "/roles", R"({"roles":["viewer","admin"]})",
         "400 cannot change your own roles", "user.update|denied", "own_account"},
        {ada, "DELETE", "/users/" + ada, "", "400 cannot delete yourself", "user.delete|denied",
         "own_account"},
        {ada, "POST", "/users/" + ada + "/lock", R"({"reason":"x"})",
         "409 One admin who can sign in must remain", "user.lock|denied", "last_admin"},
        {ada, "POST", "/users", R"({"email":")" + vera + R"(","name":"V","roles":["admin"]})",
         "409 user already exists", "user.create|failed", "already_exists"},
        {ada, "POST", "/users", R"({"email":"c@example.com","name":"C","roles":["cicd"]})",
         "400 invalid role: cicd", "user.create|failed", "invalid_request"},
        {ada, "POST", "/users", R"({"email":"c@example.com","name":"C","roles":[]})",
         "400 roles cannot be empty", "user.create|failed", "invalid_request"},
        {ada, "POST", "/users", R"({"email":"c@example.com","name":"C"})",
         "400 invalid request: roles is missing", "user.create|failed", "invalid_request"},
        {ada, "PUT", "/users/" + vera, R"({"email":"v2@example.com","roles":["root"]})",
         "400 invalid role: root", "user.update|failed", "invalid_request"},
        {ada, "PUT", "/users/" + vera, R"({"roles":["cicd"]})", "400 invalid role: cicd",
         "user.update|failed", "invalid_request"},
        {ada, "PUT", "/users/" + vera, "{}", "400 no fields provided", "user.update|failed",
         "invalid_request"},
        {ada, "PUT", "/users/" + vera, R"({"email":" "})", "400 email cannot be empty",
         "user.update|failed", "invalid_request"},
        {ada, "PUT", "/users/" + vera, R"({"email":")" + dan + R"("})", "409 email already in use",
         "user.update|failed", "already_exists"},
        {ada, "PUT", "/users/" + vera + "/name", R"({"name":" "})", "400 name cannot be empty",
         "user.update_name|failed", "invalid_request"},
        {ada, "PUT", "/users/no@example.com", R"({"name":"N"})", "404 user not found",
         "user.update|failed", "not_found"},
        {ada, "POST", "/users/no@example.com/lock", R"({"reason":"x"})", "404 user not found",
         "user.lock|failed", "not_found"},
        {ada, "POST", "/users/" + vera + "/lock", R"({"reason":" "})", "400 invalid request",
         "user.lock|failed", "invalid_request"},
        {ada, "POST", "/users/no%20address/unlock", "", "404 user not found", "user.unlock|failed",
         "not_found"},
        {dan, "POST", "/users", R"({"email":"c@example.com","name":"C","roles":["admin"]})",
         "403 permission denied. Needed: gateway:user:create", "user.create|denied",
         "permission_denied"},
        {aud, "PUT", "/users/" + aud, R"({"roles":["admin"]})",
         "403 permission denied. Needed: gateway:user:update", "user.update|denied",
         "permission_denied"},
        {vera, "POST", "/users/" + vera + "/unlock", "",
         "403 permission denied. Needed: gateway:user:update", "user.unlock|denied",
         "permission_denied"},
        {vera, "GET", "/users/" + ada + "/sessions", "",
         "403 permission denied. Needed: gateway:session:list", "user.sessions.list|denied",
         "permission_denied"},
        {aud, "POST", "/users/" + ada + "/sessions/revoke_all", "",
         "403 permission denied. Needed: gateway:session:manage", "user.sessions.revoke_all|denied",
         "permission_denied"},
        {vera, "GET", "/api-tokens", "", "403 permission denied. Needed: gateway:api_token:read",
         "api_token.read|denied", "permission_denied"},
    };
    for (const Case& c : cases) {
        const Response response = as(c.who, c.method, c.path, c.body);
        EXPECT_EQ(said(response), c.said) << c.method << " " << c.path << " " << c.body;
        EXPECT_THAT(last_event(), AllOf(testing::StartsWith(c.event + "|"),
                                        HasSubstr(R"("reason":")" + c.reason + R"(")")))
            << c.method << " " << c.path << " " << c.body;
    }
    EXPECT_EQ(world_.sql("select * from users order by id"), users);
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(People, RolesAndWhatTokensCanHold) {
    const Response roles = as(vera, "GET", "/roles");
    const json::value map = json::parse(roles.body);
    std::string order;
    for (const auto& role : map.as_object()) {
        order += std::string(role.key()) + " ";
    }
    EXPECT_EQ(order, "viewer ops deployer cicd auditor admin ");
    EXPECT_EQ(map.at("admin").at("permissions"), json::parse(R"(["convox:*:*"])"));
    EXPECT_EQ(text_of(map.at("ops").at("label")), "Operations");

    const json::value known = got(dan, "/api-tokens/permissions");
    EXPECT_EQ(known.at("user_roles"), json::parse(R"(["deployer"])"));
    EXPECT_EQ(text_of(known.at("permissions").as_array().back()), "convox:*:*");
    EXPECT_EQ(known.at("roles").as_array().size(), 6U);
    EXPECT_EQ(known.at("default_permissions"), map.at("cicd").at("permissions"));
    EXPECT_EQ(known.at("user_permissions"), map.at("deployer").at("permissions"));
}

TEST_F(People, SessionsAreSeenAndEndedByTheirOwnerOrWhoMay) {
    const std::string second = world_.session(vera);
    world_.execute(
        "update user_sessions set metadata = '{\"login_flow\":\"web\",\"challenge\":"
        "\"secret-of-a-ceremony\"}', ip_address = '192.0.2.7'");
    const Response own = as(vera, "GET", "/users/" + vera + "/sessions");
    EXPECT_THAT(own.body, Not(HasSubstr("secret-of-a-ceremony")));
    const json::value listed = json::parse(own.body);
    ASSERT_EQ(listed.as_array().size(), 2U);
    const json::value& one = listed.at(0);
    EXPECT_EQ(text_of(one.at("metadata").at("login_flow")), "web");
    EXPECT_GT(one.at("metadata").at("ttl_seconds").as_int64(), 0);
    EXPECT_EQ(text_of(one.at("channel")), "web");
    EXPECT_EQ(text_of(one.at("ip_address")), "192.0.2.7");
    EXPECT_EQ(text_of(one.at("created_at")).size(), std::string("2026-11-22T21:09:04Z").size());
    EXPECT_EQ(got(aud, "/users/" + vera + "/sessions").as_array().size(), 2U);

    const std::string id = world_.sql(
        "select id from user_sessions where user_id = (select id from users where email = '" +
        vera + "') order by id desc limit 1");
    const std::string of_vera = "/users/" + vera + "/sessions/";
    EXPECT_EQ(said(as(ada, "POST", "/users/" + dan + "/sessions/" + id + "/revoke")),
              "404 session not found")
        << "of another user";
    EXPECT_EQ(said(as(ada, "POST", of_vera + "x/revoke")), "400 invalid session id");
    EXPECT_EQ(said(as(ada, "POST", of_vera + "999999/revoke")), "404 session not found");
    EXPECT_EQ(said(as(dan, "POST", of_vera + id + "/revoke")),
              "403 permission denied. Needed: gateway:session:manage");
    EXPECT_EQ(world_.api(second, "GET", "/users").status, 200);
    EXPECT_EQ(as(vera, "POST", of_vera + id + "/revoke").body, R"({"revoked":true})");
    EXPECT_THAT(last_event(), AllOf(HasSubstr("user.sessions.revoke|success|" + vera),
                                    HasSubstr("\"session_id\":" + id)));
    EXPECT_EQ(as(vera, "POST", of_vera + id + "/revoke").body, R"({"revoked":false})");
    EXPECT_EQ(world_.api(second, "GET", "/users").status, 401);

    EXPECT_EQ(as(ada, "POST", "/users/" + vera + "/sessions/revoke_all").body,
              R"({"revoked_count":1})");
    EXPECT_EQ(as(vera, "GET", "/users").status, 401);
    EXPECT_EQ(said(as(ada, "POST", "/users/no@example.com/sessions/revoke_all")),
              "404 user not found");
}

}  // namespace
}  // namespace rgw::test
