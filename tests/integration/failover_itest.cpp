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
    Load(World& world, std::string token) : world_(world), token_(std::move(token)) {
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
    static constexpr std::size_t reading_the_log = 2;  // is no event itself
    static constexpr std::size_t changing_settings = 3;

    // While the settings cannot be read the strictest hold: everybody needs a second factor.
    static bool may_be_refused(std::size_t kind, const Response& answer) {
        return answer.status == 503 || (kind == changing_settings &&
                                        answer.header("X-Error-Code") == "mfa_enrollment_required");
    }
    using Call = std::function<Response(Load&)>;

    static std::vector<std::pair<std::size_t, Call>> calls() {
        return {
            {0, [](Load& l) { return l.world_.call(l.token_, "GET", "/apps"); }},
            {1, [](Load& l) { return l.world_.call(l.token_, "POST", "/apps/shop/cancel"); }},
            {reading_the_log,
             [](Load& l) { return l.world_.api(l.token_, "GET", "/audit-logs?limit=1"); }},
            {changing_settings,
             [](Load& l) {
                 return l.world_.api(admin_session, "PUT", "/settings/deploy-approvals",
                                     R"({"deploy_approval_window_minutes":)" +
                                         std::to_string(30 + l.next_++ % 9) + "}");
             }},
        };
    }
    void run(const std::pair<std::size_t, Call>& call) {
        while (!stop_) {
            const Response answer = call.second(*this);
            EXPECT_TRUE(answer.status == 200 || may_be_refused(call.first, answer))
                << call.first << ": " << answer.status << " " << answer.body;
            if (answer.status != 200) {
                ++refused_;
                continue;
            }
            const std::lock_guard lock(mutex_);
            ++by_kind_.at(call.first);
            if (call.first != reading_the_log) {
                acknowledged_.insert(answer.header("X-Request-ID"));
            }
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

    // It listens again, so a revocation acts on what it remembers and on what is open.
    void expect_that_a_revocation_acts(const std::string& token) {
        EXPECT_TRUE(eventually([&] {
            return Sql(standby_.dsn())
                       .value("select count(*) from pg_locks where locktype = 'advisory'") == "1";
        }));
        EXPECT_EQ(times(world_.gateway_log(), "\"listening for changes\""), 2U);
        SocketClient session(world_.port(), "/api/v1/rack-proxy/apps/shop/processes/web-1/exec?",
                             {{"Authorization", basic(token)}, {"Command", "cat"}});
        ASSERT_EQ(session.status(), 101) << session.answer();
        Sql(standby_.dsn()).execute("delete from api_tokens where name = 'admin-2'");
        EXPECT_EQ(session.close_code(), 1008);
        EXPECT_EQ(world_.call(token, "GET", "/apps").status, 401);
    }
    // Not by the gateway that saw the promotion, nor by one that starts now, nor by a sub-command;
    // though it is the first host of the connection string, and accepts writes.
    void expect_that_an_old_primary_is_not_used() {
        bring_the_old_primary_back();
        const std::string end_of_log = "select next_index from audit.head";
        const std::string there_before = Sql(primary_.dsn()).value(end_of_log);
        Load load(world_, token_);
        world_.start_replica();
        EXPECT_EQ(world_.call(world_.token("admin"), "GET", "/apps").status, 200);
        load.count_anew();
        EXPECT_TRUE(eventually([&] { return load.advances(); }));
        load.stop();
        EXPECT_EQ(load.refused(), 0U);
        expect_all_of(load);
        EXPECT_EQ(Sql(primary_.dsn()).value(end_of_log), there_before);
        const Ran doctor = world_.run_gateway({"doctor"});
        EXPECT_EQ(doctor.status, 2);
        EXPECT_THAT(doctor.out,
                    AllOf(HasSubstr("critical  hosts"), HasSubstr("primary of timeline 1"),
                          HasSubstr("primary of timeline 2"),
                          HasSubstr("accepts writes although another was promoted since")))
            << doctor.err;
        EXPECT_TRUE(eventually([&] {
            return times(read_file(world_.directory() + "/replica0.err"),
                         "an old primary accepts writes") > 0;
        }));
    }

    PrivateCluster primary_;
    PrivateCluster standby_;
    World world_;
    std::string token_;
};

TEST_F(Failover, UnderLoadNothingAcknowledgedIsLostAndAnOldPrimaryThatComesBackIsNotUsed) {
    start();
    const std::string other = world_.token("admin");
    {
        Load load(world_, token_);
        ASSERT_TRUE(eventually([&] { return load.advances(); }));
        primary_.stop(StopMode::immediate);
        standby_.promote();
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
                                    .value(
                                        "select count(*) from audit.audit_event where action ="
                                        " 'app.cancel' and phase = 'intent'");
    EXPECT_LE(times(world_.rack_saw(), "/apps/shop/cancel"), std::stoul(intents));
    expect_the_log_whole();
    expect_that_a_revocation_acts(other);
    expect_that_an_old_primary_is_not_used();

    // Checkpoints went on: what is signed at the end includes what was before the failover.
    world_.kill_gateway(SIGTERM);
    EXPECT_EQ(world_.wait_gateway(), 0);
    EXPECT_EQ(Sql(standby_.dsn())
                  .value("select (select max(tree_size) from audit.checkpoint) >= next_index - 10"
                         " from audit.head"),
              "true");
    EXPECT_THAT(world_.gateway_log(), Not(HasSubstr("contradict")));
    expect_the_log_whole();
}

// No target_session_attrs; and later somebody promotes the standby of a primary that still runs.
TEST_F(Failover, AStandbyIsRefusedInPlainWordsAndUsedOnceItIsPromoted) {
    Sql(primary_.dsn()).execute("alter system reset synchronous_standby_names");
    Sql(primary_.dsn()).execute("select pg_reload_conf()");
    world_.environment["DATABASE_URL"] = both();
    start();
    ASSERT_EQ(world_.call(token_, "GET", "/apps").status, 200);
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
    EXPECT_TRUE(eventually([&] { return world_.verify().status == 0; }))
        << "a standby is good enough for reading";
    world_.environment = before;

    primary_.stop(StopMode::immediate);
    EXPECT_TRUE(eventually([&] { return world_.call(token_, "GET", "/apps").status == 503; }));
    EXPECT_TRUE(eventually([&] {
        return times(world_.gateway_log(), "connected to a standby") > 0;
    })) << world_.gateway_log();
    primary_.start();
    EXPECT_TRUE(eventually([&] { return world_.call(token_, "GET", "/apps").status == 200; }));

    standby_.promote();
    const std::string count = "select count(*) from audit.audit_event where action = 'app.list'";
    const int listed = std::stoi(Sql(standby_.dsn()).value(count));
    EXPECT_TRUE(eventually([&] {
        (void)world_.call(token_, "GET", "/apps");
        return std::stoi(Sql(standby_.dsn()).value(count)) > listed;
    })) << world_.gateway_log();
    EXPECT_THAT(world_.gateway_log(), HasSubstr("an old primary accepts writes"));
}

}  // namespace
}  // namespace rgw::test
