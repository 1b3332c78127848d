#include "support/postgres.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "rgw/migrations.hpp"
#include "rgw/pg/migrate.hpp"
#include "support/run.hpp"

namespace rgw::test {
namespace {

std::string read_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::string unique_name() {
    static std::atomic<int> count = 0;
    return "rgw_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

// Another set of migrations is another template.
std::string template_name() {
    std::string all;
    for (const pg::Migration& migration : migrations()) {
        all += migration.checksum;
    }
    return "rgw_template_" + std::to_string(std::hash<std::string>{}(all));
}

async::Task<Result<std::vector<std::string>>> apply_all(async::Loop& loop, pg::ConnInfo info) {
    Result<std::vector<std::string>> applied = co_await pg::migrate(loop, info, migrations());
    co_return applied;
}

void migrate_database(const std::string& dsn) {
    async::Loop loop("migrate");
    loop.start();
    const auto applied = run(loop, apply_all(loop, pg::ConnInfo::parse(dsn).value()));
    if (!applied) {
        throw std::runtime_error("migrating the template: " + describe(applied.error()));
    }
}

// Test programs run side by side: one makes the template, the others wait for it.
void ensure_template(Sql& server, const std::string& name) {
    constexpr std::string_view lock = "7272726";
    server.execute("set lock_timeout = '60s'; select pg_advisory_lock(" + std::string(lock) + ")");
    if (server.column("select 1 from pg_database where datname = '" + name + "'").empty()) {
        const std::string unfinished = name + "_unfinished";
        server.execute("drop database if exists " + unfinished);
        server.execute("create database " + unfinished);
        migrate_database(with_parameter(test_server_dsn(), "dbname", unfinished));
        server.execute("alter database " + unfinished + " rename to " + name);
    }
    server.execute("select pg_advisory_unlock(" + std::string(lock) + ")");
}

std::string quoted(const std::string& value) {
    std::string text = "'";
    for (const char c : value) {
        text += c == '\'' || c == '\\' ? "\\" : "";
        text += c;
    }
    return text + "'";
}

}  // namespace

std::string test_server_dsn() {
    if (const char* given = std::getenv("RGW_TEST_DATABASE_URL");
        given != nullptr && *given != '\0') {
        return given;
    }
    const char* directory = std::getenv("RGW_TEST_PG_DIR");
    const std::string dsn =
        directory != nullptr ? read_line(std::string(directory) + "/dsn") : std::string();
    if (dsn.empty()) {
        throw std::runtime_error(
            "no test database: run through ctest, or set RGW_TEST_DATABASE_URL");
    }
    return dsn;
}

std::string with_parameter(std::string_view dsn, std::string key, std::string value) {
    pg::ConnInfo info = pg::ConnInfo::parse(dsn).value();
    info.set(std::move(key), std::move(value));
    std::string text;
    for (const auto& [name, setting] : info.parameters()) {
        text += (text.empty() ? "" : " ") + name + "=" + quoted(setting);
    }
    return text;
}

int free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(probe, generic, length) != 0 || ::getsockname(probe, generic, &length) != 0) {
        ::close(probe);
        throw std::runtime_error("no free port");
    }
    ::close(probe);
    return ntohs(address.sin_port);
}

TestDatabase::TestDatabase(Schema schema) : name_(unique_name()) {
    const std::string server_dsn = test_server_dsn();
    dsn_ = with_parameter(server_dsn, "dbname", name_);
    Sql server(server_dsn);
    std::string create = "create database " + name_;
    if (schema == Schema::migrated) {
        const std::string source = template_name();
        ensure_template(server, source);
        create += " template " + source;
    }
    server.execute(create);
}

TestDatabase::~TestDatabase() {
    Sql server(test_server_dsn());
    server.execute("drop database if exists " + name_ + " with (force)");
}

PrivateCluster::PrivateCluster(std::string configuration)
    : configuration_(std::move(configuration)) {
    make_directory();
    start();
}

PrivateCluster::PrivateCluster(StandbyOf source) {
    make_directory();
    call("pg_cluster_standby \"$DIR\" \"" + source.primary.dsn() + "\"");
    start();
}

void PrivateCluster::make_directory() {
    std::string pattern = "/tmp/rgw-cluster.XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::runtime_error("no directory for a cluster");
    }
    directory_ = pattern;
    std::filesystem::permissions(directory_, std::filesystem::perms(0755));
}

PrivateCluster::~PrivateCluster() {
    call("pg_cluster_remove \"$DIR\"");
}

void PrivateCluster::start() {
    call("pg_cluster_start \"$DIR\" > \"$DIR/dsn\"");
    dsn_ = read_line(directory_ + "/dsn");
}

void PrivateCluster::stop(StopMode mode) {
    call(std::string("pg_cluster_stop \"$DIR\" ") +
         (mode == StopMode::fast ? "fast" : "immediate"));
}

void PrivateCluster::promote() {
    call("pg_cluster_promote \"$DIR\"");
}

void PrivateCluster::set_hba(std::string_view lines) {
    std::ofstream(directory_ + "/home/data/pg_hba.conf") << lines << '\n';
    stop(StopMode::fast);
    start();
}

void PrivateCluster::call(const std::string& command) const {
    std::ofstream(directory_ + "/command") << "source " RGW_POSTGRES_SH "\nDIR=" << directory_
                                           << "\nPG_CLUSTER_CONF=\"" << configuration_ << "\"\n"
                                           << command << "\n";
    if (std::system(("bash -e " + directory_ + "/command").c_str()) != 0) {
        throw std::runtime_error("cluster command failed: " + command);
    }
}

}  // namespace rgw::test
