#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "deploy/page.hpp"
#include "process.hpp"
#include "support/postgres.hpp"

namespace rgw::test {

// Somebody who follows docs/database-setup.md with a database server of his own: it speaks TLS, and
// asks for passwords over TCP. Real programs, real PostgreSQL; convox, docker and aws are
// tests/deploy/shim.sh.
class Operator {
public:
    Operator();
    ~Operator();
    Operator(const Operator&) = delete;
    Operator& operator=(const Operator&) = delete;

    Environment environment;  // of every command

    // What the page calls a host, a port or a password is put in its place first.
    [[nodiscard]] Ran run_shell(const std::string& text) const;
    [[nodiscard]] Ran run_sql(const std::string& text) const;  // as a superuser
    // The gateway's program, in that environment.
    [[nodiscard]] Ran run_gateway(std::vector<std::string> arguments,
                                  const Environment& with) const;
    [[nodiscard]] std::string substituted(std::string text) const;

    // As a superuser, in the gateway's database.
    [[nodiscard]] std::string value(const std::string& query) const;
    void execute(const std::string& statements) const;
    void recreate_database();
    void restart_database();
    // What was called of the shims, one a line.
    [[nodiscard]] std::string calls() const;
    [[nodiscard]] std::string url(const std::string& login) const;
    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] std::string superuser_dsn() const;

private:
    void make_directory();
    void speak_tls();

    std::string port_;
    PrivateCluster cluster_;
    std::string directory_;
    std::vector<std::pair<std::string, std::string>> substitutions_;
};

}  // namespace rgw::test
