#include "deploy/operator.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace rgw::test {
namespace {

namespace fs = std::filesystem;

const std::string project = RGW_PROJECT_DIR;
const std::string gateway_program = std::string(RGW_BUILD_DIR) + "/apps/gateway/rack-gateway-api";

std::string on_tcp(const std::string& port) {
    return "listen_addresses = 'localhost'\nport = " + port;
}

}  // namespace

Operator::Operator() : port_(std::to_string(free_port())), cluster_(on_tcp(port_)) {
    // The names the page uses.
    substitutions_ = {{"db1.example.com,db2.example.com:5432", "localhost:" + port_},
                      {"@host:5432", "@localhost:" + port_},
                      {"@localhost:5432", "@localhost:" + port_},
                      {"user:pass@", "user:password@"},
                      {"/db?", "/rack_gateway?"},
                      {"database.example.com", "localhost"},
                      {"PGPORT=5432", "PGPORT=" + port_}};
    Sql(cluster_.dsn())
        .execute(
            "create role \"user\" login password 'password';"
            "create role rack_gateway login password 'your-password'");
    speak_tls();
    make_directory();
    recreate_database();
    environment = {{"PATH", directory_ + "/bin:/usr/local/bin:/usr/bin:/bin"},
                   {"DATABASE_URL", url("rack_gateway:your-password")},
                   {"PGHOST", "localhost"},
                   {"PGPORT", port_},
                   {"PGUSER", "rack_gateway"},
                   {"PGPASSWORD", "your-password"},
                   {"PGDATABASE", "rack_gateway"},
                   {"PGSSLROOTCERT", directory_ + "/server.crt"},
                   {"SHIM_CALLS", directory_ + "/calls"},
                   {"SETTINGS_PAGE", project + "/docs/settings.md"},
                   {"GATEWAY_LOG", directory_ + "/gateway.log"}};
}

Operator::~Operator() {
    fs::remove_all(directory_);
}

// The server makes its certificate itself, as its key must be its own.
void Operator::speak_tls() {
    Sql server(cluster_.dsn());
    server.execute(
        "copy (select 1) to program 'openssl req -x509 -newkey ec -pkeyopt "
        "ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext "
        "subjectAltName=DNS:localhost -keyout server.key -out server.crt 2>/dev/null'");
    server.execute("alter system set ssl = on");
    const std::string user = server.value("select current_user");
    cluster_.set_hba("local all " + user + " trust\nhost all all all scram-sha-256");
}

// A directory to work in, as the repository's root looks to the page, and what is on the PATH.
void Operator::make_directory() {
    std::string pattern = fs::temp_directory_path() / "rgw-operator-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::runtime_error("mkdtemp failed");
    }
    directory_ = pattern;
    fs::create_directories(directory_ + "/bin");
    fs::create_directory_symlink(project + "/packaging", directory_ + "/packaging");
    fs::create_symlink(gateway_program, directory_ + "/bin/rack-gateway-api");
    for (const char* tool : {"convox", "docker", "aws"}) {
        fs::create_symlink(project + "/tests/deploy/shim.sh", directory_ + "/bin/" + tool);
    }
    std::ofstream(directory_ + "/calls") << "";
    std::ofstream(directory_ + "/server.crt")
        << Sql(cluster_.dsn()).value("select pg_read_file('server.crt')");
}

std::string Operator::superuser_dsn() const {
    return with_parameter(cluster_.dsn(), "dbname", "rack_gateway");
}

std::string Operator::url(const std::string& login) const {
    return "postgres://" + login + "@localhost:" + port_ + "/rack_gateway";
}

std::string Operator::substituted(std::string text) const {
    for (const auto& [from, to] : substitutions_) {
        for (std::size_t at = text.find(from); at != std::string::npos;
             at = text.find(from, at + to.size())) {
            text.replace(at, from.size(), to);
        }
    }
    return text;
}

Ran Operator::run_shell(const std::string& text) const {
    const std::string script = "set -euo pipefail\ncd " + directory_ + "\n" + substituted(text);
    return run({"/bin/bash", "-c", script}, environment);
}

Ran Operator::run_sql(const std::string& text) const {
    const std::string file = directory_ + "/script.sql";
    std::ofstream(file) << text;
    return run({"/usr/bin/psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", superuser_dsn(), "-f", file},
               {});
}

Ran Operator::run_gateway(std::vector<std::string> arguments, const Environment& with) const {
    arguments.insert(arguments.begin(), gateway_program);
    return run(std::move(arguments), with);
}

std::string Operator::value(const std::string& query) const {
    return Sql(superuser_dsn()).value(query);
}

void Operator::execute(const std::string& statements) const {
    Sql(superuser_dsn()).execute(statements);
}

void Operator::recreate_database() {
    Sql server(cluster_.dsn());
    server.execute("drop database if exists rack_gateway with (force)");
    server.execute("create database rack_gateway owner rack_gateway");
}

void Operator::restart_database() {
    cluster_.stop(StopMode::fast);
    cluster_.start();
}

std::string Operator::calls() const {
    return read_file(directory_ + "/calls");
}

}  // namespace rgw::test
