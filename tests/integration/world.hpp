#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "http_client.hpp"
#include "process.hpp"
#include "support/postgres.hpp"

namespace rgw::test {

// An answer the rack gives instead of its own.
struct PlannedAnswer {
    int status = 200;
    Headers headers = {{"Content-Type", "application/json"}};
    std::string body;
    int after = 0;  // good ones before it
    bool chunked = false;
};

// The real programs on this machine: rack-gateway-api in front of rack-sim, with a database of its
// own on the tests' PostgreSQL. Everything stops when it is destroyed.
class World {
public:
    // Started without a gateway: start_gateway() does that.
    World();
    ~World();

    Environment
        environment;  // of the gateway and its sub-commands; change it before start_gateway()

    // Starts it and waits until it is ready; throws with its log when it does not come up.
    void start_gateway();
    // One more replica on the same database and rack; its port. Throws like start_gateway().
    std::uint16_t start_replica();
    // Starts one that is expected to fail; its exit status and output.
    [[nodiscard]] Ran run_gateway(std::vector<std::string> arguments);
    void kill_gateway(int signal);
    int wait_gateway();
    [[nodiscard]] Process& gateway() { return *gateway_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::uint16_t metrics_port() const { return metrics_port_; }

    // An API token made by `rack-gateway-api token create` for admin@example.com or
    // viewer@example.com.
    [[nodiscard]] std::string token(const std::string& role, std::vector<std::string> more = {});
    // The text of a session of that user, as a sign-in at `ago` would have made it, its second
    // factor shown then, and stepped up.
    [[nodiscard]] std::string session(const std::string& email, const std::string& ago = "0 s");
    // Below /api/v1, with a Bearer credential.
    [[nodiscard]] Response api(const std::string& credential, const std::string& method,
                               const std::string& path, std::string body = "",
                               Headers headers = {}) const;
    // Below the rack mount, with Basic credentials.
    [[nodiscard]] Response call(const std::string& token, const std::string& method,
                                const std::string& path, Headers headers = {},
                                std::string body = "");

    // Rows as psql prints them: one per line, columns separated by '|'. `calls` are the events
    // without those of making tokens on the host.
    [[nodiscard]] std::string sql(const std::string& query) const;
    void execute(const std::string& statements) const { (void)sql(statements); }
    // "action|status|phase|details" of the newest events, oldest first.
    [[nodiscard]] std::vector<std::string> events() const;
    [[nodiscard]] Ran verify();

    // The simulated rack's control side.
    [[nodiscard]] std::string rack_saw() const;
    void forget_rack_requests() const;
    void rack_fails_with(const std::string& kind, int count = 1) const;
    void rack_answers(const PlannedAnswer& answer) const;
    void stop_rack();
    // Starts it again on the same port, with a new self-signed certificate of its own: from then on
    // it speaks TLS only, and the control side above is not reachable.
    void restart_rack_with_new_certificate();
    // SHA-256 of that certificate, as the settings keep it: upper-case hex.
    [[nodiscard]] std::string rack_fingerprint() const;

    [[nodiscard]] std::string gateway_log() const { return read_file(directory_ + "/gateway.err"); }
    [[nodiscard]] std::string audit_lines() const { return read_file(directory_ + "/gateway.out"); }
    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] std::uint16_t rack_port() const { return rack_port_; }

    static constexpr const char* rack_password = "sim-rack-token-4711";
    static constexpr const char* audit_secret = "integration-audit-secret-0123456789abcdef";

private:
    void start_rack(const std::vector<std::string>& more = {});

    std::string directory_;
    TestDatabase database_;
    std::unique_ptr<Process> rack_;
    std::unique_ptr<Process> gateway_;
    std::vector<std::unique_ptr<Process>> replicas_;
    std::uint16_t rack_port_ = 0;
    std::uint16_t port_ = 0;
    std::uint16_t metrics_port_ = 0;
    int tokens_ = 0;
    int sessions_ = 0;
};

}  // namespace rgw::test
