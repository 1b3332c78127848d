#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>

#include "browser.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/mfa/totp.hpp"
#include "rgw/mfa_testing/soft_authenticator.hpp"
#include "support/postgres.hpp"
#include "world.hpp"

namespace rgw::test {

namespace json = boost::json;

inline const std::string ada = "admin@example.com";
inline const std::string vera = "viewer@example.com";

// A gateway that asks everybody for a second factor, as it does by default. Nobody has one yet.
class FactorsWorld : public testing::Test {
protected:
    FactorsWorld() {
        world_.environment["PORT"] = std::to_string(port_);
        world_.environment["DEV_MODE"] = "true";
        world_.environment["OIDC_ISSUER"] = "http://127.0.0.1:9";
        world_.environment["OIDC_CLIENT_ID"] = "rack-gateway";
        world_.environment["OIDC_CLIENT_SECRET"] = "rack-gateway-client-secret";
        world_.environment["RATE_LIMIT_RPS"] = "10000";
        world_.environment["RATE_LIMIT_BURST"] = "10000";
    }

    // The session of somebody who came back from the provider, and showed nothing else.
    std::string signed_in(const std::string& who) { return session(who, "null", "null"); }
    // Of somebody whose last factor was shown a day ago.
    std::string stale(const std::string& who) {
        return session(who, "now()", "now() - interval '1 day'");
    }
    std::string fresh(const std::string& who) { return session(who, "now()", "now()"); }
    // `before`: SQL that is run with it.
    std::string session(const std::string& who, const std::string& verified_at,
                        const std::string& stepped_up_at, const std::string& before = "") {
        std::string text = "factor-session-" + std::to_string(++sessions_);
        text.resize(43, 'x');
        world_.execute(before +
                       "insert into user_sessions (user_id, token_hash, channel, expires_at,"
                       " absolute_expires_at, mfa_verified_at, recent_step_up_at, metadata)"
                       " select id, encode(sha256('" +
                       text + "'), 'hex'), 'web', now() + '5 min', now() + '12 h', " + verified_at +
                       ", " + stepped_up_at +
                       ", '{\"login_flow\":\"web\"}' from users where email = '" + who + "'");
        return text;
    }

    Response api(const std::string& session, const std::string& method, const std::string& path,
                 const std::string& body = "", Headers headers = {}) {
        return world_.api(session, method, path, body, std::move(headers));
    }
    json::object made(const Response& answer) {
        EXPECT_LT(answer.status, 300) << answer.body;
        json::error_code error;
        const json::value body = json::parse(answer.body, error);
        return body.is_object() ? body.get_object() : json::object();
    }
    static std::string text(const json::object& object, std::string_view name) {
        const json::value* value = object.if_contains(name);
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
    }

    // An authenticator app.
    struct App {
        Secret seed;
        std::int64_t method = 0;
        std::vector<std::string> backup_codes;
        std::int64_t next_step = 0;  // the newest step used so far, and one

        // Each time a code that was not used before. The third within a minute is not valid yet.
        std::string code() {
            const std::int64_t now = mfa::totp_step(SystemClock().now());
            const std::int64_t step = std::max(next_step, now - 1);
            next_step = step + 1;
            return mfa::totp_code(seed, step);
        }
        [[nodiscard]] std::string used_code() const { return mfa::totp_code(seed, next_step - 1); }
    };
    App begin_app(const std::string& session) {
        const json::object begun = made(api(session, "POST", "/auth/mfa/enroll/totp/start"));
        App app{.seed = Secret(crypto::parse_base32(text(begun, "secret")).value_or("")),
                .method = begun.at("method_id").as_int64()};
        for (const json::value& code : begun.at("backup_codes").as_array()) {
            app.backup_codes.emplace_back(code.as_string());
        }
        return app;
    }
    Response confirm_app(const std::string& session, App& app, const std::string& code) {
        return api(
            session, "POST", "/auth/mfa/enroll/totp/confirm",
            R"({"method_id":)" + std::to_string(app.method) + R"(,"code":")" + code + R"("})");
    }
    App enroll_app(const std::string& session) {
        App app = begin_app(session);
        EXPECT_EQ(confirm_app(session, app, app.code()).status, 200);
        return app;
    }

    using Key = mfa::testing::SoftAuthenticator;
    [[nodiscard]] mfa::testing::Page page() const {
        return {.rp_id = "localhost", .origin = "http://localhost:" + std::to_string(port_)};
    }
    static std::string bytes(const json::value& base64url) {
        return crypto::parse_base64url(std::string(base64url.as_string())).value_or("");
    }
    Response register_key(const std::string& session, Key& key,
                          const mfa::testing::Conduct& conduct = {}) {
        const json::object begun = made(api(session, "POST", "/auth/mfa/enroll/webauthn/start"));
        if (!begun.contains("public_key_options")) {
            return {};
        }
        const json::object& options = begun.at("public_key_options").at("publicKey").as_object();
        const std::string credential = key.registration_json(
            bytes(options.at("challenge")), page(), bytes(options.at("user").at("id")), conduct);
        return api(session, "POST", "/auth/mfa/enroll/webauthn/confirm",
                   json::serialize(json::object{{"method_id", begun.at("method_id")},
                                                {"credential", json::parse(credential)}}));
    }
    Key enroll_key(const std::string& session) {
        Key key;
        EXPECT_EQ(register_key(session, key).status, 200);
        return key;
    }
    // {"session_data", "assertion_response"}, as both the body and the header take it.
    std::string assertion(const std::string& session, Key& key,
                          const mfa::testing::Conduct& conduct = {}) {
        const json::object begun = made(api(session, "POST", "/auth/mfa/webauthn/assertion/start"));
        const std::string challenge = bytes(begun.at("options").at("publicKey").at("challenge"));
        return json::serialize(
            json::object{{"session_data", begun.at("session_data")},
                         {"assertion_response", key.assertion_json(challenge, page(), conduct)}});
    }
    Headers by_key(const std::string& session, Key& key,
                   const mfa::testing::Conduct& conduct = {}) {
        return {{"X-MFA-WebAuthn", crypto::base64(assertion(session, key, conduct))}};
    }
    static Headers by_code(const std::string& code) { return {{"X-MFA-TOTP", code}}; }
    Response verify(const std::string& session, const std::string& code) {
        return api(session, "POST", "/auth/mfa/verify", R"({"code":")" + code + R"("})");
    }

    static std::string code_of(const Response& answer) { return answer.header("X-Error-Code"); }
    // "action|status|details" of the newest event of that action.
    std::string last(const std::string& action) {
        return world_.sql(
            "select action || '|' || status || '|' || coalesce(details, '')"
            " from audit.audit_event where action = '" +
            action + "' order by chain_index desc limit 1");
    }
    std::string count(const std::string& where) {
        return world_.sql("select count(*) from audit.audit_event where " + where);
    }

    int sessions_ = 0;
    const std::uint16_t port_ = static_cast<std::uint16_t>(free_port());
    World world_;
};

}  // namespace rgw::test
