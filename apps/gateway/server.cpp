#include "server.hpp"

#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

#include "gauges.hpp"
#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/migrate.hpp"
#include "rgw/storage/database_state.hpp"
#include "rgw/web.hpp"
#include "startup.hpp"

namespace rgw::app {
namespace {

using namespace std::chrono_literals;

constexpr auto flush_patience = 10s;
constexpr auto signing_patience = 5s;
constexpr auto anchoring_patience = 10s;
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

api::Site site_of(const settings::Settings& settings) {
    const settings::SignInSettings& sign_in = settings.sign_in;
    return {.domain = to_lower(sign_in.domain),
            .secure_cookies = sign_in.cookie_secure.value_or(!settings.dev_mode),
            .csrf_key = sign_in.app_secret};
}

void log_audit_event(const audit::Event& event, std::int64_t chain_index) {
    log::audit_line(audit::json_line(event, chain_index));
}

}  // namespace

Server::Server(settings::Settings settings, pg::ConnInfo info, LogMeans log, RackPeer rack,
               std::unique_ptr<http::ServerTls> tls)
    : settings_(std::move(settings)),
      info_(std::move(info)),
      rack_(std::move(rack)),
      tls_(std::move(tls)),
      queries_(settings_.db_slow_query),
      database_(info_, {.max_open = settings_.pool.max_open,
                        .max_idle = settings_.pool.max_idle,
                        .max_lifetime = settings_.pool.max_lifetime,
                        .max_idle_time = settings_.pool.max_idle_time,
                        .observer = &queries_,
                        .fence = &fence_}),
      audit_store_(database_.pool(), instance_),
      tokens_(database_.pool()),
      user_sessions_(database_.pool()),
      users_(database_.pool()),
      user_directory_(database_.pool()),
      token_directory_(database_.pool()),
      api_tokens_(token_directory_, users_, clock_),
      people_{.users = user_directory_, .sessions = user_sessions_, .tokens = api_tokens_},
      settings_store_(database_.pool()),
      audit_log_store_(database_.pool()),
      appender_(database_.loop(), audit_store_, std::move(log.chain), {}, log_audit_event),
      authenticator_(tokens_, user_sessions_, clock_),
      policy_keeper_({.clock = clock_,
                      .store = settings_store_,
                      .policy = policy_,
                      .authenticator = authenticator_,
                      .sessions = user_sessions_,
                      .environment = settings_.policy}),
      rate_limits_(database_.pool()),
      creator_store_(database_.pool()),
      env_changes_(database_.pool()),
      rates_(rate_limits_, clock_,
             {.interval = settings_.rate.interval, .burst = settings_.rate.burst}),
      readiness_([this] { return check_ready(); }),
      checkpoints_(database_, cpu_, log.checkpoints),
      anchors_(log.bucket == nullptr
                   ? nullptr
                   : std::make_unique<Anchors>(Anchors::Parts{.database = database_,
                                                              .cpu = cpu_,
                                                              .checkpoints = checkpoints_,
                                                              .clock = clock_,
                                                              .instance = instance_},
                                               settings_.anchors, log.checkpoints,
                                               std::move(log.bucket))),
      retention_({.database = database_,
                  .checkpoints = checkpoints_,
                  .recorder = appender_,
                  .clock = clock_},
                 std::move(log.checkpoints.verifiers),
                 {.days = settings_.audit.retention_days, .below = prune_below(settings_.anchors)}),
      rack_pin_(follow_pin()),
      factors_(settings_.sign_in.client_id.empty()
                   ? nullptr
                   : std::make_unique<Factors>(settings_, database_, policy_, cpu_, clock_)),
      sign_in_(factors_ == nullptr
                   ? nullptr
                   : std::make_unique<SignIn>(
                         settings_, database_, users_, user_sessions_, authenticator_,
                         RoleSource{user_directory_, appender_}, factors_->browsers(), clock_)),
      database_watch_(database_.pool(), info_, fence_, settings_.db_disk_bytes),
      housekeeping_({.loop = database_.loop(),
                     .clock = clock_,
                     .audit_store = audit_store_,
                     .appender = appender_,
                     .checkpoints = checkpoints_.writer(),
                     .anchors = anchors_.get(),
                     .retention = retention_,
                     .authenticator = authenticator_,
                     .sessions = sessions_,
                     .tokens = tokens_,
                     .user_sessions = user_sessions_,
                     .policy = policy_keeper_,
                     .provider = sign_in_ ? &sign_in_->client() : nullptr,
                     .rack_pin = rack_pin_ ? &*rack_pin_ : nullptr,
                     .refusals = refusals_,
                     .rate_limits = rate_limits_,
                     .factors = factors_ ? &factors_->store() : nullptr,
                     .database_watch = database_watch_,
                     .tls = tls_.get()}),
      changes_(
          database_.loop(), info_,
          {.channels = {"rgw_changes"}, .instance_key = instance_, .fence = &fence_},
          [this](std::string_view channel, std::string_view payload) {
              housekeeping_.on_notification(channel, payload);
          },
          [this](bool listening) { housekeeping_.on_listening(listening); }),
      services_{.clock = clock_,
                .audit_log = appender_,
                .authenticator = authenticator_,
                .policy = policy_,
                .policy_keeper = policy_keeper_,
                .refusals = refusals_,
                .rates = rates_,
                .creators = creators_,
                .env_changes = env_changes_,
                .readiness = readiness_,
                .metrics = metrics_,
                .sessions = sessions_,
                .cpu = cpu_,
                .rack = {.authorization = Secret(rack_authorization(settings_.rack)),
                         .read_timeout = settings_.rack.read_timeout,
                         .action_timeout = settings_.rack.action_timeout,
                         .name = settings_.rack.name,
                         .alias = settings_.rack.alias,
                         .host = settings_.rack.host},
                .site = site_of(settings_),
                .web_files = web_files(),
                .rack_certificate = rack_pin_ ? &*rack_pin_ : nullptr,
                .sign_in = sign_in_ ? &sign_in_->access() : nullptr,
                .factors = factors_ ? &factors_->access() : nullptr,
                .audit_reader = &audit_reader_,
                .checkpoints = &checkpoints_.access(),
                .people = &people_,
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
    Result<void> step = database_.wait_for(find_database_server(database_.loop(), info_, fence_));
    if (step) {
        step = prepare_database(database_, settings_, users_);
    }
    if (step) {
        step = open_listeners();
    }
    if (!step) {
        return step;
    }
    metrics_.on_collect([this](const api::Metrics::Set& set) {
        set_gauges(set, database_.pool().stats(), appender_.stats(), sessions_.size(), workers_);
        database_watch_.set(set);
        checkpoints_.set_gauges(set, clock_.now());
        if (anchors_) {
            anchors_->set_gauges(set, clock_.now());
        }
        set("rack_gateway_rack_tls_unverified",
            "1 while anybody may answer as the rack: RACK_TLS_INSECURE, or an http:// RACK_HOST",
            rack_.verified() ? 0 : 1);
    });
    metrics_.on_collect_families([this] { return query_metrics(queries_.figures()); });
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
    database_.wait_for(checkpoints_.writer().write(deadline_in(signing_patience)));
    if (anchors_) {
        database_.wait_for(
            anchors_->writer().write(deadline_in(anchoring_patience), audit::Round::now));
    }
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

}  // namespace rgw::app
