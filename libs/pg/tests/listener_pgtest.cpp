#include "rgw/pg/listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "client.hpp"

namespace rgw::pg {
namespace {

using testing::Contains;
using testing::ElementsAre;

// A listener and what it said, in order: "up", "down", "channel payload".
class Heard {
public:
    explicit Heard(const std::string& dsn, std::optional<std::int64_t> key = std::nullopt)
        : listener_(
              loop_, ConnInfo::parse(dsn).value(), {{"rgw_changes", "Odd \"name"}, key},
              [this](std::string_view channel, std::string_view payload) {
                  say(std::string(channel) + " " + std::string(payload));
              },
              [this](bool listening) { say(listening ? "up" : "down"); }) {
        loop_.start();
        test::run_on(loop_, [this] { listener_.start(); });
    }
    ~Heard() { stop(); }
    Heard(const Heard&) = delete;
    Heard& operator=(const Heard&) = delete;

    void stop() { test::run(loop_, listener_.stop()); }
    std::vector<std::string> said() {
        const std::lock_guard lock(mutex_);
        return said_;
    }
    void wait_for(std::size_t count) {
        wait_until([&] { return said().size() >= count; });
    }
    bool listening() { return listener_.listening(); }

private:
    void say(std::string what) {
        const std::lock_guard lock(mutex_);
        said_.push_back(std::move(what));
    }
    std::mutex mutex_;
    std::vector<std::string> said_;
    async::Loop loop_{"database"};
    Listener listener_;
};

constexpr std::string_view end_listeners =
    "select pg_terminate_backend(pid, 20000) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid()"
    " and application_name = 'rack-gateway'";

class ListenerTest : public testing::Test {
protected:
    test::TestDatabase database_{test::Schema::empty};
    test::Sql sql_{test::with_parameter(database_.dsn(), "application_name", "test")};
};

TEST_F(ListenerTest, HearsEveryNotificationOfItsChannelsInOrder) {
    Heard heard(database_.dsn());
    heard.wait_for(1);
    sql_.execute("notify rgw_changes, 'users:7'");
    sql_.execute("notify other, 'not for us'");
    sql_.execute("notify \"Odd \"\"name\"");
    sql_.execute("begin; notify rgw_changes, 'a'; notify rgw_changes, 'b'; commit");
    heard.wait_for(5);
    EXPECT_THAT(heard.said(), ElementsAre("up", "rgw_changes users:7", "Odd \"name ",
                                          "rgw_changes a", "rgw_changes b"));
    EXPECT_TRUE(heard.listening());
}

TEST_F(ListenerTest, AfterALossItListensAgainAndSaysSoOnlyThen) {
    Heard heard(database_.dsn());
    heard.wait_for(1);
    for (std::size_t round = 1; round <= 3; ++round) {
        sql_.column(end_listeners);
        heard.wait_for(3 * round);  // "down", "up"
        sql_.execute("notify rgw_changes, 'again'");
        heard.wait_for(3 * round + 1);
        const std::vector<std::string> said = heard.said();
        EXPECT_EQ(said[3 * round - 2], "down");
        EXPECT_EQ(said[3 * round - 1], "up");
        EXPECT_EQ(said[3 * round], "rgw_changes again");
    }
}

TEST_F(ListenerTest, HoldsItsLivenessMarkAlsoAfterAReconnect) {
    constexpr std::int64_t key = -1234567890123456789;
    const std::string is_held =
        "select not pg_try_advisory_lock(-1234567890123456789)"
        " or not pg_advisory_unlock(-1234567890123456789)";
    Heard heard(database_.dsn(), key);
    heard.wait_for(1);
    EXPECT_EQ(sql_.value(is_held), "true");
    sql_.column(end_listeners);
    heard.wait_for(3);
    EXPECT_EQ(sql_.value(is_held), "true");
    heard.stop();
    wait_until([&] { return sql_.value(is_held) == "false"; });
}

TEST_F(ListenerTest, TakesItsMarkBackFromALostSessionOfItsOwn) {
    test::Sql lost(database_.dsn());
    lost.execute("select pg_advisory_lock(42)");
    Heard heard(database_.dsn(), 42);
    heard.wait_for(1);
    EXPECT_THROW(lost.execute("select 1"), std::runtime_error);
}

TEST_F(ListenerTest, StopsAtOnceAndSaysSo) {
    Heard heard(database_.dsn());
    heard.wait_for(1);
    heard.stop();
    EXPECT_FALSE(heard.listening());
    EXPECT_THAT(heard.said(), ElementsAre("up", "down"));
}

TEST(ListenerStart, KeepsTryingUntilTheServerIsThere) {
    test::PrivateCluster cluster;
    cluster.stop(test::StopMode::fast);
    Heard heard(cluster.dsn());
    EXPECT_FALSE(heard.listening());
    cluster.start();
    heard.wait_for(1);
    EXPECT_THAT(heard.said(), ElementsAre("up"));
    cluster.stop(test::StopMode::immediate);
    heard.wait_for(2);
    EXPECT_THAT(heard.said(), ElementsAre("up", "down"));
}

}  // namespace
}  // namespace rgw::pg
