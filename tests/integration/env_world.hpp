#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

#include "support/postgres.hpp"
#include "world.hpp"

namespace rgw::test {

inline const Headers form_type = {{"Content-Type", "application/x-www-form-urlencoded"}};
inline const std::string env_stars(20, '*');

// Every byte escaped, so that what is posted is exactly that.
[[nodiscard]] inline std::string escaped(std::string_view text) {
    constexpr const char* digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 0xFU];
    }
    return out;
}

[[nodiscard]] inline std::string joined(std::initializer_list<std::string_view> pieces) {
    std::string text;
    for (const std::string_view piece : pieces) {
        text += piece;
    }
    return text;
}

// A gateway whose environments are put onto the rack by somebody beside it, with the rack's own
// credential. Nobody owes a second factor.
class EnvWorld : public testing::Test {
protected:
    EnvWorld() {
        world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
        world_.environment["RATE_LIMIT_RPS"] = "10000";
        world_.environment["RATE_LIMIT_BURST"] = "10000";
        world_.environment["CONVOX_SECRET_ENV_VARS"] = "everywhere_pin";
        world_.environment["LOG_LEVEL"] = "debug";  // who says much may say too much
    }

    [[nodiscard]] Response rack(const std::string& method, const std::string& path,
                                const std::string& body = "") const {
        Headers headers = form_type;
        headers.emplace_back("Authorization", basic(World::rack_password));
        return send_request(
            world_.rack_port(),
            {.method = method, .target = path, .headers = std::move(headers), .body = body});
    }
    void plant(const std::string& app, const std::string& env) const {
        const Response made = rack("POST", "/apps/" + app + "/releases", "env=" + escaped(env));
        ASSERT_EQ(made.status, 200) << made.body;
    }
    [[nodiscard]] boost::json::object newest_on_rack(const std::string& app) const {
        const Response list = rack("GET", "/apps/" + app + "/releases?limit=1");
        return boost::json::parse(list.body).at(0).as_object();
    }
    [[nodiscard]] std::string env_on_rack(const std::string& app) const {
        return std::string(newest_on_rack(app).at("env").as_string());
    }
    [[nodiscard]] std::string newest_id(const std::string& app) const {
        return std::string(newest_on_rack(app).at("id").as_string());
    }
    void rack_answers(const PlannedAnswer& answer) const { world_.rack_answers(answer); }
    // One that was planned and never asked for would answer the next call.
    void rack_answers_itself() const { world_.rack_fails_with("none", 0); }

    // A token with exactly these permissions, a JSON list; its owner is an admin.
    [[nodiscard]] std::string token_holding(const std::string& name,
                                            const std::string& permissions) const {
        const std::string text = "rgw_" + name;
        world_.execute(
            "insert into api_tokens (token_hash, name, user_id, permissions) select "
            "encode(sha256('" +
            text + "'), 'hex'), '" + name + "', id, '" + permissions +
            "' from users where email = 'admin@example.com'");
        return text;
    }
    // The session of somebody who holds exactly this role.
    std::string person(const std::string& role) {
        const std::string email = role + "-only@example.com";
        world_.execute("insert into users (email, name, roles) values ('" + email + "', 'x', '[\"" +
                       role + "\"]') on conflict do nothing");
        return world_.session(email);
    }
    // Lists of one app, in force for `token` when this returns.
    void set_lists(const std::string& app, const std::string& secret,
                   const std::string& protected_names) {
        world_.execute("insert into settings (app_name, key, value) values ('" + app +
                       "', 'secret_env_vars', '" + secret + "'), ('" + app +
                       "', 'protected_env_vars', '" + protected_names + "')");
    }

    [[nodiscard]] Response create(const std::string& token, const std::string& body,
                                  const Headers& headers = form_type,
                                  const std::string& path = "/apps/shop/releases") {
        return world_.call(token, "POST", path, headers, body);
    }
    [[nodiscard]] Response create_env(const std::string& token, const std::string& env) {
        return create(token, "env=" + escaped(env));
    }
    [[nodiscard]] bool rack_saw_a_post() const {
        return world_.rack_saw().find("\"POST\"") != std::string::npos;
    }
    // All of an answer, for who looks for what must not be in it.
    [[nodiscard]] static std::string all_of(const Response& answer) {
        std::string text = std::to_string(answer.status) + "\n";
        for (const auto& [name, value] : answer.headers) {
            text.append(name).append(": ").append(value).append("\n");
        }
        return text + answer.body;
    }
    // "status code" of a refusal, or "status".
    [[nodiscard]] static std::string said(const Response& answer) {
        const std::string code = answer.header("X-Error-Code");
        return std::to_string(answer.status) + (code.empty() ? "" : " " + code);
    }

    World world_;
};

}  // namespace rgw::test
