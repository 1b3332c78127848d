// The database fails over: a primary with a synchronous standby, the gateway with both in its
// connection string, and what may go wrong on the way (design §6).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "socket_client.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

using Clock = std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string admin_session(43, 's');

std::string parameter(const PrivateCluster& cluster, const std::string& key) {
    return pg::ConnInfo::parse(cluster.dsn())->parameters().at(key);
}

// Calls of four kinds until it is stopped, and what became of them.
class Load {
public:
    explicit Load(World& world, std::string token) : world_(world), token_(std::move(token)) {
        for (const auto& call : calls()) {
            callers_.emplace_back([this, call] { run(call); });
        }
    }
    ~Load() { stop(); }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void stop() {
        stop_ = true;
        for (std::thread& caller : callers_) {
            caller.join();
        }
        callers_.clear();
    }
    [[nodiscard]] std::size_t acknowledged() {
        const std::lock_guard lock(mutex_);
        return acknowledged_.size();
    }
    [[nodiscard]] std::size_t refused() const { return refused_; }
    // Every kind of call is answered again.
    [[nodiscard]] bool advances() {
        const std::lock_guard lock(mutex_);
        return std::ranges::all_of(by_kind_, [](std::size_t count) { return count > 3; });
    }
    void count_anew() {
        const std::lock_guard lock(mutex_);
        by_kind_.fill(0);
    }
    // Once stopped.
    [[nodiscard]] const std::set<std::string>& request_ids() const { return acknowledged_; }

private:
    static constexpr std::size_t kinds = 4;
    using Call = std::function<Response(Load&)>;

    static std::vector<std::pair<std::size_t, Call>> calls() {
        return {
            {0, [](Load& l) { return l.world_.call(l.token_, "GET", "/apps"); }},
            {1, [](Load& l) { return l.world_.call(l.token_, "POST", "/apps/shop/cancel"); }},
            {2, [](Load& l) { return l.world_.api(l.token_, "GET", "/audit-logs?limit=1"); }},
            {3,
             [](Load& l) {
                 return l.world_.api(
                     admin_session, "PUT", "/settings/deploy-approvals",
                     R"({"deploy_approval_window_minutes":)" + std::to_string(30 + l.next_++ % 9) +
                         "}");
             }},
        };
    }
    void run(const std::pair<std::size_t, Call>& call) {
        while (!stop_) {
            const Response answer = call.second(*this);
            EXPECT_TRUE(answer.status == 200 || answer.status == 503)
                << call.first << ": " << answer.status << " " << answer.body;
            if (answer.status != 200) {
                ++refused_;
                continue;
            }
            const std::lock_guard lock(mutex_);
            ++by_kind_.at(call.first);
            acknowledged_.insert(answer.header("X-Request-ID"));
        }
    }

    World& world_;
    const std::string token_;
    std::vector<std::thread> callers_;
    std::atomic<bool> stop_ = false;
    std::atomic<std::size_t> refused_ = 0;
    std::atomic<int> next_ = 0;
    std::mutex mutex_;
    std::array<std::size_t, kinds> by_kind_{};
    std::set<std::string> acknowledged_;
};

class Failover : public testing::Test {
protected:
    Failover() : primary_("max_wal_senders = 4"), standby_(StandbyOf{primary_}) {
        Sql sql(primary_.dsn());
        sql.execute("alter system set synchronous_standby_names = '*'");
        sql.execute("select pg_reload_conf()");
        while (sql.value("select count(*) from pg_stat_replication where sync_state = 'sync'") !=
               "1") {
        }
        world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
        world_.environment["DATABASE_URL"] = both() + " target_session_attrs=read-write";
        world_.environment["DB_CONN_MAX_LIFETIME"] = "1s";  // connections are opened all the time
    }
    [[nodiscard]] std::string both() const {
        return "host=" + parameter(primary_, "host") + "," + parameter(standby_, "host") +
               " port=" + parameter(primary_, "port") + "," + parameter(standby_, "port") +
               " user=" + parameter(primary_, "user") + " dbname=postgres";
    }
    void start() {
        world_.start_gateway();
        token_ = world_.token("admin");
        Sql(primary_.dsn())
            .execute(
                "insert into user_sessions (user_id, token_hash, expires_at, absolute_expires_at,"
                " mfa_verified_at, recent_step_up_at, metadata) select id, encode(sha256('" +
                admin_session +
                "'), 'hex'), now() + '5 min', now() + '12 h', now(), now(),"
                " '{\"login_flow\":\"web\"}' from users where email = 'admin@example.com'");
    }
    void fail_over() {
        primary_.stop(StopMode::immediate);
        standby_.promote();
    }
    // The old primary starts again, and thinks that it still is one.
    void bring_the_old_primary_back() {
        primary_.start();
        Sql sql(primary_.dsn());
        sql.execute("alter system reset synchronous_standby_names");
        sql.execute("select pg_reload_conf()");
        ASSERT_EQ(sql.value("select pg_is_in_recovery()"), "false");
    }
    void expect_all_of(const Load& load) {
        std::set<std::string> recorded;
        for (std::string& id : Sql(standby_.dsn())
                                   .column("select distinct request_id from audit.audit_event"
                                           " where status = 'success'")) {
            recorded.insert(std::move(id));
        }
        for (const std::string& id : load.request_ids()) {
            EXPECT_TRUE(recorded.contains(id)) << id << " was acknowledged and is not in the log";
        }
    }
    static std::size_t times(const std::string& text, std::string_view part) {
        std::size_t count = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
            ++count;
        }
        return count;
    }
    void expect_the_log_whole() {
        const Ran verified = world_.verify();
        EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
    }

    PrivateCluster primary_;
    PrivateCluster standby_;
    World world_;
    std::string token_;
};

TEST_F(Failover, UnderLoadTheStandbyTakesOverAndNothingAcknowledgedIsLost) {
    start();
    const std::string other = world_.token("admin");
    {
        Load load(world_, token_);
        ASSERT_TRUE(eventually([&] { return load.advances(); }));
        fail_over();
        const auto promoted = Clock::now();
        load.count_anew();
        EXPECT_TRUE(eventually([&] { return load.advances(); })) << world_.gateway_log();
        std::cout << "every kind of call again "
                  << std::chrono::duration<double>(Clock::now() - promoted).count()
                  << " s after the promotion; " << load.acknowledged() << " acknowledged, "
                  << load.refused() << " refused\n";
        EXPECT_GT(load.refused(), 0U);
        load.stop();
        expect_all_of(load);
    }
    // What the rack was asked to change has its intent in the log, answered or not.
    const std::string intents = Sql(standby_.dsn())
                                    .value("select count(*) from audit.audit_event where action ="
                                           " 'app.cancel' and phase = 'intent'");
    EXPECT_LE(times(world_.rack_saw(), "/apps/shop/cancel"), std::stoul(intents));
    expect_the_log_whole();

    // It listens again, so a revocation acts on what it remembers and on what is open.
    EXPECT_TRUE(eventually([&] {
        return Sql(standby_.dsn())
                   .value("select count(*) from pg_locks where locktype = 'advisory'") == "1";
    }));
    EXPECT_EQ(times(world_.gateway_log(), "\"listening for changes\""), 2U);
    SocketClient session(world_.port(), "/api/v1/rack-proxy/apps/shop/processes/web-1/exec?",
                         {{"Authorization", basic(other)}, {"Command", "cat"}});
    ASSERT_EQ(session.status(), 101) << session.answer();
    Sql(standby_.dsn()).execute("delete from api_tokens where name = 'admin-2'");
    EXPECT_EQ(session.close_code(), 1008);
    EXPECT_EQ(world_.call(other, "GET", "/apps").status, 401);

    // Checkpoints go on: what is signed at the end includes what was before.
    world_.kill_gateway(SIGTERM);
    EXPECT_EQ(world_.wait_gateway(), 0);
    EXPECT_EQ(Sql(standby_.dsn())
                  .value("select h.next_index - (select max(tree_size) from audit.checkpoint)"
                         " from audit.head h"),
              "0");
    EXPECT_THAT(world_.gateway_log(), Not(HasSubstr("contradict")));
    expect_the_log_whole();
}

TEST_F(Failover, AnOldPrimaryThatComesBackIsNotUsedByAnybodyAndIsTold) {
    start();
    ASSERT_EQ(world_.call(token_, "GET", "/apps").status, 200);
    fail_over();
    ASSERT_TRUE(eventually([&] { return world_.call(token_, "GET", "/apps").status == 200; }));
    bring_the_old_primary_back();
    const std::string there_before = Sql(primary_.dsn()).value("select next_index from audit.head");

    // It is the first host of the connection string, and accepts writes.
    Load load(world_, token_);
    ASSERT_TRUE(eventually([&] { return load.advances(); }));
    world_.start_replica();  // which has seen no promotion
    const std::string made_meanwhile = world_.token("admin");
    EXPECT_EQ(world_.call(made_meanwhile, "GET", "/apps").status, 200);
    load.count_anew();
    ASSERT_TRUE(eventually([&] { return load.advances(); }));
    load.stop();
    EXPECT_EQ(load.refused(), 0U);
    expect_all_of(load);
    EXPECT_EQ(Sql(primary_.dsn()).value("select next_index from audit.head"), there_before);
    expect_the_log_whole();

    const Ran doctor = world_.run_gateway({"doctor"});
    EXPECT_EQ(doctor.status, 2);
    EXPECT_THAT(doctor.out,
                AllOf(HasSubstr("critical  hosts"), HasSubstr("primary of timeline 1"),
                      HasSubstr("primary of timeline 2"),
                      HasSubstr("accepts writes although another was promoted since")))
        << doctor.err;
    EXPECT_THAT(read_file(world_.directory() + "/replica0.err"),
                HasSubstr("an old primary accepts writes"));
}

// Somebody promotes the standby of a primary that still runs, and that the gateway still reaches.
TEST_F(Failover, APromotionWhileTheOldPrimaryServesMovesTheGatewayOver) {
    Sql(primary_.dsn()).execute("alter system reset synchronous_standby_names");
    start();
    ASSERT_EQ(world_.call(token_, "GET", "/apps").status, 200);
    Sql(primary_.dsn()).execute("select pg_reload_conf()");
    standby_.promote();
    EXPECT_TRUE(eventually([&] {
        return world_.call(token_, "GET", "/apps").status == 200 &&
               Sql(standby_.dsn())
                       .value("select count(*) from audit.audit_event where action = 'app.list'") !=
                   "1";
    })) << world_.gateway_log();
    EXPECT_THAT(world_.gateway_log(), HasSubstr("an old primary accepts writes"));
}

TEST_F(Failover, AStandbyIsRefusedInPlainWordsAndUsedOnceItIsPromoted) {
    world_.environment["DATABASE_URL"] = both();
    start();
    ASSERT_EQ(world_.call(token_, "GET", "/apps").status, 200);
    primary_.stop(StopMode::immediate);
    EXPECT_TRUE(eventually([&] { return world_.call(token_, "GET", "/apps").status == 503; }));
    EXPECT_TRUE(
        eventually([&] { return times(world_.gateway_log(), "connected to a standby") > 0; }))
        << world_.gateway_log();

    // A start that finds nothing else says so and ends.
    const Environment before = world_.environment;
    world_.environment["DATABASE_URL"] = standby_.dsn();
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{}, {"migrate"}, {"grant", "nobody"}}) {
        const Ran refused = world_.run_gateway(arguments);
        EXPECT_EQ(refused.status, 1);
        EXPECT_THAT(refused.err, AllOf(HasSubstr("connected to a standby"),
                                       HasSubstr("target_session_attrs=read-write")));
    }
    EXPECT_THAT(world_.run_gateway({"doctor"}).out, HasSubstr("this is a standby"));
    EXPECT_EQ(world_.verify().status, 0) << "reading is all it does";
    world_.environment = before;

    standby_.promote();
    EXPECT_TRUE(eventually([&] { return world_.call(token_, "GET", "/apps").status == 200; }))
        << world_.gateway_log();
    expect_the_log_whole();
}

}  // namespace
}  // namespace rgw::test
