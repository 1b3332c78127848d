#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>
#include <vector>

#include "rgw/access/role.hpp"
#include "rgw/api/live_sessions.hpp"
#include "rgw/api/metrics.hpp"
#include "rgw/api/pipeline.hpp"
#include "rgw/api/policy_keeper.hpp"
#include "rgw/api/rate_limiter.hpp"
#include "rgw/api/readiness.hpp"
#include "rgw/api/refusal_meter.hpp"
#include "rgw/async/cpu_pool.hpp"
#include "rgw/http/listener.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/rack/env_change_store.hpp"

// The real listener, pipeline and proxy in front of an origin; the audit log is stubbed out and the
// token store holds one token. What is left is the cost of the proxied path.
namespace rgw::bench {
namespace {

// Everything is durable at once.
class NoAuditLog final : public audit::Recorder {
public:
    async::Task<Result<audit::Receipt>> append(audit::Event, Deadline) override {
        co_return audit::Receipt{};
    }
    async::Task<Result<audit::Receipt>> append_outcome(audit::Event, Deadline) override {
        co_return audit::Receipt{};
    }
    [[nodiscard]] bool healthy() const override { return true; }
};

class OneToken final : public identity::TokenStore {
public:
    explicit OneToken(std::string hash) : hash_(std::move(hash)) {}
    async::Task<Result<std::optional<identity::TokenRecord>>> find_by_hash(std::string hash,
                                                                           Deadline) override {
        if (hash != hash_) {
            co_return std::optional<identity::TokenRecord>();
        }
        identity::TokenRecord record;
        record.id = {1};
        record.name = "bench";
        record.permissions = access::permission_texts(access::Role::admin);
        record.owner_id = {1};
        record.owner_email = "bench@example.com";
        record.owner_name = "Bench";
        co_return std::optional<identity::TokenRecord>(std::move(record));
    }
    async::Task<Result<void>> touch(std::vector<ApiTokenId>, Timestamp, Deadline) override {
        co_return Result<void>();
    }

private:
    std::string hash_;
};

class NoSessions final : public identity::SessionStore {
public:
    async::Task<Result<std::optional<identity::SessionRecord>>> find_session(std::string,
                                                                             Deadline) override {
        co_return std::optional<identity::SessionRecord>();
    }
    async::Task<Result<SessionId>> create(identity::NewSession, Deadline) override {
        co_return Errc::internal;
    }
    async::Task<Result<void>> touch(std::vector<identity::SessionUse>, Deadline) override {
        co_return Result<void>();
    }
    async::Task<Result<std::int64_t>> shorten(identity::SessionLimits, Timestamp,
                                              Deadline) override {
        co_return 0;
    }
    async::Task<Result<bool>> revoke(UserId, SessionId, Timestamp, std::string, Deadline) override {
        co_return false;
    }
    async::Task<Result<bool>> has_session(UserId, SessionId, Deadline) override {
        co_return Errc::internal;
    }
    async::Task<Result<std::int64_t>> revoke_all(UserId, Timestamp, std::string,
                                                 Deadline) override {
        co_return 0;
    }
    async::Task<Result<std::vector<identity::SessionSummary>>> list_active(UserId, Timestamp,
                                                                           Deadline) override {
        co_return std::vector<identity::SessionSummary>();
    }
};

class NoSettings final : public access::SettingsStore {
public:
    async::Task<Result<access::StoredSettings>> load(Deadline) override {
        co_return access::StoredSettings();
    }
    async::Task<Result<access::FormerRows>> change(access::SettingsChange, Deadline) override {
        co_return Errc::internal;
    }
};

async::Task<Result<void>> always_ready() {
    co_return Result<void>();
}

class NoRateLimits final : public identity::RateLimitStore {
public:
    async::Task<Result<bool>> take(std::string, identity::RateLimit, Deadline) override {
        co_return true;
    }
    async::Task<Result<void>> forget_free(Deadline) override { co_return Result<void>(); }
};

class NoCreators final : public identity::CreatorStore {
public:
    async::Task<Result<void>> record(UserId, identity::Created, Deadline) override {
        co_return Result<void>();
    }
    async::Task<Result<void>> record_release_of_build(std::string, std::string, std::string,
                                                      Deadline) override {
        co_return Result<void>();
    }
    async::Task<Result<void>> forget_app(std::string, Deadline) override {
        co_return Result<void>();
    }
    async::Task<Result<std::vector<identity::Creation>>> find_creators(std::string,
                                                                       std::vector<std::string>,
                                                                       Deadline) override {
        co_return std::vector<identity::Creation>();
    }
};

class NoEnvChanges final : public rack::EnvChangeStore {
public:
    async::Task<Result<bool>> begin(std::string, std::string, std::chrono::seconds,
                                    Deadline) override {
        co_return true;
    }
    async::Task<Result<void>> end(std::string, std::string, Deadline) override {
        co_return Result<void>();
    }
};

struct Worker {
    explicit Worker(const std::string& name) : loop(name) {}
    async::Loop loop;
    std::unique_ptr<http::Upstream> rack;
    std::unique_ptr<api::Pipeline> pipeline;
    std::unique_ptr<http::Listener> listener;
};

int run(const std::string& origin, const std::string& port_file, const std::string& token_file,
        unsigned threads) {
    const identity::NewTokenText token = identity::create_token();
    std::ofstream(token_file) << std::string(token.text.expose()) << "\n";
    SystemClock clock;
    NoAuditLog audit_log;
    OneToken tokens(token.hash);
    NoSessions user_sessions;
    identity::Authenticator authenticator(tokens, user_sessions, clock);
    authenticator.set_listening(true);
    access::PolicySnapshot policy;
    NoSettings settings;
    api::PolicyKeeper policy_keeper({.clock = clock,
                                     .store = settings,
                                     .policy = policy,
                                     .authenticator = authenticator,
                                     .sessions = user_sessions,
                                     .environment = {}});
    api::RefusalMeter refusals;
    NoCreators creators;
    NoEnvChanges env_changes;
    NoRateLimits rate_limits;
    api::RateLimiter rates(rate_limits, clock, {});
    api::Readiness readiness(always_ready);
    api::Metrics metrics;
    api::LiveSessions sessions;
    async::CpuPool cpu(1);
    api::Services services{.clock = clock,
                           .audit_log = audit_log,
                           .authenticator = authenticator,
                           .policy = policy,
                           .policy_keeper = policy_keeper,
                           .refusals = refusals,
                           .rates = rates,
                           .creators = creators,
                           .env_changes = env_changes,
                           .readiness = readiness,
                           .metrics = metrics,
                           .sessions = sessions,
                           .cpu = cpu,
                           .rack = {.authorization = Secret("Basic eDp5")},
                           .trusted_proxies = {}};
    async::CpuPool resolver(1);
    http::UpstreamOptions upstream{.origin = http::parse_origin(origin).value()};
    http::ListenerOptions options;
    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned i = 0; i < threads; ++i) {
        auto worker = std::make_unique<Worker>("worker-" + std::to_string(i));
        worker->rack = std::make_unique<http::Upstream>(worker->loop, resolver, upstream, nullptr);
        worker->pipeline = std::make_unique<api::Pipeline>(services, *worker->rack);
        worker->listener =
            http::Listener::open(worker->loop, options, *worker->pipeline, nullptr).value();
        options.port = worker->listener->port();
        worker->listener->start();
        workers.push_back(std::move(worker));
    }
    for (const auto& worker : workers) {
        worker->loop.start();
    }
    std::ofstream(port_file) << options.port << "\n";
    boost::asio::io_context main_context;
    boost::asio::signal_set signals(main_context, SIGINT, SIGTERM);
    signals.async_wait([](auto, auto) {});
    main_context.run();
    std::_Exit(0);
}

}  // namespace
}  // namespace rgw::bench

int main(int argc, char** argv) {
    CLI::App app("The proxied path without its commits, for benchmarks");
    std::string origin;
    std::string port_file;
    std::string token_file;
    unsigned threads = std::thread::hardware_concurrency();
    app.add_option("--origin", origin)->required();
    app.add_option("--port-file", port_file)->required();
    app.add_option("--token-file", token_file)->required();
    app.add_option("--threads", threads);
    CLI11_PARSE(app, argc, argv);
    return rgw::bench::run(origin, port_file, token_file, threads);
}
