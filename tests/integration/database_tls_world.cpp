#include "database_tls_world.hpp"

#include <stdlib.h>

#include <filesystem>

namespace rgw::test {

Certificates::Certificates() {
    folder_ = std::filesystem::temp_directory_path() / "rgw-certificates-XXXXXX";
    if (::mkdtemp(folder_.data()) == nullptr) {
        throw std::runtime_error("mkdtemp failed");
    }
    std::filesystem::permissions(folder_, std::filesystem::perms(0755));
    for (const char* authority : {"ca", "other_ca"}) {
        const std::string name = authority;
        shell(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "
            "/CN=" +
            name + " -keyout " + name + ".key -out " + name + ".crt");
    }
}

Certificates::~Certificates() {
    std::filesystem::remove_all(folder_);
}

void Certificates::sign(const std::string& name, const std::string& subject,
                        const std::string& authority, int days) const {
    shell("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + subject +
          " -addext subjectAltName=DNS:" + subject + " -keyout " + name + ".key -out request\n" +
          "openssl x509 -req -in request -copy_extensions copy -CA " + authority + ".crt -CAkey " +
          authority + ".key -CAcreateserial -days " + std::to_string(days) + " -out " + name +
          ".crt\nchmod 600 " + name + ".key");
}

void Certificates::encrypt(const std::string& name, const std::string& encrypted,
                           const std::string& password) const {
    shell("openssl pkcs8 -topk8 -in " + name + ".key -out " + encrypted +
          ".key -passout pass:" + password + "\nchmod 600 " + encrypted + ".key");
}

void Certificates::install(const std::string& name) const {
    // The key must be the server's own, which as root is another user.
    shell("cp " + name + ".crt shown.crt\ncp " + name +
          ".key shown.key\nif [ $(id -u) = 0 ]; then chown postgres shown.key; fi\n"
          "chmod 600 shown.key");
}

void Certificates::shell(const std::string& script) const {
    const Ran ran = run({"/bin/bash", "-c", "set -e\ncd " + folder_ + "\n" + script}, {});
    if (ran.status != 0) {
        throw std::runtime_error(script + ": " + ran.err);
    }
}

void DatabaseTls::SetUpTestSuite() {
    certificates_ = std::make_unique<Certificates>();
    certificates_->sign("server", "localhost", "ca");
    certificates_->sign("renewed", "localhost", "ca");
    certificates_->sign("expired", "localhost", "ca", -1);
    certificates_->sign("impostor", "localhost", "other_ca");
    certificates_->sign("client", "certified", "ca");
    certificates_->encrypt("client", "encrypted", key_password);
    certificates_->install("server");
    port_ = free_port();
    cluster_ = std::make_unique<PrivateCluster>(
        "listen_addresses = '127.0.0.1'\nport = " + std::to_string(port_) +
        "\nssl = on\nssl_cert_file = '" + certificates_->file("shown.crt") + "'\nssl_key_file = '" +
        certificates_->file("shown.key") + "'\nssl_ca_file = '" + certificates_->file("ca.crt") +
        "'");
    {
        Sql server(cluster_->dsn());
        server.execute("create role app login password 'pass-word-4711'");
        server.execute("create role secured login; create role certified login");
        server.execute("alter role secured password 'pass-word-4711'");
        // Its password on this server is another one, so that whoever sends it is refused.
        server.execute("create role clear login password 'not-the-password'");
        server.execute("create database rack_gateway owner app");
    }
    cluster_->set_hba(
        "local all all trust\n"
        "host all app all scram-sha-256\n"
        "hostssl all secured all scram-sha-256\n"
        "hostssl all clear all password\n"
        "hostssl all certified all cert");
}

}  // namespace rgw::test
