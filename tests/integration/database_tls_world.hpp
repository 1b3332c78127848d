#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "world.hpp"

namespace rgw::test {

// Authorities and what they signed, as files that PostgreSQL and libpq take.
class Certificates {
public:
    Certificates();
    ~Certificates();
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

    // NAME.crt and NAME.key, for servers and clients alike; negative days: it has expired.
    void sign(const std::string& name, const std::string& subject, const std::string& authority,
              int days = 30) const;
    // The key of NAME, encrypted, as ENCRYPTED.key.
    void encrypt(const std::string& name, const std::string& encrypted,
                 const std::string& password) const;
    // What the server shows from its next reload on.
    void install(const std::string& name) const;
    [[nodiscard]] std::string file(const std::string& name) const { return folder_ + "/" + name; }

private:
    void shell(const std::string& script) const;
    std::string folder_;
};

// A server that speaks TLS, for several kinds of logins, and a gateway that does not know it yet.
class DatabaseTls : public testing::Test {
protected:
    static constexpr const char* password = "pass-word-4711";
    static constexpr const char* key_password = "key-word-4712";

    static void SetUpTestSuite();
    static void TearDownTestSuite() {
        cluster_.reset();
        certificates_.reset();
    }
    DatabaseTls() {
        world_.environment.erase("DATABASE_URL");
        show("server");
    }

    // The server shows another certificate to those who connect from now on.
    static void show(const std::string& name) {
        certificates_->install(name);
        Sql(cluster_->dsn()).execute("select pg_reload_conf()");
    }
    static void drop_connections() {
        Sql(cluster_->dsn())
            .execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where"
                " pid <> pg_backend_pid() and backend_type = 'client backend'");
    }
    static std::string url(const std::string& user, const std::string& parameters,
                           const std::string& host = "localhost", int port = port_) {
        return "postgres://" + user + ":" + password + "@" + host + ":" + std::to_string(port) +
               "/rack_gateway?connect_timeout=20&" + parameters;
    }
    static std::string root(const std::string& authority = "ca") {
        return "&sslrootcert=" + certificates_->file(authority + ".crt");
    }
    static std::string client_key(const std::string& key) {
        return "&sslcert=" + certificates_->file("client.crt") +
               "&sslkey=" + certificates_->file(key);
    }
    static std::string server_log() {
        return Sql(cluster_->dsn()).value("select pg_read_file('../server.log')");
    }

    static inline std::unique_ptr<Certificates> certificates_;
    static inline std::unique_ptr<PrivateCluster> cluster_;
    static inline int port_ = 0;
    World world_;
};

}  // namespace rgw::test
