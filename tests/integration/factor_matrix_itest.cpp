// Every route × {no factor, stale, fresh, wrong, replayed, right}, generated from the two route
// tables: the gateway's own as it serves it (/openapi.json), and the rack's.
#include <algorithm>

#include "factors_world.hpp"
#include "rgw/access/permission.hpp"
#include "rgw/rack/route.hpp"
#include "route_rows.hpp"
#include "socket_client.hpp"

namespace rgw::test {
namespace {

using access::MfaLevel;

struct Row {
    std::string method;
    std::string target;  // with something for each {name}
    MfaLevel level = MfaLevel::none;
    bool on_rack = false;

    [[nodiscard]] std::string name() const { return method + " " + target; }
};

MfaLevel level_of(std::string_view name) {
    return name == "always"    ? MfaLevel::always
           : name == "step_up" ? MfaLevel::step_up
                               : MfaLevel::none;
}

// Those a person who has a factor must have shown it for.
std::vector<Row> gateway_rows(std::uint16_t port) {
    std::vector<Row> rows;
    for_each_route(port, [&rows](const std::string& method, const std::string& target,
                                 const json::object& operation) {
        if (const json::value* mfa = operation.if_contains("x-mfa")) {
            rows.push_back(
                {.method = method, .target = target, .level = level_of(mfa->as_string())});
        }
    });
    return rows;
}

// What the steps up to the factor refuse with. Whatever else is answered was let through them.
std::string of_the_factor(const std::string& code, int status) {
    constexpr std::string_view earlier[] = {
        "host_refused",      "origin_refused",     "route_unknown",    "bad_target",
        "bad_query",         "bad_header",         "upgrade_refused",  "csrf_refused",
        "permission_denied", "person_required",    "invalid_mfa_type", "rate_limited",
        "peer_rate_limited", "factor_unavailable", "internal"};
    const bool told = std::ranges::find(earlier, code) != std::end(earlier) ||
                      code.starts_with("mfa_") || code.starts_with("credential_") ||
                      code.starts_with("token_") || code.starts_with("session_") ||
                      code.starts_with("owner_") || code.starts_with("audit_") ||
                      code.starts_with("database_");
    return told ? code : status == 0 ? "no answer" : "let through";
}

// Those that answer, or those that open a session over a WebSocket.
enum class Opens : std::uint8_t { answer, session };
std::vector<Row> rack_rows(Opens wanted) {
    std::vector<Row> rows;
    for (const rack::Route& route : rack::routes()) {
        if ((route.kind == rack::Kind::websocket) == (wanted == Opens::session)) {
            rows.push_back({.method = std::string(route.method),
                            .target = "/api/v1/rack-proxy" + filled(route.pattern),
                            .level = access::mfa_level(route.permission),
                            .on_rack = true});
        }
    }
    return rows;
}

class FactorMatrix : public FactorsWorld {
protected:
    void SetUp() override {
        world_.environment["RGW_SETTING_ALLOW_DESTRUCTIVE_ACTIONS"] = "true";
        world_.start_gateway();
        ASSERT_EQ(register_key(signed_in(ada), key_).status, 200);
        rows_ = gateway_rows(port_);
        ASSERT_GT(rows_.size(), 40U);
        const std::vector<Row> of_rack = rack_rows(Opens::answer);
        ASSERT_GT(of_rack.size(), 80U);
        rows_.insert(rows_.end(), of_rack.begin(), of_rack.end());
    }
    Response call(const Row& row, const std::string& session, Headers headers = {}) {
        headers.emplace_back("Authorization", row.on_rack ? basic(session) : "Bearer " + session);
        const bool reads = row.method == "GET" || row.method == "HEAD";
        return send_request(port_, {.method = row.method,
                                    .target = row.target,
                                    .headers = std::move(headers),
                                    .body = reads || row.on_rack ? "" : "{\"no\":1}"});
    }
    std::string said(const Row& row, const std::string& session, Headers headers = {}) {
        const Response answer = call(row, session, std::move(headers));
        return of_the_factor(code_of(answer), answer.status);
    }
    // A wrong factor counts; here nobody is to be locked.
    std::string stale_and_forgiven() {
        return session(ada, "now()", "now() - interval '1 day'", "delete from mfa_attempts; ");
    }

    Key key_;
    std::vector<Row> rows_;
};

TEST_F(FactorMatrix, WithoutItsFactorASessionGetsNowhere) {
    const std::string session = signed_in(ada);
    for (const Row& row : rows_) {
        EXPECT_EQ(said(row, session), "mfa_step_up_required") << row.name();
    }
}

TEST_F(FactorMatrix, WhatIsStaleTakesAFactorAndWhatIsFreshOnlyWhereEachCallDoes) {
    const char* const without[] = {"let through", "mfa_step_up_required", "mfa_required"};
    const char* const with_fresh[] = {"let through", "let through", "mfa_required"};
    for (const Row& row : rows_) {
        const auto level = static_cast<std::size_t>(row.level);
        EXPECT_EQ(said(row, stale(ada)), without[level]) << row.name();
        EXPECT_EQ(said(row, fresh(ada)), with_fresh[level]) << row.name();
    }
}

TEST_F(FactorMatrix, AWrongFactorIsRefusedAndRecordedWhereOneIsAskedFor) {
    int judged = 0;
    for (const Row& row : rows_) {
        const std::string session = stale_and_forgiven();
        const bool asks = row.level != MfaLevel::none;
        judged += asks ? 2 : 0;
        const std::string wanted = asks ? "mfa_verification_failed" : "let through";
        EXPECT_EQ(said(row, session, by_key(session, key_, {.bogus_signature = true})), wanted)
            << row.name();
        EXPECT_EQ(said(row, session, by_code("000000")), wanted) << row.name();
    }
    EXPECT_EQ(count("action = 'mfa.verify.failed'"), std::to_string(judged));
}

TEST_F(FactorMatrix, ARightFactorOpensItsRowOnceAndForItsSessionOnly) {
    for (const Row& row : rows_) {
        const std::string session = stale_and_forgiven();
        const Headers factor = by_key(session, key_);
        EXPECT_EQ(said(row, session, factor), "let through") << row.name();
        if (row.level == MfaLevel::none) {
            continue;
        }
        EXPECT_EQ(said(row, stale(ada), factor), "mfa_verification_failed")
            << "another session: " << row.name();
        const std::string again = said(row, session, factor);
        if (row.level == MfaLevel::always && !row.on_rack) {
            EXPECT_EQ(again, "mfa_verification_failed") << "once more: " << row.name();
        } else {
            EXPECT_EQ(again, "let through") << "the same action, or the window: " << row.name();
        }
    }
}

TEST_F(FactorMatrix, ASessionOverAWebSocketIsJudgedBeforeItsHandshake) {
    const std::vector<Row> rows = rack_rows(Opens::session);
    ASSERT_GT(rows.size(), 5U);
    const auto said_at_handshake = [&](const Row& row, const std::string& credential) {
        const SocketClient client(port_, row.target, {{"Authorization", basic(credential)}},
                                  "localhost");
        const std::string field = "X-Error-Code: ";
        const std::size_t at = client.answer().find(field);
        const std::string rest =
            at == std::string::npos ? "" : client.answer().substr(at + field.size());
        return of_the_factor(rest.substr(0, rest.find('\r')), client.status());
    };
    const char* const without[] = {"let through", "mfa_step_up_required", "mfa_required"};
    const char* const with_fresh[] = {"let through", "let through", "mfa_required"};
    for (const Row& row : rows) {
        const auto level = static_cast<std::size_t>(row.level);
        EXPECT_EQ(said_at_handshake(row, signed_in(ada)), "mfa_step_up_required") << row.name();
        EXPECT_EQ(said_at_handshake(row, stale(ada)), without[level]) << row.name();
        EXPECT_EQ(said_at_handshake(row, fresh(ada)), with_fresh[level]) << row.name();
        EXPECT_EQ(said_at_handshake(row, stale(ada) + ".totp.000000"),
                  row.level == MfaLevel::none ? "let through" : "mfa_verification_failed")
            << row.name();
        const std::string session = stale_and_forgiven();
        EXPECT_EQ(said_at_handshake(
                      row, session + ".webauthn." + crypto::base64(assertion(session, key_))),
                  "let through")
            << row.name();
    }
}

}  // namespace
}  // namespace rgw::test
