#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <string>

#include "world.hpp"

namespace rgw::test {

namespace json = boost::json;

inline const std::string ada = "admin@example.com";
inline const std::string vera = "viewer@example.com";
inline const std::string dan = "deployer@example.com";
inline const std::string aud = "auditor@example.com";

// A gateway with one user of each kind, signed in; nobody owes a second factor.
class People : public testing::Test {
protected:
    People() {
        world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
        world_.environment["DEPLOYER_USERS"] = dan;
        world_.start_gateway();
        world_.execute("insert into users (email, name, roles) values ('" + aud +
                       "', 'Aud', '[\"auditor\"]')");
        for (const std::string& email : {ada, vera, dan, aud}) {
            sessions_[email] = world_.session(email);
        }
    }

    Response as(const std::string& who, const std::string& method, const std::string& path,
                const std::string& body = "") {
        return world_.api(sessions_.at(who), method, path, body);
    }
    // "status text" of a refusal, or "status".
    std::string said(const Response& response) {
        json::error_code error;
        const json::value body = json::parse(response.body, error);
        const json::object* object = body.if_object();
        const bool refused = !error && object != nullptr && object->contains("error");
        return std::to_string(response.status) +
               (refused ? " " + std::string(object->at("error").as_string()) : "");
    }
    json::value got(const std::string& who, const std::string& path) {
        const Response response = as(who, "GET", path);
        EXPECT_EQ(response.status, 200) << path << response.body;
        return json::parse(response.body);
    }
    // Of the newest event that ended.
    std::string last_event() {
        return world_.sql(
            "select action, status, resource, details from audit.audit_event where phase <> "
            "'intent' order by chain_index desc limit 1");
    }
    json::object create_token(const std::string& who, const std::string& body) {
        const Response made = as(who, "POST", "/api-tokens", body);
        EXPECT_EQ(made.status, 200) << made.body;
        return json::parse(made.body).as_object();
    }
    static std::string text_of(const json::value& value) { return std::string(value.as_string()); }
    int rack_answers(const std::string& token) { return world_.call(token, "GET", "/apps").status; }

    World world_;
    std::map<std::string, std::string> sessions_;
};

}  // namespace rgw::test
