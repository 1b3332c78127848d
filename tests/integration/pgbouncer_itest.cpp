// A connection pooler between the gateway and PostgreSQL: a real PgBouncer in each of its modes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "socket_client.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// In front of the tests' PostgreSQL, on a socket of its own. It refuses to run as root.
class PgBouncer {
public:
    explicit PgBouncer(const std::string& settings) {
        if (::mkdtemp(folder_.data()) == nullptr) {
            throw std::runtime_error("no folder for PgBouncer");
        }
        const auto server = pg::ConnInfo::parse(test_server_dsn())->parameters();
        std::ofstream(folder_ + "/users") << "\"" << server.at("user") << "\" \"\"\n";
        std::ofstream(ini()) << "[databases]\n* = host=" << server.at("host")
                             << " port=" << server.at("port")
                             << "\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\n"
                             << "unix_socket_dir = " << folder_ << "\nauth_type = trust\n"
                             << "auth_file = " << folder_ << "/users\ndefault_pool_size = 40\n"
                             << settings << "\n";
        std::filesystem::permissions(folder_, std::filesystem::perms(0777));
        start();
    }
    ~PgBouncer() {
        process_.reset();
        std::filesystem::remove_all(folder_);
    }
    PgBouncer(const PgBouncer&) = delete;
    PgBouncer& operator=(const PgBouncer&) = delete;

    void start() {
        std::vector<std::string> command = {"/usr/sbin/pgbouncer", ini()};
        if (::geteuid() == 0) {
            command.insert(command.begin(), {"/usr/bin/setpriv", "--reuid", "postgres", "--regid",
                                             "postgres", "--clear-groups", "--"});
        }
        process_ = std::make_unique<Process>(std::move(command), Environment{}, folder_ + "/out",
                                             folder_ + "/log");
        if (!eventually([&] { return std::filesystem::exists(socket()); })) {
            throw std::runtime_error("PgBouncer did not start: " + read_file(folder_ + "/log"));
        }
    }
    void stop() {
        process_->signal(SIGTERM);
        process_->wait();
        std::filesystem::remove(socket());
    }
    // The same database through it.
    [[nodiscard]] std::string dsn(const std::string& direct) const {
        return with_parameter(with_parameter(direct, "host", folder_), "port", "6432");
    }

private:
    [[nodiscard]] std::string ini() const { return folder_ + "/pgbouncer.ini"; }
    [[nodiscard]] std::string socket() const { return folder_ + "/.s.PGSQL.6432"; }

    std::string folder_ = "/tmp/rgw-pgbouncer.XXXXXX";
    std::unique_ptr<Process> process_;
};

TEST(PgBouncer, ByTheSessionEverythingWorksAndARestartIsSurvived) {
    PgBouncer pooler("pool_mode = session\nignore_startup_parameters = options");
    World world;
    world.environment["DATABASE_URL"] = pooler.dsn(world.environment["DATABASE_URL"]);
    world.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world.start_gateway();
    const std::string token = world.token("admin");
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/cancel").status, 200);
    EXPECT_THAT(world.run_gateway({"doctor"}).out,
                HasSubstr("ok        pooler         one is in between, and pools by session"));
    // What the pooler dropped from the start of the connection is set all the same.
    Sql sql(world.environment["DATABASE_URL"]);
    EXPECT_EQ(sql.value("select concat_ws(' ', current_setting('statement_timeout'),"
                        " current_setting('lock_timeout'), current_setting('search_path'),"
                        " current_setting('jit'))"),
              "30s 5s public off");

    pooler.stop();
    EXPECT_TRUE(eventually([&] { return world.call(token, "GET", "/apps").status == 503; }));
    pooler.start();
    EXPECT_TRUE(eventually([&] { return world.call(token, "GET", "/apps").status == 200; }));
    const std::string other = world.token("admin");
    EXPECT_TRUE(eventually([&] {
        return world.sql(
                   "select count(*) from pg_locks where locktype = 'advisory' and database ="
                   " (select oid from pg_database where datname = current_database())") == "1";
    })) << "it listens again";
    SocketClient session(world.port(), "/api/v1/rack-proxy/apps/shop/processes/web-1/exec?",
                         {{"Authorization", basic(other)}, {"Command", "cat"}});
    ASSERT_EQ(session.status(), 101) << session.answer();
    world.execute("delete from api_tokens where name = 'admin-2'");
    EXPECT_EQ(session.close_code(), 1008);
    EXPECT_EQ(world.verify().status, 0);
}

// Nothing may be done through a pooler that gives each transaction another session.
TEST(PgBouncer, ByTheTransactionOrStatementIsRefusedWithWhatToChange) {
    for (const char* mode : {"pool_mode = transaction", "pool_mode = statement",
                             "pool_mode = transaction\nserver_round_robin = 1"}) {
        const PgBouncer pooler(std::string(mode) + "\nignore_startup_parameters = options");
        World world;
        world.environment["DATABASE_URL"] = pooler.dsn(world.environment["DATABASE_URL"]);
        {
            // Others are there too, so that there is more than one session to be given.
            std::vector<std::unique_ptr<Sql>> others;
            std::vector<std::thread> busy;
            for (int i = 0; i < 4; ++i) {
                others.push_back(std::make_unique<Sql>(world.environment["DATABASE_URL"]));
                busy.emplace_back(
                    [&others, i] { (void)others[i]->value("select pg_sleep(0.2) is null"); });
            }
            for (std::thread& each : busy) {
                each.join();
            }
        }
        for (const std::vector<std::string>& arguments :
             {std::vector<std::string>{},
              {"migrate"},
              {"token", "create", "--email", "admin@example.com", "--role", "admin", "--name",
               "x"}}) {
            const Ran refused = world.run_gateway(arguments);
            EXPECT_EQ(refused.status, 1) << mode;
            EXPECT_THAT(refused.err, HasSubstr("pool_mode = session")) << mode;
        }
        EXPECT_EQ(world.sql("select count(*) from pg_tables where schemaname = 'public'"), "0");
        const Ran doctor = world.run_gateway({"doctor"});
        EXPECT_EQ(doctor.status, 2);
        EXPECT_THAT(doctor.out,
                    AllOf(HasSubstr("critical  pooler"), HasSubstr("pool_mode = session")));
    }
}

TEST(PgBouncer, OneThatRefusesOurParametersSaysWhich) {
    const PgBouncer pooler("pool_mode = session");
    World world;
    world.environment["DATABASE_URL"] = pooler.dsn(world.environment["DATABASE_URL"]);
    EXPECT_THAT(world.run_gateway({}).err, HasSubstr("unsupported startup parameter: options"));
}

}  // namespace
}  // namespace rgw::test
