// Many who change one environment at once on two gateways, some with all of it as the native
// command line does, some variable by variable: whoever is told that it was done finds it done.
#include <atomic>
#include <thread>

#include "env_world.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;

class EnvRace : public EnvWorld {
protected:
    EnvRace() {
        world_.start_gateway();
        ports_ = {world_.port(), world_.start_replica()};
        for (int i = 0; i < callers; ++i) {
            // Each somebody of their own: two who share a credential cannot be told apart.
            tokens_.push_back(token_holding("racer" + std::to_string(i), R"(["convox:*:*"])"));
        }
        plant("shop", "LOG_LEVEL=info\nKEPT_SECRET=q7kept\n");
    }
    // Over the gateway of one's own; each round over the other one.
    Response call(int caller, int round, const std::string& method, const std::string& path,
                  const std::string& body = "") {
        Headers headers = form_type;
        headers.emplace_back("Authorization",
                             "Bearer " + tokens_[static_cast<std::size_t>(caller)]);
        return send_request(ports_[static_cast<std::size_t>(caller + round) % 2],
                            {.method = method,
                             .target = "/api/v1" + path,
                             .headers = std::move(headers),
                             .body = body});
    }
    // What `convox env set NAME=1` does.
    Response set_by_command_line(int caller, int round, const std::string& name) {
        const std::string releases = "/rack-proxy/apps/shop/releases";
        const Response list = call(caller, round, "GET", releases + "?limit=1");
        const std::string id(json::parse(list.body).at(0).at("id").as_string());
        const Response read = call(caller, round, "GET", releases + "/" + id);
        const std::string env(json::parse(read.body).at("env").as_string());
        return call(caller, round, "POST", releases, "env=" + escaped(env + name + "=1\n"));
    }

    static constexpr int callers = 6;
    static constexpr int rounds = 5;
    std::vector<std::uint16_t> ports_;
    std::vector<std::string> tokens_;
};

TEST_F(EnvRace, WhatWasAnsweredAsDoneIsThereAndTheRestWasRefused) {
    std::atomic<int> made = 0;
    std::atomic<int> others = 0;
    std::vector<std::vector<std::string>> done(callers);
    std::vector<std::thread> threads;
    threads.reserve(callers);
    for (int caller = 0; caller < callers; ++caller) {
        threads.emplace_back([&, caller] {
            for (int round = 0; round < rounds; ++round) {
                const std::string name =
                    "BY_" + std::to_string(caller) + "_" + std::to_string(round);
                const Response answer = caller % 2 == 0
                                            ? set_by_command_line(caller, round, name)
                                            : call(caller, round, "PUT", "/apps/shop/env",
                                                   R"({"set":{")" + name + R"(":"1"}})");
                if (answer.status == 200) {
                    done[static_cast<std::size_t>(caller)].push_back(name);
                    ++made;
                } else if (answer.status != 409) {
                    ++others;
                    ADD_FAILURE() << answer.status << answer.body;
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(others, 0);
    EXPECT_GE(made, callers) << "it does go on";
    const std::string env = env_on_rack("shop");
    EXPECT_NE(env.find("KEPT_SECRET=q7kept\n"), std::string::npos) << env;
    for (const auto& names : done) {
        for (const std::string& name : names) {
            EXPECT_NE(env.find(name + "=1\n"), std::string::npos) << name << " was lost\n" << env;
        }
    }
    EXPECT_EQ(world_.sql("select count(*) from calls where action = 'env.set' and status = "
                         "'success'"),
              std::to_string(made))
        << "one event for each";
    EXPECT_EQ(world_.sql("select count(*) from env_changes"), "0");
    EXPECT_EQ(world_.verify().status, 0);
}

}  // namespace
}  // namespace rgw::test
