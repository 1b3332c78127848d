#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "client.hpp"

namespace rgw::pg {
namespace {

using testing::HasSubstr;
using testing::Not;

class Connect : public testing::Test {
protected:
    static void SetUpTestSuite() {
        port = std::to_string(test::free_port());
        cluster = std::make_unique<test::PrivateCluster>("listen_addresses = '127.0.0.1'\nport = " +
                                                         port);
        cluster_dsn = cluster->dsn();
        {
            test::Sql sql(cluster_dsn);
            sql.execute("create role app login password 'hunter2'");
            sql.execute("create database gateway owner app");
        }
        cluster->set_hba("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256");
    }
    static void TearDownTestSuite() { cluster.reset(); }

    static std::unique_ptr<test::PrivateCluster> cluster;
    static std::string cluster_dsn;
    static std::string port;
};

std::unique_ptr<test::PrivateCluster> Connect::cluster;
std::string Connect::cluster_dsn;
std::string Connect::port;

TEST_F(Connect, EveryFormOfConnectionStringConnects) {
    const std::string dead = std::to_string(test::free_port());
    const std::string socket = ConnInfo::parse(cluster_dsn)->parameters().at("host");
    const std::string forms[] = {
        "postgres://app:hunter2@127.0.0.1:" + port + "/gateway",
        "postgresql://app:hunter2@localhost:" + port + "/gateway?sslmode=prefer",
        "host=localhost port=" + port + " user=app password=hunter2 dbname=gateway",
        "host=localhost hostaddr=127.0.0.1 port=" + port +
            " user=app password=hunter2 dbname=gateway",
        "postgres://app:hunter2@127.0.0.1:" + dead + ",localhost:" + port + "/gateway",
        "postgres://app:hunter2@no-such-host.invalid:" + port + ",127.0.0.1:" + port + "/gateway",
        "postgres://app:hunter2@127.0.0.1:" + port + "/gateway?target_session_attrs=read-write",
        "host=" + socket + " port=" + port + " user=app dbname=gateway",
        "host=" + socket + ",localhost port=" + port + " user=app password=hunter2 dbname=gateway",
    };
    for (const std::string& dsn : forms) {
        Client client(dsn);
        EXPECT_EQ(client.text("select current_user || '@' || current_database()"), "app@gateway")
            << dsn;
    }
}

TEST_F(Connect, ThePgVariablesAloneAreEnough) {
    const std::pair<const char*, std::string> variables[] = {{"PGHOST", "localhost"},
                                                             {"PGPORT", port},
                                                             {"PGUSER", "app"},
                                                             {"PGPASSWORD", "hunter2"},
                                                             {"PGDATABASE", "gateway"}};
    for (const auto& [name, value] : variables) {
        ::setenv(name, value.c_str(), 1);
    }
    Client client("");
    EXPECT_EQ(client.text("select current_user || '@' || current_database()"), "app@gateway");
    for (const auto& [name, value] : variables) {
        ::unsetenv(name);
    }
}

TEST_F(Connect, AServiceFileNamedInTheConnectionStringIsFollowed) {
    const std::string path = "/tmp/rgw-service-" + port;
    FILE* file = std::fopen(path.c_str(), "w");
    std::fprintf(file,
                 "[gateway]\nhost=localhost\nport=%s\nuser=app\npassword=hunter2\ndbname=gateway\n",
                 port.c_str());
    std::fclose(file);
    ::setenv("PGSERVICEFILE", path.c_str(), 1);
    Client client("service=gateway");
    EXPECT_EQ(client.text("select current_user || '@' || current_database()"), "app@gateway");
    EXPECT_EQ(ConnInfo::parse("service=gateway")->shown(),
              "postgres://app@localhost:" + port + "/gateway");
    ::unsetenv("PGSERVICEFILE");
    ::unlink(path.c_str());
}

TEST_F(Connect, TheSessionHasItsNameItsTimeoutsAndThePublicSchema) {
    Client plain(cluster_dsn);
    EXPECT_EQ(plain.text("show application_name"), "rack-gateway");
    EXPECT_EQ(plain.text("show statement_timeout"), "30s");
    EXPECT_EQ(plain.text("show lock_timeout"), "5s");
    EXPECT_EQ(plain.text("show search_path"), "public");
    EXPECT_EQ(plain.text("show client_encoding"), "UTF8");
    Client own(test::with_parameter(test::with_parameter(cluster_dsn, "application_name", "mine"),
                                    "options", "-c statement_timeout=7s"));
    EXPECT_EQ(own.text("show application_name"), "mine");
    EXPECT_EQ(own.text("show statement_timeout"), "7s");
    EXPECT_EQ(own.text("show lock_timeout"), "5s");
}

TEST_F(Connect, ARefusalNamesHostPortAndReasonButNeverThePassword) {
    const std::string dead = std::to_string(test::free_port());
    struct Case {
        std::string dsn;
        std::string_view says;
    };
    const Case cases[] = {
        {"postgres://app:swordfish@127.0.0.1:" + port + "/gateway",
         "password authentication failed"},
        {"postgres://app:swordfish@127.0.0.1:" + dead + "/gateway", dead},
        {"postgres://app:swordfish@no-such-host.invalid/gateway", "no-such-host.invalid"},
        {"postgres://app:hunter2@127.0.0.1:" + port + "/nowhere", "\"nowhere\" does not exist"},
        {"postgres://app:hunter2@127.0.0.1:" + port + "/gateway?sslmode=require", "SSL"},
        {"postgres://app:swordfish@127.0.0.1:" + port + "/gateway?sslmode=maybe", "sslmode"},
    };
    for (const Case& c : cases) {
        const Result<void> refused = try_connect(ConnInfo::parse(c.dsn).value());
        ASSERT_FALSE(refused) << c.dsn;
        EXPECT_EQ(refused.error().code, Errc::database_unavailable) << c.dsn;
        EXPECT_THAT(refused.error().detail, HasSubstr(std::string(c.says)));
        EXPECT_THAT(refused.error().detail, Not(HasSubstr("swordfish")));
        EXPECT_THAT(refused.error().detail, Not(HasSubstr("hunter2")));
    }
}

// Accepts connections into its backlog and never says a word.
struct SilentServer {
    SilentServer() : descriptor(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(descriptor, generic, length), 0);
        EXPECT_EQ(::listen(descriptor, 16), 0);
        ::getsockname(descriptor, generic, &length);
        port = ntohs(address.sin_port);
    }
    ~SilentServer() { ::close(descriptor); }
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;
    int descriptor;
    int port = 0;
};

TEST_F(Connect, AServerThatNeverAnswersEndsWithATimeout) {
    const SilentServer silent;
    const Result<void> refused = try_connect(
        ConnInfo::parse("postgres://app@127.0.0.1:" + std::to_string(silent.port) + "/x").value(),
        50ms);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::database_timeout);
}

}  // namespace
}  // namespace rgw::pg
