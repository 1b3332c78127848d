// What the gateway answers is what /openapi.json says it answers: every member described, every
// required member there, of the type it has.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <functional>

#include "support/postgres.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;

class Contract {
public:
    explicit Contract(json::value document) : document_(std::move(document)) {}

    // What is wrong with the answer, or "".
    [[nodiscard]] std::string check(const std::string& path, const std::string& method,
                                    const Response& answer) const {
        const json::object& responses =
            document_.at("paths").at("/api/v1" + path).at(method).at("responses").as_object();
        const json::value* response = responses.if_contains(std::to_string(answer.status));
        if (response == nullptr && answer.status < 400) {
            return "no answer " + std::to_string(answer.status) + " is described";
        }
        const json::value& described = response != nullptr ? *response : responses.at("default");
        const json::value* content = described.as_object().if_contains("content");
        if (content == nullptr) {
            return answer.body.empty() ? "" : "a body nobody described";
        }
        boost::system::error_code error;
        const json::value body = json::parse(answer.body, error);
        return error ? "not JSON: " + answer.body
                     : fits(body, content->at("application/json").at("schema"), "");
    }

private:
    [[nodiscard]] const json::object* followed(const json::value& schema) const {
        const json::value* reference = schema.as_object().if_contains("$ref");
        if (reference == nullptr) {
            return &schema.as_object();
        }
        const std::string_view text = reference->as_string();
        return &document_.at("components")
                    .at("schemas")
                    .at(text.substr(text.rfind('/') + 1))
                    .as_object();
    }

    [[nodiscard]] std::string fits(const json::value& value, const json::value& given,
                                   const std::string& at) const {
        const json::object& schema = *followed(given);
        if (const json::value* any = schema.if_contains("anyOf")) {
            for (const json::value& each : any->as_array()) {
                if (fits(value, each, at).empty()) {
                    return "";
                }
            }
            return at + ": none of the described";
        }
        const json::value* type = schema.if_contains("type");
        if (type == nullptr) {
            return "";  // anything
        }
        const std::string_view name = type->as_string();
        const bool right =
            (name == "string" && value.is_string()) || (name == "boolean" && value.is_bool()) ||
            (name == "integer" && (value.is_int64() || value.is_uint64())) ||
            (name == "null" && value.is_null()) || (name == "array" && value.is_array()) ||
            (name == "object" && value.is_object());
        if (!right) {
            return at + ": not of type " + std::string(name);
        }
        if (name == "array") {
            for (const json::value& each : value.as_array()) {
                if (std::string wrong = fits(each, schema.at("items"), at + "[]"); !wrong.empty()) {
                    return wrong;
                }
            }
        }
        return name == "object" ? fits_object(value.as_object(), schema, at) : "";
    }

    [[nodiscard]] std::string fits_object(const json::object& object, const json::object& schema,
                                          const std::string& at) const {
        const json::value* properties = schema.if_contains("properties");
        for (const auto& member : object) {
            const std::string where = at + "." + std::string(member.key());
            const json::value* described = properties != nullptr
                                               ? properties->as_object().if_contains(member.key())
                                               : schema.if_contains("additionalProperties");
            if (described == nullptr) {
                return where + ": not described";
            }
            if (std::string wrong = fits(member.value(), *described, where); !wrong.empty()) {
                return wrong;
            }
        }
        if (const json::value* required = schema.if_contains("required")) {
            for (const json::value& name : required->as_array()) {
                if (!object.contains(name.as_string())) {
                    return at + "." + std::string(name.as_string()) + ": missing";
                }
            }
        }
        return "";
    }

    json::value document_;
};

TEST(OpenApi, EveryFieldThatIsAnsweredIsDescribed) {
    World world;
    world.environment["DEV_MODE"] = "true";
    world.environment["OIDC_ISSUER"] = "http://127.0.0.1:9";
    world.environment["OIDC_CLIENT_ID"] = "rack-gateway";
    world.environment["OIDC_CLIENT_SECRET"] = "rack-gateway-client-secret";
    world.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world.start_gateway();
    const Contract contract(
        json::parse(send_request(world.port(), {.target = "/openapi.json"}).body));
    const std::string admin = world.session("admin@example.com");
    std::string last;
    const auto call = [&](const std::string& method, const std::string& path,
                          const std::string& filled, const std::string& body = "") {
        std::string upper = method;
        for (char& c : upper) {
            c = static_cast<char>(std::toupper(c));
        }
        const Response answer = world.api(admin, upper, filled, body);
        last = answer.body;
        EXPECT_LT(answer.status, 400) << method << " " << filled << ": " << answer.body;
        EXPECT_EQ(contract.check(path, method, answer), "") << method << " " << filled;
    };
    const auto same = [&](const std::string& method, const std::string& path,
                          const std::string& body = "") { call(method, path, path, body); };

    same("post", "/users", R"({"email":"new@example.com","name":"New","roles":["viewer"]})");
    call("put", "/users/{email}", "/users/new@example.com", R"({"roles":["ops"]})");
    call("put", "/users/{email}/name", "/users/new@example.com/name", R"({"name":"Newer"})");
    (void)world.session("new@example.com");
    call("get", "/users/{email}/sessions", "/users/new@example.com/sessions");
    call("post", "/users/{email}/sessions/revoke_all",
         "/users/new@example.com/sessions/revoke_all");
    call("post", "/users/{email}/lock", "/users/new@example.com/lock", R"({"reason":"left"})");
    call("get", "/users/{email}", "/users/new@example.com");
    same("get", "/users");
    call("post", "/users/{email}/unlock", "/users/new@example.com/unlock");
    same("post", "/api-tokens", R"({"name":"ci","permissions":["convox:app:list"]})");
    const std::string id(json::parse(last).at("api_token").at("public_id").as_string());
    same("get", "/api-tokens");
    same("get", "/api-tokens/permissions");
    call("post", "/api-tokens/{token}/rotate", "/api-tokens/" + id + "/rotate", "{}");
    call("get", "/api-tokens/{token}", "/api-tokens/" + id);
    call("put", "/api-tokens/{token}", "/api-tokens/" + id, R"({"name":"ci2"})");
    call("delete", "/api-tokens/{token}", "/api-tokens/" + id);
    same("put", "/settings/session-configuration", R"({"session_timeout_minutes":10})");
    call("put", "/apps/{app}/settings/service-image-patterns",
         "/apps/shop/settings/service-image-patterns", R"({"web":"^shop/.*$"})");
    same("get", "/settings");
    call("get", "/apps/{app}/settings", "/apps/shop/settings");
    same("get", "/roles");
    same("get", "/info");
    same("get", "/health");
    same("get", "/health/ready");
    call("get", "/created-by", "/created-by?type=app&ids=x");
    call("get", "/audit-logs", "/audit-logs?range=all&limit=7");
    call("get", "/audit-logs/raw", "/audit-logs/raw?range=all");
    call("get", "/audit-logs/{chain_index}", "/audit-logs/0");
    ASSERT_TRUE(eventually(
        [&] { return world.api(admin, "GET", "/audit-logs/checkpoint").status == 200; }));
    same("get", "/audit-logs/checkpoint/keys");
    call("get", "/audit-logs/{chain_index}/proof", "/audit-logs/0/proof");
    const std::string size = std::to_string(json::parse(last).at("tree_size").as_int64());
    call("get", "/audit-logs/consistency", "/audit-logs/consistency?from=" + size + "&to=" + size);
    call("delete", "/users/{email}", "/users/new@example.com");

    const Response refused = world.api(admin, "GET", "/users/nobody@example.com");
    EXPECT_EQ(refused.status, 404);
    EXPECT_EQ(contract.check("/users/{email}", "get", refused), "");
}

}  // namespace
}  // namespace rgw::test
