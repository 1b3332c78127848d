// API tokens through the gateway (spec http-api §15): what each endpoint answers, what it refuses
// and how that is recorded.
#include "people_world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Tokens = People;

TEST_F(Tokens, ATokensLifeFromCreationToDeletion) {
    const json::object made =
        create_token(dan, R"({"name":" ci ","permissions":["convox:app:list","convox:app:list"]})");
    const std::string text = text_of(made.at("token"));
    const json::object& token = made.at("api_token").as_object();
    const std::string id = text_of(token.at("public_id"));
    EXPECT_TRUE(text.starts_with("rgw_"));
    EXPECT_EQ(made.at("id"), token.at("id"));
    EXPECT_EQ(text_of(made.at("name")), "ci");
    EXPECT_EQ(made.at("permissions"), json::parse(R"(["convox:app:list"])"));
    EXPECT_TRUE(token.at("last_used_at").is_null());
    EXPECT_TRUE(token.at("expires_at").is_string()) << "a deployer's token ends";
    EXPECT_EQ(text_of(token.at("created_by_email")), dan);
    EXPECT_THAT(last_event(), AllOf(HasSubstr("api_token.create|success|ci|"), HasSubstr(id)));
    EXPECT_THAT(world_.sql("select details from audit.audit_event"), Not(HasSubstr(text)));
    EXPECT_EQ(rack_answers(text), 200);

    EXPECT_EQ(got(dan, "/api-tokens").as_array().size(), 1U);
    EXPECT_EQ(got(dan, "/api-tokens/" + id), got(dan, "/api-tokens").at(0));
    EXPECT_EQ(got(aud, "/api-tokens").as_array().size(), 1U) << "an auditor sees everybody's";

    EXPECT_EQ(said(as(dan, "PUT", "/api-tokens/" + id,
                      R"({"name":"ci2","permissions":["convox:log:read"]})")),
              "200");
    EXPECT_THAT(last_event(), AllOf(HasSubstr("api_token.update|success|ci2|"),
                                    HasSubstr(R"("before":["convox:app:list"])")));
    EXPECT_EQ(rack_answers(text), 403) << "at once";
    const json::value cleared =
        json::parse(as(dan, "PUT", "/api-tokens/" + id, R"({"permissions":[]})").body);
    EXPECT_TRUE(cleared.at("permissions").as_array().empty());

    EXPECT_EQ(said(as(dan, "DELETE", "/api-tokens/" + id)), "204");
    EXPECT_EQ(rack_answers(text), 401);
    EXPECT_EQ(said(as(dan, "DELETE", "/api-tokens/" + id)), "404 token not found");
    EXPECT_EQ(said(as(dan, "GET", "/api-tokens/" + id)), "404 token not found");
    for (const std::string bad : {"7", "not-a-uuid", "%2e%2e"}) {
        for (const std::string method : {"GET", "PUT", "DELETE"}) {
            EXPECT_EQ(as(dan, method, "/api-tokens/" + bad, method == "PUT" ? "{}" : "").status,
                      404)
                << method << bad;
        }
    }
}

TEST_F(Tokens, ATokenIsBoundedByItsCreatorAndByTime) {
    struct Case {
        std::string who;
        std::string body;
        std::string said;
        std::string reason;
    };
    const Case cases[] = {
        {dan, R"({"name":"t","permissions":["convox:app:fly"]})",
         "400 unknown permission: convox:app:fly", "invalid_request"},
        {dan, R"({"name":"t","permissions":["convox:app:list","convox:app:delete"]})",
         "403 a token cannot hold more than who gives it: you do not hold convox:app:delete",
         "rights_exceeded"},
        {dan, R"({"name":"t","role":"admin"})", "", "rights_exceeded"},
        {dan, R"({"name":"t","role":"root"})", "400 invalid role: root", "invalid_request"},
        {dan, R"({"name":"t"})", "400 permissions required: give permissions or a role",
         "invalid_request"},
        {dan, R"({"name":" ","role":"viewer"})", "400 token name is required", "invalid_request"},
        {dan, R"({"name":"t","role":"viewer","user_email":")" + ada + R"("})",
         "403 permission denied. Needed: gateway:api_token:manage", "permission_denied"},
        {dan, R"({"name":"t","role":"viewer","expires_at":"2020-01-01T00:00:00Z"})",
         "400 expires_at is in the past", "invalid_request"},
        {dan, R"({"name":"t","role":"viewer","expires_at":"2099-01-01T00:00:00+02:00"})",
         "400 expires_at is more than 366 days ahead", "invalid_request"},
        {dan, R"({"name":"t","role":"viewer","expires_at":"tomorrow"})",
         "400 invalid request: expires_at must be a time like 2026-11-22T21:09:04Z",
         "invalid_request"},
        {ada, R"({"name":"t","role":"viewer","user_email":"no@example.com"})",
         "400 user not found: no@example.com", "invalid_request"},
    };
    for (const Case& c : cases) {
        const Response response = as(c.who, "POST", "/api-tokens", c.body);
        if (!c.said.empty()) {
            EXPECT_EQ(said(response), c.said) << c.body;
        }
        EXPECT_NE(response.status, 200) << c.body;
        EXPECT_THAT(last_event(), AllOf(HasSubstr("api_token.create|"),
                                        HasSubstr(R"("reason":")" + c.reason + R"(")")))
            << c.body;
    }
    EXPECT_EQ(world_.sql("select count(*) from api_tokens"), "0");
}

TEST_F(Tokens, ATokenOfAnotherIsForThoseWhoManageThem) {
    const json::object of_ada = create_token(ada, R"({"name":"hers","role":"admin"})");
    EXPECT_TRUE(of_ada.at("api_token").at("expires_at").is_null()) << "a manager's need not end";
    const std::string hers = text_of(of_ada.at("api_token").at("public_id"));
    EXPECT_TRUE(got(dan, "/api-tokens").as_array().empty());
    const std::string path = "/api-tokens/" + hers;
    EXPECT_EQ(said(as(dan, "GET", path)), "403 permission denied. Needed: gateway:api_token:list");
    EXPECT_THAT(last_event(), HasSubstr("api_token.read|denied|"));
    for (const auto& [method, suffix, action] :
         {std::tuple{"PUT", "", "update"}, std::tuple{"DELETE", "", "delete"},
          std::tuple{"POST", "/rotate", "rotate"}}) {
        const std::string body = std::string_view(method) == "PUT" ? "{}" : "";
        EXPECT_EQ(said(as(dan, method, path + suffix, body)),
                  "403 permission denied. Needed: gateway:api_token:manage");
        EXPECT_THAT(last_event(), AllOf(HasSubstr("api_token." + std::string(action) + "|denied|"),
                                        HasSubstr("permission_denied")));
        EXPECT_EQ(as(aud, method, path + suffix, body).status, 403);
    }
    EXPECT_EQ(said(as(ada, "POST", "/api-tokens", R"({"name":"hers","role":"viewer"})")),
              "400 token name already exists");

    // An admin gives a deployer a token of more than the deployer holds: it stays what it is.
    const json::object given =
        create_token(ada, R"({"name":"given","role":"admin","user_email":")" + dan + R"("})");
    const std::string of_dan = "/api-tokens/" + text_of(given.at("api_token").at("public_id"));
    EXPECT_EQ(text_of(given.at("api_token").at("user_email")), dan);
    EXPECT_EQ(text_of(given.at("api_token").at("created_by_email")), ada);
    EXPECT_EQ(as(dan, "POST", of_dan + "/rotate").status, 403);
    EXPECT_THAT(last_event(), HasSubstr("rights_exceeded"));
    EXPECT_EQ(said(as(dan, "PUT", of_dan, R"({"permissions":["convox:app:list"]})")), "200");

    // An API token makes none, whatever it holds.
    const std::string text = text_of(of_ada.at("token"));
    EXPECT_EQ(world_.api(text, "GET", "/api-tokens").status, 200);
    EXPECT_EQ(world_.api(text, "POST", "/api-tokens", R"({"name":"x","role":"viewer"})").status,
              403);
    EXPECT_THAT(last_event(), HasSubstr("person_required"));
}

TEST_F(Tokens, AnOldTextWorksUntilTheOverlapEndsAndNoLongerThanTheNextRotation) {
    const json::object made = create_token(dan, R"({"name":"ci","role":"viewer"})");
    const std::string first = text_of(made.at("token"));
    const std::string path = "/api-tokens/" + text_of(made.at("api_token").at("public_id"));
    const auto rotate = [&](const std::string& body) {
        const Response rotated = as(dan, "POST", path + "/rotate", body);
        EXPECT_EQ(rotated.status, 200) << rotated.body;
        return json::parse(rotated.body).as_object();
    };
    const json::object answer = rotate("");
    const std::string second = text_of(answer.at("token"));
    EXPECT_TRUE(answer.at("api_token").as_object().contains("previous_token_expires_at"));
    EXPECT_THAT(last_event(), AllOf(HasSubstr("api_token.rotate|success|ci|"),
                                    HasSubstr("\"overlap_minutes\":60"), Not(HasSubstr(second))));
    EXPECT_EQ(rack_answers(first), 200) << "during the overlap";
    EXPECT_EQ(rack_answers(second), 200);
    world_.execute("update api_tokens set previous_token_expires_at = now() - interval '1 s'");
    EXPECT_TRUE(eventually([&] { return rack_answers(first) == 401; })) << "after it";
    EXPECT_EQ(rack_answers(second), 200);

    const std::string third = text_of(rotate(R"({"overlap_minutes":5})").at("token"));
    EXPECT_EQ(rack_answers(second), 200);
    const std::string fourth = text_of(rotate(R"({"overlap_minutes":5})").at("token"));
    EXPECT_EQ(rack_answers(second), 401) << "two rotations ago";
    EXPECT_EQ(rack_answers(third), 200);
    const std::string fifth =
        text_of(rotate(R"({"overlap_minutes":0,"expires_at":")" +
                       world_.sql("select to_char(now() at time "
                                  "zone 'UTC' + '10 d', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')") +
                       R"("})")
                    .at("token"));
    EXPECT_EQ(rack_answers(fourth), 401) << "without an overlap";
    EXPECT_EQ(rack_answers(third), 401);
    EXPECT_EQ(rack_answers(fifth), 200);
    EXPECT_EQ(world_.sql("select expires_at < now() + interval '11 d' from api_tokens"), "t");
    for (const std::string body : {R"({"overlap_minutes":-1})", R"({"overlap_minutes":10081})",
                                   R"({"overlap_minutes":9223372036854775807})"}) {
        EXPECT_EQ(said(as(dan, "POST", path + "/rotate", body)),
                  "400 overlap_minutes must be between 0 and 10080");
    }
}

TEST_F(Tokens, ALockOrTheEndStopsTokensAndAnUnlockBringsThemBack) {
    const std::string text =
        text_of(create_token(dan, R"({"name":"ci","role":"viewer"})").at("token"));
    EXPECT_EQ(rack_answers(text), 200);
    EXPECT_EQ(said(as(ada, "POST", "/users/" + dan + "/lock", R"({"reason":"x"})")), "200");
    EXPECT_EQ(rack_answers(text), 401);
    EXPECT_THAT(last_event(), HasSubstr("owner_locked"));
    EXPECT_EQ(as(dan, "GET", "/users").status, 401) << "their session ended";
    EXPECT_EQ(said(as(ada, "POST", "/users/" + dan + "/unlock")), "200");
    EXPECT_EQ(rack_answers(text), 200);
    EXPECT_EQ(as(dan, "GET", "/users").status, 401) << "and stays ended";

    EXPECT_EQ(said(as(ada, "PUT", "/users/" + dan, R"({"roles":["auditor"]})")), "200");
    EXPECT_EQ(rack_answers(text), 200) << "a token keeps its own list";
    world_.execute("update api_tokens set expires_at = now() - interval '1 s'");
    EXPECT_TRUE(eventually([&] { return rack_answers(text) == 401; }));
    EXPECT_THAT(last_event(), HasSubstr("token_expired"));
    world_.execute("update api_tokens set expires_at = null");
    EXPECT_TRUE(eventually([&] { return rack_answers(text) == 200; }));
    EXPECT_EQ(said(as(ada, "DELETE", "/users/" + dan)), "204");
    EXPECT_EQ(rack_answers(text), 401) << "gone with its owner";
}

TEST_F(Tokens, TheLastUseIsShown) {
    const json::object made = create_token(dan, R"({"name":"ci","role":"viewer"})");
    world_.execute("update api_tokens set last_used_at = '2026-01-02T03:04:05Z'");
    EXPECT_EQ(text_of(got(dan, "/api-tokens").at(0).at("last_used_at")),
              "2026-01-02T03:04:05.000000Z");
}

}  // namespace
}  // namespace rgw::test
