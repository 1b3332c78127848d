#include "server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <bit>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "configuration.hpp"
#include "database.hpp"
#include "gauges.hpp"
#include "housekeeping.hpp"
#include "rack_tls.hpp"
#include "rgw/api/live_sessions.hpp"
#include "rgw/api/metrics.hpp"
#include "rgw/api/readiness.hpp"
#include "rgw/base/log.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/migrate.hpp"
#include "rgw/storage/database_state.hpp"
#include "rgw/storage/user_store.hpp"
#include "sign_in.hpp"
#include "startup.hpp"
#include "worker.hpp"

namespace rgw::app {
namespace {

using namespace std::chrono_literals;

constexpr auto flush_patience = 10s;
// Sessions that are open until then are told so and get this long to close.
constexpr auto closing_time = 2s;

http::ListenerOptions listen_on(const std::string& address, std::uint16_t port) {
    http::ListenerOptions options;
    options.address = address;
    options.port = port;
    return options;
}

std::string rack_authorization(const settings::RackSettings& rack) {
    return "Basic " + crypto::base64(rack.username + ":" + std::string(rack.token.expose()));
}

// A key of its own, so that a digest in the log says nothing about the chain's key.
Secret env_digest_key(const settings::AuditSettings& audit) {
    const crypto::Digest key =
        crypto::hmac_sha256(audit.hmac_secret.expose(), "environment digests");
    return Secret(std::string(crypto::text_of(key)));
}

void log_audit_event(const audit::Event& event, std::int64_t chain_index) {
    log::audit_line(audit::json_line(event, chain_index));
}

// Every object of the server in the order of dependence; members are destroyed the other way round.
class Server {
public:
    Server(settings::Settings settings, pg::ConnInfo info, std::vector<audit::Key> keys,
           RackPeer rack, std::unique_ptr<http::ServerTls> tls);

    Result<void> start();
    void wait_for_signal();
    void stop();

private:
    std::optional<RackPin> follow_pin();
    async::Task<Result<void>> check_ready();
    Result<void> open_listeners();
    void write_port_file() const;

    settings::Settings settings_;
    pg::ConnInfo info_;
    RackPeer rack_;
    std::unique_ptr<http::ServerTls> tls_;
    SystemClock clock_;
    std::int64_t instance_ = std::bit_cast<std::int64_t>(crypto::random_u64());
    Database database_;
    storage::PgAuditStore audit_store_;
    storage::PgTokenStore tokens_;
    storage::PgSessionStore user_sessions_;
    storage::PgUserStore users_;
    storage::PgSettingsStore settings_store_;
    audit::Appender appender_;
    identity::Authenticator authenticator_;
    access::PolicySnapshot policy_;
    api::RefusalMeter refusals_;
    api::Metrics metrics_;
    api::LiveSessions sessions_;
    api::Readiness readiness_;
    async::CpuPool resolver_{1};
    std::optional<RackPin> rack_pin_;
    std::unique_ptr<SignIn> sign_in_;  // null when no provider is configured
    Housekeeping housekeeping_;
    pg::Listener changes_;
    api::Services services_;
    std::vector<std::unique_ptr<Worker>> workers_;
    async::Loop metrics_loop_{"metrics"};
    api::MetricsHandler metrics_handler_{metrics_};
    std::unique_ptr<http::Listener> metrics_listener_;
};

Server::Server(settings::Settings settings, pg::ConnInfo info, std::vector<audit::Key> keys,
               RackPeer rack, std::unique_ptr<http::ServerTls> tls)
    : settings_(std::move(settings)),
      info_(std::move(info)),
      rack_(std::move(rack)),
      tls_(std::move(tls)),
      database_(info_, {.max_open = settings_.pool.max_open,
                        .max_idle = settings_.pool.max_idle,
                        .max_lifetime = settings_.pool.max_lifetime,
                        .max_idle_time = settings_.pool.max_idle_time}),
      audit_store_(database_.pool(), instance_),
      tokens_(database_.pool()),
      user_sessions_(database_.pool()),
      users_(database_.pool()),
      settings_store_(database_.pool()),
      appender_(database_.loop(), audit_store_, std::move(keys), {}, log_audit_event),
      authenticator_(tokens_, user_sessions_, clock_),
      readiness_([this] { return check_ready(); }),
      rack_pin_(follow_pin()),
      sign_in_(settings_.sign_in.client_id.empty()
                   ? nullptr
                   : std::make_unique<SignIn>(settings_, database_, users_, user_sessions_,
                                              authenticator_, clock_)),
      housekeeping_(
          {.loop = database_.loop(),
           .clock = clock_,
           .audit_store = audit_store_,
           .appender = appender_,
           .authenticator = authenticator_,
           .sessions = sessions_,
           .tokens = tokens_,
           .user_sessions = user_sessions_,
           .settings = settings_store_,
           .policy = policy_,
           .policy_of_environment = {.allow_destructive_actions =
                                         settings_.allow_destructive_actions,
                                     .mfa_require_all_users = settings_.mfa_require_all_users,
                                     .secret_env_vars = settings_.secret_env_vars},
           .provider = sign_in_ ? &sign_in_->client() : nullptr,
           .rack_pin = rack_pin_ ? &*rack_pin_ : nullptr,
           .refusals = refusals_,
           .tls = tls_.get()}),
      changes_(
          database_.loop(), info_, {.channels = {"rgw_changes"}, .instance_key = instance_},
          [this](std::string_view channel, std::string_view payload) {
              housekeeping_.on_notification(channel, payload);
          },
          [this](bool listening) { housekeeping_.on_listening(listening); }),
      services_{.clock = clock_,
                .audit_log = appender_,
                .authenticator = authenticator_,
                .policy = policy_,
                .refusals = refusals_,
                .readiness = readiness_,
                .metrics = metrics_,
                .sessions = sessions_,
                .rack = {.authorization = Secret(rack_authorization(settings_.rack)),
                         .read_timeout = settings_.rack.read_timeout,
                         .action_timeout = settings_.rack.action_timeout,
                         .name = settings_.rack.name,
                         .alias = settings_.rack.alias,
                         .host = settings_.rack.host},
                .sign_in = sign_in_ ? &sign_in_->access() : nullptr,
                .trusted_proxies = settings_.listen.trusted_proxies,
                .env_digest_key = env_digest_key(settings_.audit)} {
    const unsigned wanted = settings_.worker_threads;
    const unsigned threads =
        wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < threads; ++i) {
        workers_.push_back(std::make_unique<Worker>(
            "worker-" + std::to_string(i), services_, resolver_,
            http::UpstreamOptions{.origin = rack_.origin}, rack_.tls.get()));
    }
}

std::optional<RackPin> Server::follow_pin() {
    if (!rack_.pin) {
        return std::nullopt;
    }
    return RackPin({.loop = database_.loop(),
                    .resolver = resolver_,
                    .clock = clock_,
                    .settings = settings_store_,
                    .audit_log = appender_,
                    .rack = rack_.origin,
                    .rack_name = settings_.rack.name,
                    .pin = *rack_.pin});
}

// Ready: a transaction may write, and the schema is the one this program knows.
async::Task<Result<void>> Server::check_ready() {
    const auto pending =
        co_await pg::pending_migrations(database_.pool(), migrations(), deadline_in(5s));
    if (!pending) {
        co_return pending.error();
    }
    if (!pending->empty()) {
        co_return Error(Errc::database_unavailable, "a migration is pending");
    }
    const Result<void> writable =
        co_await storage::check_writable(database_.pool(), deadline_in(5s));
    if (writable && !appender_.healthy()) {
        co_return Error(Errc::audit_unavailable, "the appender is waiting for the database");
    }
    co_return writable;
}

Result<void> Server::open_listeners() {
    http::ListenerOptions options = listen_on(settings_.listen.address, settings_.listen.port);
    for (const auto& worker : workers_) {
        const Result<void> opened = worker->open(options, tls_.get());
        if (!opened) {
            return opened;
        }
        options.port = worker->listener().port();
    }
    auto metrics = http::Listener::open(
        metrics_loop_, listen_on(settings_.listen.metrics_address, settings_.listen.metrics_port),
        metrics_handler_, nullptr);
    if (!metrics) {
        return metrics.error();
    }
    metrics_listener_ = std::move(metrics.value());
    return {};
}

void Server::write_port_file() const {
    if (settings_.listen.port_file.empty()) {
        return;
    }
    const std::string unfinished = settings_.listen.port_file + ".new";
    std::ofstream(unfinished) << workers_.front()->listener().port() << "\n"
                              << metrics_listener_->port() << "\n";
    std::rename(unfinished.c_str(), settings_.listen.port_file.c_str());
}

Result<void> Server::start() {
    Result<void> step = prepare_database(database_, settings_, users_);
    if (step) {
        step = open_listeners();
    }
    if (!step) {
        return step;
    }
    metrics_.on_collect([this](const api::Metrics::Set& set) {
        set_gauges(set, database_.pool().stats(), appender_.stats(), sessions_.size(), workers_);
        set("rack_gateway_rack_tls_unverified",
            "1 while anybody may answer as the rack: RACK_TLS_INSECURE, or an http:// RACK_HOST",
            rack_.verified() ? 0 : 1);
    });
    appender_.start();
    database_.loop().post([this] {
        housekeeping_.start();
        changes_.start();
    });
    for (const auto& worker : workers_) {
        worker->start();
    }
    metrics_listener_->start();
    metrics_loop_.start();
    write_port_file();
    log::info("serving", {{"address", settings_.listen.address},
                          {"port", workers_.front()->listener().port()},
                          {"metrics_port", metrics_listener_->port()},
                          {"tls", tls_ != nullptr},
                          {"workers", workers_.size()},
                          {"database", info_.shown()}});
    return {};
}

void Server::wait_for_signal() {
    boost::asio::io_context context(1);
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait(
        [](boost::system::error_code, int number) { log::info("stopping", {{"signal", number}}); });
    context.run();
}

// Drain, close, flush: callers first, then what they were waiting for, the audit log last.
void Server::stop() {
    readiness_.begin_draining();
    const Deadline deadline = deadline_in(settings_.shutdown_grace);
    std::vector<std::future<void>> drained;
    drained.reserve(workers_.size());
    for (const auto& worker : workers_) {
        drained.push_back(boost::asio::co_spawn(worker->loop().executor(),
                                                worker->listener().drain(deadline),
                                                boost::asio::use_future));
    }
    for (std::future<void>& each : drained) {
        each.wait_until(deadline - closing_time);
    }
    sessions_.end_all(Errc::shutting_down);
    for (std::future<void>& each : drained) {
        each.wait();
    }
    for (const auto& worker : workers_) {
        worker->loop().post([&worker] { worker->rack().close(); });
    }
    database_.wait_for(housekeeping_.stop());
    if (sign_in_) {
        database_.wait_for(sign_in_->client().close());
    }
    database_.wait_for(appender_.close(deadline_in(flush_patience)));
    database_.wait_for(changes_.stop());
    boost::asio::co_spawn(metrics_loop_.executor(), metrics_listener_->drain(deadline_in(1s)),
                          boost::asio::use_future)
        .wait();
    for (const auto& worker : workers_) {
        worker->loop().stop();
        worker->loop().join();
    }
    metrics_loop_.stop();
    metrics_loop_.join();
    log::info("stopped");
}

// A session takes two descriptors; the soft limit is for programs that use select().
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int refuse_to_start(const Error& error) {
    std::cerr << "rack-gateway-api: " << (error.detail.empty() ? describe(error) : error.detail)
              << "\n";
    return 1;
}

}  // namespace

int serve() {
    raise_descriptor_limit();
    Result<settings::Loaded> loaded =
        settings::load(settings::process_environment(), settings::Purpose::server);
    if (!loaded) {
        return refuse_to_start(loaded.error());
    }
    settings::Settings& settings = loaded->settings;
    log::set_level(settings.log_level);
    for (const std::string& warning : loaded->warnings) {
        log::warn(warning);
    }
    Result<pg::ConnInfo> info = server_connection();
    if (!info) {
        return refuse_to_start(info.error());
    }
    Result<std::vector<audit::Key>> keys = audit_keys(settings.audit);
    if (!keys) {
        return refuse_to_start(keys.error());
    }
    if (!settings.sign_in.client_id.empty()) {
        if (auto sound = check_sign_in(settings.sign_in); !sound) {
            return refuse_to_start(sound.error());
        }
    }
    Result<RackPeer> rack = configure_rack_peer(settings.rack);
    if (!rack) {
        return refuse_to_start(rack.error());
    }
    std::unique_ptr<http::ServerTls> tls;
    if (!settings.listen.tls_cert_file.empty()) {
        auto created =
            http::ServerTls::load(settings.listen.tls_cert_file, settings.listen.tls_key_file);
        if (!created) {
            return refuse_to_start(
                Error(created.error().code, "TLS_CERT_FILE: " + created.error().detail));
        }
        tls = std::move(created.value());
    }
    Server server(std::move(settings), std::move(info.value()), std::move(keys.value()),
                  std::move(rack.value()), std::move(tls));
    const Result<void> started = server.start();
    if (!started) {
        return refuse_to_start(started.error());
    }
    server.wait_for_signal();
    server.stop();
    return 0;
}

}  // namespace rgw::app
