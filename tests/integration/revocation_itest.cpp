// Changes of rights made through the API act at once: on the gateway that made them, on another
// one, on sockets that are open, and while the gateways cannot hear of changes (design §2.5, §8).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <thread>

#include "socket_client.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

using Clock = std::chrono::steady_clock;

// The bar is a second; a busy machine gets an order of magnitude before a test of behaviour fails.
constexpr std::chrono::seconds patience{10};

const std::string ada = "admin@example.com";
const std::string bob = "bob@example.com";
const std::string exec_path = "/api/v1/rack-proxy/apps/shop/processes/web-1/exec?";

std::string in_milliseconds(Clock::duration span) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(span).count());
}

class Revocation : public testing::Test {
protected:
    Revocation() {
        world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
        world_.start_gateway();
        other_ = world_.start_replica();
        world_.execute("insert into users (email, name, roles) values ('" + bob +
                       "', 'Bob', '[\"admin\"]')");
        admin_ = world_.session(ada);
    }

    [[nodiscard]] std::uint16_t here() const { return world_.port(); }
    [[nodiscard]] std::uint16_t there() const { return other_; }

    Response change(const std::string& method, const std::string& path, const std::string& body) {
        Response response = world_.api(admin_, method, path, body);
        EXPECT_LT(response.status, 300) << response.body;
        return response;
    }
    static int answers(std::uint16_t port, const std::string& credential) {
        return send_request(port, {.target = "/api/v1/users",
                                   .headers = {{"Authorization", "Bearer " + credential}}})
            .status;
    }
    static int may_create(std::uint16_t port, const std::string& credential) {
        return send_request(port, {.method = "POST",
                                   .target = "/api/v1/users",
                                   .headers = {{"Authorization", "Bearer " + credential}},
                                   .body = "{}"})
            .status;
    }
    static Headers of(const std::string& credential) {
        return {{"Authorization", basic(credential)}, {"Command", "cat"}};
    }
    // Both sockets of that credential end with 1008 once `act` is done.
    void expect_sockets_to_close(const std::string& what, const std::string& credential,
                                 const std::function<void()>& act) {
        SocketClient one(here(), exec_path, of(credential));
        SocketClient two(there(), exec_path, of(credential));
        ASSERT_EQ(one.status(), 101) << one.answer();
        ASSERT_EQ(two.status(), 101) << two.answer();
        const auto began = Clock::now();
        act();
        const auto acted = Clock::now();
        EXPECT_EQ(one.close_code(), 1008) << what;
        const auto first = Clock::now();
        EXPECT_EQ(two.close_code(), 1008) << what;
        const auto second = Clock::now();
        EXPECT_LT(second - acted, patience) << what;
        std::cout << what << ": answered in " << in_milliseconds(acted - began) << " ms, closed "
                  << in_milliseconds(first - acted) << " ms later here, "
                  << in_milliseconds(second - acted) << " ms on the other gateway\n";
    }
    // Refused on the other gateway soon after the change.
    void expect_refusal_there(const std::string& what, const std::function<bool()>& refused) {
        const auto began = Clock::now();
        EXPECT_TRUE(eventually(refused)) << what;
        const auto took = Clock::now() - began;
        EXPECT_LT(took, patience) << what;
        std::cout << what << ": refused on the other gateway after " << in_milliseconds(took)
                  << " ms\n";
    }

    void expect_changes_to_act();

    World world_;
    std::uint16_t other_ = 0;
    std::string admin_;
};

void Revocation::expect_changes_to_act() {
    const std::string path = "/users/" + bob;
    const auto token_made = boost::json::parse(
        change("POST", "/api-tokens",
               R"({"name":"of bob","role":"admin","user_email":")" + bob + R"("})")
            .body);
    const std::string token(token_made.at("token").as_string());
    const std::string id(token_made.at("api_token").at("public_id").as_string());

    // Demotion: the call is refused, on both; what the new role allows goes on.
    const std::string session = world_.session(bob);
    for (const std::uint16_t port : {here(), there()}) {
        EXPECT_EQ(may_create(port, session), 400) << "an admin may, with a better body";
        EXPECT_EQ(answers(port, token), 200);
    }
    change("PUT", path + "/roles", R"({"roles":["viewer"]})");
    expect_refusal_there("demotion", [&] { return may_create(there(), session) == 403; });
    EXPECT_EQ(may_create(here(), session), 403);
    EXPECT_EQ(answers(there(), session), 200);
    EXPECT_EQ(answers(there(), token), 200) << "a token keeps its own list";

    // A lock: sessions and tokens, on both.
    expect_sockets_to_close("lock, of a token", token,
                            [&] { change("POST", path + "/lock", R"({"reason":"x"})"); });
    for (const std::uint16_t port : {here(), there()}) {
        EXPECT_EQ(answers(port, session), 401);
        EXPECT_EQ(answers(port, token), 401);
    }
    change("POST", path + "/unlock", "");
    change("PUT", path + "/roles", R"({"roles":["admin"]})");
    EXPECT_TRUE(eventually([&] { return answers(there(), token) == 200; }));

    const std::string demoted = world_.session(bob);
    expect_sockets_to_close("demotion", demoted,
                            [&] { change("PUT", path + "/roles", R"({"roles":["viewer"]})"); });
    EXPECT_EQ(answers(there(), demoted), 200);
    change("PUT", path + "/roles", R"({"roles":["admin"]})");

    const std::string again = world_.session(bob);
    EXPECT_EQ(answers(there(), again), 200);
    expect_sockets_to_close("lock, of a session", again,
                            [&] { change("POST", path + "/lock", R"({"reason":"x"})"); });
    change("POST", path + "/unlock", "");

    const std::string third = world_.session(bob);
    expect_sockets_to_close("revocation of a session", third,
                            [&] { change("POST", path + "/sessions/revoke_all", ""); });

    EXPECT_TRUE(eventually([&] { return answers(there(), token) == 200; }));
    expect_sockets_to_close("deletion of a token", token,
                            [&] { change("DELETE", "/api-tokens/" + id, ""); });
    EXPECT_EQ(answers(here(), token), 401);
    EXPECT_EQ(answers(there(), token), 401);
}

TEST_F(Revocation, ActsOnBothGatewaysAndOnOpenSockets) {
    expect_changes_to_act();
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(Revocation, ActsWhileTheGatewaysCannotHearOfChanges) {
    std::atomic<bool> cutting = true;
    std::thread cutter([&] {
        while (cutting) {
            // A gateway's LISTEN connection is the one that holds its instance's lock.
            world_.execute(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
                " and database = (select oid from pg_database where datname ="
                " current_database())");
        }
    });
    expect_changes_to_act();
    cutting = false;
    cutter.join();
    EXPECT_NE(world_.gateway_log().find("not heard of"), std::string::npos)
        << "the LISTEN connection was never cut";
}

TEST_F(Revocation, ATokensNewPermissionsCloseTheSocketItNoLongerMayHold) {
    const auto made =
        boost::json::parse(change("POST", "/api-tokens", R"({"name":"ci","role":"admin"})").body);
    const std::string token(made.at("token").as_string());
    const std::string id(made.at("api_token").at("public_id").as_string());
    expect_sockets_to_close("fewer permissions of a token", token, [&] {
        change("PUT", "/api-tokens/" + id, R"({"permissions":["convox:app:list"]})");
    });
    EXPECT_EQ(world_.call(token, "GET", "/apps").status, 200);
}

}  // namespace
}  // namespace rgw::test
