#include "world.hpp"

#include <signal.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace rgw::test {
namespace {

const std::string gateway_program = std::string(RGW_BUILD_DIR) + "/apps/gateway/rack-gateway-api";
const std::string rack_program = std::string(RGW_BUILD_DIR) + "/apps/rack-sim/rack-sim";

std::string make_directory() {
    std::string path = std::filesystem::temp_directory_path() / "rgw-world-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
        throw std::runtime_error("mkdtemp failed");
    }
    return path;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

}  // namespace

World::World() : directory_(make_directory()), database_(Schema::empty) {
    start_rack();
    environment = {
        {"DATABASE_URL", database_.dsn()},
        {"RACK_HOST", "http://127.0.0.1:" + std::to_string(rack_port_)},
        {"RACK_TOKEN", rack_password},
        {"AUDIT_HMAC_SECRET", audit_secret},
        {"ADMIN_USERS", "admin@example.com"},
        {"VIEWER_USERS", "viewer@example.com"},
        {"LISTEN_ADDRESS", "127.0.0.1"},
        {"PORT", "0"},
        {"METRICS_PORT", "0"},
        {"RGW_PORT_FILE", directory_ + "/ports"},
    };
}

World::~World() {
    replicas_.clear();
    gateway_.reset();
    rack_.reset();
    std::filesystem::remove_all(directory_);
}

void World::start_rack(const std::vector<std::string>& more) {
    const std::string port_file = directory_ + "/rack.port";
    std::filesystem::remove(port_file);
    std::vector<std::string> command = {rack_program, "--port-file", port_file, "--password",
                                        rack_password};
    command.insert(command.end(), more.begin(), more.end());
    rack_ = std::make_unique<Process>(std::move(command), Environment{}, directory_ + "/rack.out",
                                      directory_ + "/rack.err");
    if (!eventually([&] { return std::filesystem::exists(port_file); })) {
        throw std::runtime_error("rack-sim did not start: " + read_file(directory_ + "/rack.err"));
    }
    rack_port_ = static_cast<std::uint16_t>(std::stoi(read_file(port_file)));
}

void World::start_gateway() {
    std::filesystem::remove(directory_ + "/ports");
    gateway_ = std::make_unique<Process>(std::vector<std::string>{gateway_program}, environment,
                                         directory_ + "/gateway.out", directory_ + "/gateway.err");
    const bool ready = eventually([&] {
        if (!gateway_->running()) {
            return true;
        }
        const std::vector<std::string> ports = lines_of(read_file(directory_ + "/ports"));
        if (ports.size() < 2) {
            return false;
        }
        port_ = static_cast<std::uint16_t>(std::stoi(ports[0]));
        metrics_port_ = static_cast<std::uint16_t>(std::stoi(ports[1]));
        return send_request(port_, {.target = "/api/v1/health/ready"}).status == 200;
    });
    if (!ready || !gateway_->running()) {
        throw std::runtime_error("the gateway did not become ready: " + gateway_log());
    }
}

std::uint16_t World::start_replica() {
    const std::string name = directory_ + "/replica" + std::to_string(replicas_.size());
    Environment own = environment;
    own["PORT"] = std::to_string(free_port());
    own["RGW_PORT_FILE"] = name + ".ports";
    replicas_.push_back(std::make_unique<Process>(std::vector<std::string>{gateway_program}, own,
                                                  name + ".out", name + ".err"));
    const auto port = static_cast<std::uint16_t>(std::stoi(own["PORT"]));
    const bool ready = eventually([&] {
        return !replicas_.back()->running() ||
               (!read_file(name + ".ports").empty() &&
                send_request(port, {.target = "/api/v1/health/ready"}).status == 200);
    });
    if (!ready || !replicas_.back()->running()) {
        throw std::runtime_error("the replica did not become ready: " + read_file(name + ".err"));
    }
    return port;
}

Ran World::run_gateway(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), gateway_program);
    return run(std::move(arguments), environment);
}

void World::kill_gateway(int signal) {
    gateway_->signal(signal);
}

int World::wait_gateway() {
    return gateway_->wait();
}

std::string World::token(const std::string& role, std::vector<std::string> more) {
    std::vector<std::string> arguments = {
        "token",   "create",
        "--email", role == "viewer" ? "viewer@example.com" : "admin@example.com",
        "--role",  role,
        "--name",  role + "-" + std::to_string(++tokens_)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ran ran = run_gateway(std::move(arguments));
    if (ran.status != 0) {
        throw std::runtime_error("token create failed: " + ran.err);
    }
    return ran.out.substr(0, ran.out.find('\n'));
}

std::string World::session(const std::string& email, const std::string& ago) {
    std::string text = "session-" + std::to_string(++sessions_);
    text.resize(43, 'x');
    const std::string made = sql(
        "insert into user_sessions (user_id, token_hash, channel, created_at, last_seen_at, "
        "expires_at, absolute_expires_at, mfa_verified_at, recent_step_up_at, metadata) select id, "
        "encode(sha256('" +
        text +
        "'), 'hex'), 'web', s.at, s.at, s.at + '5 min', s.at + '12 h', "
        "s.at, s.at, '{\"login_flow\":\"web\"}' from users, "
        "(select now() - interval '" +
        ago + "' as at) s where email = '" + email + "' returning id");
    if (made.empty()) {
        throw std::runtime_error("there is no user " + email);
    }
    return text;
}

Response World::api(const std::string& credential, const std::string& method,
                    const std::string& path, std::string body, Headers headers) const {
    headers.emplace_back("Authorization", "Bearer " + credential);
    return send_request(port_, {.method = method,
                                .target = "/api/v1" + path,
                                .headers = std::move(headers),
                                .body = std::move(body)});
}

Response World::call(const std::string& token, const std::string& method, const std::string& path,
                     Headers headers, std::string body) {
    headers.emplace_back("Authorization", basic(token));
    return send_request(port_, {.method = method,
                                .target = "/api/v1/rack-proxy" + path,
                                .headers = std::move(headers),
                                .body = std::move(body)});
}

std::string World::sql(const std::string& query) const {
    const bool reads = query.starts_with("select") && query.find(" calls") != std::string::npos;
    const std::string calls =
        "with calls as (select * from audit.audit_event where action_type <> 'tokens') ";
    const Ran ran = run({"/usr/bin/psql", "-X", "-v", "ON_ERROR_STOP=1", "-At", "-d",
                         database_.dsn(), "-c", reads ? calls + query : query},
                        {});
    if (ran.status != 0) {
        throw std::runtime_error("psql: " + ran.err);
    }
    return ran.out.empty() ? "" : ran.out.substr(0, ran.out.size() - 1);
}

std::vector<std::string> World::events() const {
    return lines_of(sql("select action, status, phase, details from calls order by chain_index"));
}

Ran World::verify() {
    return run_gateway({"audit", "verify"});
}

std::string World::rack_saw() const {
    return send_request(rack_port_, {.target = "/__sim/requests"}).body;
}

void World::forget_rack_requests() const {
    if (send_request(rack_port_, {.method = "DELETE", .target = "/__sim/requests"}).status != 200) {
        throw std::runtime_error("rack-sim does not answer");
    }
}

void World::rack_answers(const PlannedAnswer& answer) const {
    Headers headers;
    for (const auto& [name, value] : answer.headers) {
        headers.emplace_back("Answer-" + name, value);
    }
    const Request request{.method = "POST",
                          .target = "/__sim/answer?status=" + std::to_string(answer.status) +
                                    "&after=" + std::to_string(answer.after) +
                                    (answer.chunked ? "&kind=chunked" : ""),
                          .headers = std::move(headers),
                          .body = answer.body};
    if (send_request(rack_port_, request).status != 200) {
        throw std::runtime_error("rack-sim does not answer");
    }
}

void World::rack_fails_with(const std::string& kind, int count) const {
    const Request request{
        .method = "POST",
        .target = "/__sim/fault?kind=" + kind + "&count=" + std::to_string(count)};
    if (send_request(rack_port_, request).status != 200) {
        throw std::runtime_error("rack-sim does not answer");
    }
}

void World::stop_rack() {
    rack_.reset();
}

void World::restart_rack_with_new_certificate() {
    const std::string certificate = directory_ + "/rack.cert";
    const std::string key = directory_ + "/rack.key";
    const Ran made = run({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                          "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                          "/CN=rack.internal", "-keyout", key, "-out", certificate},
                         {});
    if (made.status != 0) {
        throw std::runtime_error("openssl: " + made.err);
    }
    stop_rack();
    start_rack({"--port", std::to_string(rack_port_), "--cert", certificate, "--key", key});
}

std::string World::rack_fingerprint() const {
    const Ran shown = run({"/usr/bin/openssl", "x509", "-in", directory_ + "/rack.cert", "-noout",
                           "-fingerprint", "-sha256"},
                          {});
    std::string digits = shown.out.substr(shown.out.find('=') + 1);
    std::erase_if(digits, [](char c) { return c == ':' || c == '\n'; });
    return digits;
}

}  // namespace rgw::test
