#include "serve.hpp"

#include <sys/resource.h>

#include <iostream>
#include <memory>
#include <vector>

#include "anchors.hpp"
#include "configuration.hpp"
#include "factors.hpp"
#include "rgw/base/log.hpp"
#include "server.hpp"

namespace rgw::app {
namespace {

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
    Result<CheckpointKeys> signers = checkpoint_keys(settings.audit);
    if (!signers) {
        return refuse_to_start(signers.error());
    }
    const SystemClock clock;
    auto bucket = open_bucket(settings, clock);
    if (!bucket) {
        return refuse_to_start(bucket.error());
    }
    if (!settings.sign_in.client_id.empty()) {
        if (auto sound = check_sign_in(settings.sign_in); !sound) {
            return refuse_to_start(sound.error());
        }
        if (auto sound = check_factors(settings.factors); !sound) {
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
    Server server(std::move(settings), std::move(info.value()),
                  LogMeans{std::move(*keys), std::move(*signers), std::move(*bucket)},
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
