// Every route of the gateway's own × everybody who may try, generated from the table the gateway
// serves as /openapi.json: who gets in is what the roles and the tokens' own permissions say, and
// every refusal is an event.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "rgw/access/permission.hpp"
#include "rgw/access/role.hpp"
#include "route_rows.hpp"
#include "support/postgres.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;

struct Row {
    std::string method;
    std::string target;  // with something for each {name}
    std::optional<access::Permission> permission;
    bool for_anyone = false;
    bool for_people = false;
};

std::vector<Row> rows_of(const World& world) {
    std::vector<Row> rows;
    for_each_route(world.port(), [&rows](const std::string& method, const std::string& target,
                                         const json::object& operation) {
        Row row{.method = method, .target = target};
        row.for_anyone = operation.at("security").as_array().empty();
        if (const json::value* permission = operation.if_contains("x-permission")) {
            row.permission = access::find_permission(permission->as_string());
        }
        row.for_people = operation.contains("x-people-only");
        rows.push_back(std::move(row));
    });
    return rows;
}

class Matrix : public testing::Test {
protected:
    Matrix() {
        world_.environment["DEV_MODE"] = "true";
        world_.environment["OIDC_ISSUER"] = "http://127.0.0.1:9";
        world_.environment["OIDC_CLIENT_ID"] = "rack-gateway";
        world_.environment["OIDC_CLIENT_SECRET"] = "rack-gateway-client-secret";
        world_.environment["RATE_LIMIT_RPS"] = "10000";
        world_.environment["RATE_LIMIT_BURST"] = "10000";
    }
    void start() {
        world_.start_gateway();
        rows_ = rows_of(world_);
        ASSERT_GT(rows_.size(), 8U);
    }
    // A person with exactly this role.
    std::string person(const access::RoleInfo& role) {
        const std::string email = std::string(role.name) + "-only@example.com";
        world_.execute("insert into users (email, name, roles) values ('" + email + "', 'x', '[\"" +
                       std::string(role.name) + "\"]') on conflict do nothing");
        return world_.session(email);
    }
    Response call(const Row& row, const std::string& credential) {
        Headers headers;
        if (!credential.empty()) {
            headers.emplace_back("Authorization", "Bearer " + credential);
        }
        return send_request(world_.port(), {.method = row.method,
                                            .target = row.target,
                                            .headers = std::move(headers),
                                            .body = row.method == "GET" ? "" : "{\"no\":1}"});
    }
    std::string events(const std::string& where = "true") {
        return world_.sql("select count(*) from audit.audit_event where " + where);
    }
    static bool refused_for_rights(const Response& answer) {
        return answer.header("X-Error-Code") == "permission_denied";
    }

    World world_;
    std::vector<Row> rows_;
};

TEST_F(Matrix, NobodyKnownGetsNowhereButToTheWayIn) {
    start();
    for (const Row& row : rows_) {
        const Response answer = call(row, "");
        if (row.for_anyone) {
            EXPECT_NE(answer.status, 403) << row.method << " " << row.target;
        } else {
            EXPECT_EQ(answer.status, 401) << row.method << " " << row.target;
            EXPECT_EQ(answer.header("X-Error-Code"), "credential_missing");
        }
    }
    EXPECT_NE(events("status = 'denied' and user_email = ''"), "0");
}

TEST_F(Matrix, ARoleOpensWhatItHoldsAndEveryRefusalIsAnEvent) {
    world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    start();
    for (const access::RoleInfo& role : access::all_roles()) {
        if (!role.assignable_to_users) {
            continue;
        }
        const std::string session = person(role);
        for (const Row& row : rows_) {
            if (!row.permission || row.target.find("/auth/") != std::string::npos) {
                continue;
            }
            const std::string email = std::string(role.name) + "-only@example.com";
            const std::string denied = "status = 'denied' and user_email = '" + email + "'";
            const int before = std::stoi(events(denied));
            const Response answer = call(row, session);
            const bool holds = access::permissions(role.role).has(*row.permission);
            EXPECT_EQ(refused_for_rights(answer), !holds)
                << role.name << " " << row.method << " " << row.target << " " << answer.status;
            EXPECT_NE(answer.status, 401) << row.target;
            EXPECT_LT(answer.status == 501 ? 0 : answer.status, 500)
                << row.method << " " << row.target << " " << answer.body;
            if (!holds) {
                EXPECT_EQ(std::stoi(events(denied)), before + 1) << row.target;
            }
        }
    }
}

TEST_F(Matrix, ATokenIsJudgedByItsOwnPermissionsAndNeverPassesWhatTakesAFactorEachTime) {
    start();
    const std::string none = world_.token("admin");
    world_.execute("update api_tokens set permissions = '[]'");
    for (const Row& row : rows_) {
        if (!row.permission) {
            continue;
        }
        EXPECT_EQ(call(row, none).header("X-Error-Code"), "permission_denied")
            << "its owner is an admin: " << row.target;
    }
    world_.execute(
        "update api_tokens set permissions = '[\"convox:*:*\", \"gateway:*:*\", "
        "\"security:*:*\", \"auth:*:*\"]'");
    ASSERT_TRUE(
        eventually([&] { return world_.api(none, "GET", "/created-by?type=app").status == 200; }));
    for (const Row& row : rows_) {
        if (!row.permission) {
            continue;
        }
        const std::string code = call(row, none).header("X-Error-Code");
        const bool always = access::mfa_level(*row.permission) == access::MfaLevel::always;
        EXPECT_EQ(code == "person_required", always || row.for_people) << row.target;
        EXPECT_NE(code, "permission_denied") << row.target;
    }
}

TEST_F(Matrix, WithoutItsFactorASessionGetsNowhereButToTheWayIn) {
    start();
    world_.execute("update users set mfa_enrolled = true");
    const std::string session = world_.session("admin@example.com");
    world_.execute("update user_sessions set mfa_verified_at = null, recent_step_up_at = null");
    const std::string stale = world_.session("admin@example.com");
    world_.execute(
        "update user_sessions set recent_step_up_at = now() - interval '1 day'"
        " where mfa_verified_at is not null");
    for (const Row& row : rows_) {
        if (row.for_anyone || !row.permission) {
            continue;
        }
        EXPECT_EQ(call(row, session).header("X-Error-Code"), "mfa_step_up_required") << row.target;
        const std::string code = call(row, stale).header("X-Error-Code");
        switch (access::mfa_level(*row.permission)) {
            case access::MfaLevel::none:
                EXPECT_FALSE(code.starts_with("mfa_")) << row.target;
                break;
            case access::MfaLevel::step_up:
                EXPECT_EQ(code, "mfa_step_up_required") << row.target;
                break;
            case access::MfaLevel::always:
                EXPECT_EQ(code, "mfa_required") << row.target;
                break;
        }
    }
}

}  // namespace
}  // namespace rgw::test
