#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "socket_client.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// While the log cannot be written: calls of every kind get 503, the rack hears of no change, and
// the gateway says that it is not ready.
void expect_that_nothing_happens(World& world, const std::string& token) {
    world.forget_rack_requests();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(world.call(token, "GET", "/apps").status, 503);
        EXPECT_EQ(world.call(token, "POST", "/apps/shop/cancel").status, 503);
        const SocketClient session(world.port(),
                                   "/api/v1/rack-proxy/apps/shop/processes/web-1/exec",
                                   {{"Authorization", basic(token)}, {"Command", "id"}});
        EXPECT_EQ(session.status(), 503);
    }
    EXPECT_THAT(world.rack_saw(), AllOf(Not(HasSubstr("POST")), Not(HasSubstr("exec"))));
    EXPECT_EQ(send_request(world.port(), {.target = "/api/v1/health"}).status, 200);
    EXPECT_TRUE(eventually([&] {
        return send_request(world.port(), {.target = "/api/v1/health/ready"}).status == 503;
    }));
}

void expect_recovery(World& world, const std::string& token) {
    EXPECT_TRUE(
        eventually([&] { return world.call(token, "POST", "/apps/shop/cancel").status == 200; }));
    EXPECT_TRUE(eventually([&] {
        return send_request(world.port(), {.target = "/api/v1/health/ready"}).status == 200;
    }));
    EXPECT_EQ(world.verify().status, 0);
}

// A file system of a few megabytes, and what fills it. Mounting one needs root.
class SmallDisk {
public:
    SmallDisk() {
        if (::mkdtemp(root_.data()) == nullptr ||
            ::mount("tmpfs", root_.c_str(), "tmpfs", 0, "size=32m,mode=0777") != 0) {
            throw std::runtime_error("this test mounts a small tmpfs, which only root may");
        }
        ::mkdir(folder().c_str(), 0700);
        const std::string owner = "chown postgres " + folder();
        if (std::system(owner.c_str()) != 0) {
            throw std::runtime_error(owner);
        }
    }
    ~SmallDisk() {
        ::umount2(root_.c_str(), MNT_DETACH);
        ::rmdir(root_.c_str());
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    [[nodiscard]] std::string folder() const { return root_ + "/tablespace"; }
    void fill() const {
        std::ofstream ballast(root_ + "/ballast", std::ios::binary);
        const std::string block(4096, 'x');
        while (ballast.write(block.data(), 4096).flush()) {
        }
    }
    void free() const { ::unlink((root_ + "/ballast").c_str()); }

private:
    std::string root_ = "/tmp/rgw-small-disk-XXXXXX";
};

TEST(Outage, ARackThatIsDownIs502WithoutItsAddress) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    world.stop_rack();
    const Response read = world.call(token, "GET", "/apps");
    EXPECT_EQ(read.status, 502);
    EXPECT_EQ(read.header("X-Error-Code"), "rack_unreachable");
    EXPECT_THAT(read.body, AllOf(Not(HasSubstr("127.0.0.1")),
                                 Not(HasSubstr(std::to_string(world.rack_port()))),
                                 HasSubstr(read.header("X-Request-ID"))));
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/cancel").status, 502);
    EXPECT_THAT(
        world.events(),
        ElementsAre(AllOf(HasSubstr("app.list|error|single|"), HasSubstr("rack_unreachable")),
                    HasSubstr("app.cancel|pending|intent|"),
                    AllOf(HasSubstr("app.cancel|error|outcome|"), HasSubstr("rack_unreachable"))));
}

TEST(Outage, ASlowRackIs504AndWhatItDidIsUnknown) {
    World world;
    world.environment["RACK_READ_TIMEOUT"] = "1s";
    world.environment["RACK_ACTION_TIMEOUT"] = "1s";
    world.start_gateway();
    const std::string token = world.token("admin");
    world.rack_fails_with("hang", 2);
    EXPECT_EQ(world.call(token, "GET", "/apps").status, 504);
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/cancel").status, 504);
    EXPECT_THAT(world.events(),
                ElementsAre(HasSubstr("app.list|unknown|single|"), HasSubstr("|pending|intent|"),
                            AllOf(HasSubstr("|unknown|outcome|"), HasSubstr("rack_timeout"))));
}

TEST(Outage, ARackThatHangsUpOrCutsItsAnswerIsNeverAWholeAnswer) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    world.rack_fails_with("close");
    EXPECT_EQ(world.call(token, "GET", "/apps").status, 502);
    world.rack_fails_with("cut");
    const Response cut = world.call(token, "GET", "/apps");
    EXPECT_TRUE(cut.status == 0 || cut.status == 502) << cut.status;
    EXPECT_EQ(world.verify().status, 0);
}

TEST(Outage, ARackThatRefusesOurCredentialIsNotTheCallersFault) {
    World world;
    world.environment["RACK_TOKEN"] = "a-wrong-rack-token";
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response answer = world.call(token, "GET", "/apps");
    EXPECT_EQ(answer.status, 502);
    EXPECT_EQ(answer.header("X-Error-Code"), "rack_credential_refused");
}

TEST(Outage, WhileTheDatabaseCannotCommitNothingHappensAndAfterwardsEverythingDoes) {
    PrivateCluster cluster;
    World world;
    world.environment["DATABASE_URL"] = cluster.dsn();
    world.start_gateway();
    const std::string token = world.token("admin");
    ASSERT_EQ(world.call(token, "GET", "/apps").status, 200);
    cluster.stop(StopMode::immediate);
    expect_that_nothing_happens(world, token);
    cluster.start();
    expect_recovery(world, token);
}

TEST(Outage, AReadOnlyDatabaseIsNoDifferent) {
    PrivateCluster cluster;
    World world;
    world.environment["DATABASE_URL"] = cluster.dsn();
    world.start_gateway();
    const std::string token = world.token("admin");
    ASSERT_EQ(world.call(token, "GET", "/apps").status, 200);
    Sql operators(cluster.dsn());
    operators.execute("alter system set default_transaction_read_only = on");
    operators.execute("select pg_reload_conf()");
    EXPECT_TRUE(eventually([&] { return world.call(token, "GET", "/apps").status == 503; }));
    expect_that_nothing_happens(world, token);
    operators.execute("alter system reset default_transaction_read_only");
    operators.execute("select pg_reload_conf()");
    expect_recovery(world, token);
}

TEST(Outage, AFullDiskIsNoDifferent) {
    SmallDisk disk;
    PrivateCluster cluster;
    Sql operators(cluster.dsn());
    operators.execute("create tablespace small location '" + disk.folder() + "'");
    operators.execute("create database full_disk tablespace small");
    World world;
    world.environment["DATABASE_URL"] = with_parameter(cluster.dsn(), "dbname", "full_disk");
    world.start_gateway();
    const std::string token = world.token("admin");
    ASSERT_EQ(world.call(token, "GET", "/apps").status, 200);
    disk.fill();
    for (int calls = 0; world.call(token, "GET", "/apps").status == 200; ++calls) {
        ASSERT_LT(calls, 2000) << "the disk is not full";
    }
    expect_that_nothing_happens(world, token);
    disk.free();
    expect_recovery(world, token);
}

TEST(Outage, ARestartUnderLoadLosesNoAcknowledgedCall) {
    PrivateCluster cluster;
    World world;
    world.environment["DATABASE_URL"] = cluster.dsn();
    world.start_gateway();
    const std::string token = world.token("admin");
    std::atomic<bool> stop = false;
    std::atomic<int> acknowledged = 0;
    std::vector<std::thread> callers;
    callers.reserve(4);
    for (int i = 0; i < 4; ++i) {
        callers.emplace_back([&] {
            while (!stop) {
                const int status = world.call(token, "GET", "/apps").status;
                acknowledged += status == 200 ? 1 : 0;
                EXPECT_TRUE(status == 200 || status == 503) << status;
            }
        });
    }
    EXPECT_TRUE(eventually([&] { return acknowledged > 20; }));
    cluster.stop(StopMode::fast);
    cluster.start();
    const int before = acknowledged;
    EXPECT_TRUE(eventually([&] { return acknowledged > before + 20; }));
    stop = true;
    for (std::thread& caller : callers) {
        caller.join();
    }
    const Ran count = run({"/usr/bin/psql", "-X", "-At", "-d", cluster.dsn(), "-c",
                           "select count(*) from audit.audit_event where status = 'success'"},
                          {});
    EXPECT_GE(std::stoi(count.out), acknowledged);
    EXPECT_EQ(world.verify().status, 0);
}

}  // namespace
}  // namespace rgw::test
