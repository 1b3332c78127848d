// What a session learns of its server, and the pool and the listener when another is promoted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "client.hpp"
#include "pool_fixture.hpp"
#include "rgw/pg/listener.hpp"
#include "rgw/pg/survey.hpp"

namespace rgw::pg {
namespace {

using testing::HasSubstr;

std::string parameter(const test::PrivateCluster& cluster, const std::string& key) {
    return ConnInfo::parse(cluster.dsn())->parameters().at(key);
}

std::string both(const test::PrivateCluster& first, const test::PrivateCluster& second) {
    return "host=" + parameter(first, "host") + "," + parameter(second, "host") +
           " port=" + parameter(first, "port") + "," + parameter(second, "port") +
           " user=" + parameter(first, "user") + " dbname=postgres";
}

const Statement where{"", "select current_setting('data_directory')"};

TEST(ServerStates, AreToldByPrimaryStandbyAndToALoginThatMaySeeLittle) {
    const test::PrivateCluster primary;
    test::Sql(primary.dsn()).execute("create role plain login");
    const test::PrivateCluster standby(test::StandbyOf{primary});
    Client there(primary.dsn());
    const ServerState state = (*there).server();
    EXPECT_GE(state.version, 140'000);
    EXPECT_FALSE(state.standby);
    EXPECT_FALSE(state.pooled);
    EXPECT_EQ(state.timeline, 1);
    ASSERT_TRUE(state.system);
    Client replica(standby.dsn());
    EXPECT_TRUE((*replica).server().standby);
    EXPECT_EQ((*replica).server().system, state.system);
    EXPECT_EQ((*replica).server().timeline, std::nullopt);

    test::Sql(primary.dsn()).execute("revoke execute on function pg_control_system() from public");
    Client plain(test::with_parameter(primary.dsn(), "user", "plain"));
    EXPECT_EQ((*plain).server().system, std::nullopt);
    EXPECT_FALSE((*plain).server().standby);
    EXPECT_EQ(plain.text("select 'still good'"), "still good");
}

TEST(Promotion, MovesThePoolAndTheListenerOverAndTheOldPrimaryIsLeftAlone) {
    const test::PrivateCluster primary;
    test::PrivateCluster standby(test::StandbyOf{primary});
    Fence fence;
    const std::string dsn = both(primary, standby);
    PoolUnderTest pool(dsn, {.max_open = 2, .fence = &fence});
    std::atomic<int> listened = 0;
    auto listener = std::make_unique<Listener>(
        pool.loop(), ConnInfo::parse(dsn).value(),
        Listener::Options{.channels = {"c"}, .instance_key = 7, .fence = &fence},
        [](std::string_view, std::string_view) {},
        [&listened](bool now) { listened += now ? 1 : 0; });
    test::run_on(pool.loop(), [&] { listener->start(); });
    wait_until([&] { return listened == 1; });
    const std::string first = pool.query(where).value()[0].get<std::string>(0);

    standby.promote();
    const std::vector<HostState> hosts =
        test::run(pool.loop(), survey_hosts(pool.loop(), ConnInfo::parse(dsn).value(), &fence));
    ASSERT_EQ(hosts.size(), 2U);
    EXPECT_EQ(hosts[0].server.timeline, 1);
    EXPECT_EQ(hosts[1].server.timeline, 2);
    EXPECT_EQ(old_primaries(hosts).at(0).host,
              parameter(primary, "host") + ":" + parameter(primary, "port"));
    // The very next call, though the old one is the first of the hosts and has a session at rest.
    EXPECT_NE(pool.query(where).value()[0].get<std::string>(0), first);
    wait_until([&] { return listened == 2; });
    EXPECT_EQ(
        test::Sql(standby.dsn()).value("select count(*) from pg_locks where locktype = 'advisory'"),
        "1");
    test::run(pool.loop(), listener->stop());
    test::run_on(pool.loop(), [&] { listener.reset(); });

    // Alone it is refused.
    PoolUnderTest alone(primary.dsn(), {.max_open = 1, .fence = &fence});
    const Result<Rows> refused = alone.query(where);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::database_unavailable);
    EXPECT_THAT(refused.error().detail, HasSubstr("old primary on timeline 1"));
    EXPECT_EQ(alone->stats().open, 0U);
}

}  // namespace
}  // namespace rgw::pg
