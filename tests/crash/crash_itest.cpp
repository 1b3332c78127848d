// kill -9 at random points under mixed load (design §2.1): what was acknowledged stands in the log,
// what the rack was asked to change had its intent first, and the chain verifies. RGW_CRASH_ROUNDS
// says how often (60), RGW_CRASH_SEED repeats a run.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "socket_client.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

constexpr int clients = 6;
constexpr int rounds_per_verification = 20;

struct Acknowledged {
    std::string request_id;
    int status = 0;
};

unsigned from_environment(const char* name, unsigned otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : static_cast<unsigned>(std::stoul(text));
}

// One caller after the other, until the gateway is gone.
class Client {
public:
    Client(World& world, const std::string& admin, const std::string& viewer, unsigned seed)
        : world_(world), admin_(admin), viewer_(viewer), random_(seed) {}

    void run(const std::atomic<bool>& stop) {
        while (!stop) {
            try {
                step();
            } catch (const std::exception&) {
                return;  // nobody listens any more
            }
        }
    }

    std::vector<Acknowledged> acknowledged;
    std::size_t sessions = 0;

private:
    void step() {
        static const Headers form = {{"Content-Type", "application/x-www-form-urlencoded"}};
        const std::string name = "app-" + std::to_string(random_() % 100'000);
        switch (random_() % 12) {
            case 0:
            case 1:
                return note(world_.call(admin_, "GET", "/apps"));
            case 2:
                return note(world_.call(viewer_, "GET", "/apps/shop/processes"));
            case 3:
                return note(world_.call(admin_, "POST", "/apps", form, "name=" + name));
            case 4:
                return note(world_.call(admin_, "PUT", "/apps/shop", form, "lock=false"));
            case 5:
                return note(
                    world_.call(admin_, "POST", "/apps/shop/releases", form, "description=again"));
            case 6:
                return note(world_.call(admin_, "POST", "/apps/shop/objects/tmp/" + name + ".tgz",
                                        {{"Content-Type", "application/octet-stream"}},
                                        std::string(100'000, 'o')));
            case 7:
                return note(world_.call(admin_, "DELETE", "/apps/shop/processes/" + name));
            case 8:
                return note(world_.call(viewer_, "POST", "/apps", form, "name=" + name));
            case 9:
                return note(world_.call(admin_, "GET", "/nowhere/" + name));
            case 10:
                return note(world_.call(admin_, "PUT", "/apps/shop/services/web", form, "count=2"));
            default:
                return run_session();
        }
    }

    void note(const Response& answer) {
        // 5xx are the gateway's word that nothing, or nobody knows what, was done.
        if (answer.status > 0 && answer.status < 500) {
            acknowledged.push_back({answer.header("X-Request-ID"), answer.status});
        }
    }

    void run_session() {
        SocketClient session(world_.port(), "/api/v1/rack-proxy/apps/shop/processes/web-1/exec",
                             {{"Authorization", basic(admin_)}, {"Command", "echo hello"}});
        sessions += session.text_to_end().empty() ? 0 : 1;
    }

    World& world_;
    const std::string& admin_;
    const std::string& viewer_;
    std::mt19937 random_;
};

struct Logged {
    bool intent = false;
    std::set<int> ended;  // statuses of single events and outcomes
};

std::map<std::string, Logged> events_since(World& world, const std::string& index) {
    std::istringstream rows(world.sql(
        "select request_id, phase, coalesce(http_status, 0) from calls where chain_index > " +
        index + " and request_id is not null"));
    std::map<std::string, Logged> logged;
    for (std::string row; std::getline(rows, row);) {
        const auto first = row.find('|');
        const auto second = row.find('|', first + 1);
        Logged& entry = logged[row.substr(0, first)];
        if (row.substr(first + 1, second - first - 1) == "intent") {
            entry.intent = true;
        } else {
            entry.ended.insert(std::stoi(row.substr(second + 1)));
        }
    }
    return logged;
}

// Ids of what the rack was asked to change, sessions included.
std::set<std::string> changes_the_rack_saw(World& world) {
    std::set<std::string> ids;
    const auto seen = boost::json::parse(world.rack_saw());
    for (const auto& request : seen.as_array()) {
        const auto& headers = request.at("headers").as_object();
        if (request.at("method").as_string() != "GET" || headers.contains("Upgrade")) {
            ids.insert(std::string(headers.at("X-Request-ID").as_string()));
        }
    }
    return ids;
}

TEST(Crash, KillingTheGatewayAtAnyMomentLosesNothingThatWasAcknowledged) {
    const unsigned rounds = from_environment("RGW_CRASH_ROUNDS", 60);
    const unsigned seed = from_environment("RGW_CRASH_SEED", std::random_device{}());
    std::cout << "RGW_CRASH_SEED=" << seed << std::endl;
    std::mt19937 random(seed);
    World world;
    world.start_gateway();
    const std::string admin = world.token("admin");
    const std::string viewer = world.token("viewer");
    std::size_t acknowledged = 0;
    std::size_t changes = 0;
    std::size_t sessions = 0;
    for (unsigned round = 1; round <= rounds; ++round) {
        world.forget_rack_requests();
        const std::string before =
            world.sql("select coalesce(max(chain_index), -1) from audit.audit_event");
        std::vector<Client> load;
        load.reserve(clients);
        for (int i = 0; i < clients; ++i) {
            load.emplace_back(world, admin, viewer, random());
        }
        std::atomic<bool> stop = false;
        std::vector<std::thread> threads;
        threads.reserve(load.size());
        for (Client& client : load) {
            threads.emplace_back([&client, &stop] { client.run(stop); });
        }
        std::this_thread::sleep_for(
            std::chrono::milliseconds(20 + random() % 300));  // the random point
        world.kill_gateway(SIGKILL);
        stop = true;
        for (std::thread& thread : threads) {
            thread.join();
        }
        world.wait_gateway();
        const auto logged = events_since(world, before);
        for (const Client& client : load) {
            for (const Acknowledged& call : client.acknowledged) {
                const auto found = logged.find(call.request_id);
                ASSERT_TRUE(found != logged.end() && found->second.ended.contains(call.status))
                    << "round " << round << ": acknowledged with " << call.status
                    << " and not in the log: " << call.request_id;
            }
            acknowledged += client.acknowledged.size();
            sessions += client.sessions;
        }
        for (const std::string& id : changes_the_rack_saw(world)) {
            const auto found = logged.find(id);
            ASSERT_TRUE(found != logged.end() && found->second.intent)
                << "round " << round
                << ": the rack was asked for a change without an intent: " << id;
            ++changes;
        }
        world.start_gateway();
        if (round % rounds_per_verification == 0 || round == rounds) {
            const Ran verified = world.verify();
            ASSERT_EQ(verified.status, 0)
                << "round " << round << ": " << verified.out << verified.err;
        }
    }
    EXPECT_TRUE(eventually([&] {
        return world.sql("select count(*) from audit.open_intent") == "0";
    })) << "what a crash left open is closed";
    EXPECT_EQ(
        world.sql("select count(*) from (select 1 from audit.audit_event where phase = 'outcome' "
                  "group by intent_index having count(*) > 1) twice"),
        "0");
    EXPECT_EQ(world.verify().status, 0);
    EXPECT_GT(acknowledged, rounds) << "a load that does nothing shows nothing";
    EXPECT_GT(changes, rounds);
    std::cout << rounds << " rounds: " << acknowledged << " calls acknowledged, " << sessions
              << " sessions, " << changes << " changes seen by the rack, 0 violations" << std::endl;
}

}  // namespace
}  // namespace rgw::test
