// Sub-commands about the rack itself.
#include <iostream>
#include <string>
#include <utility>

#include "commands.hpp"
#include "configuration.hpp"
#include "database.hpp"
#include "host_audit.hpp"
#include "rack_pin.hpp"
#include "rgw/base/text.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::app {
namespace {

constexpr std::chrono::seconds patience{30};

struct Refreshed {
    std::string before;  // "" when nothing was pinned
    std::string after;
};

std::string fingerprint_of(const access::StoredRows& stored) {
    const auto row = stored.find(rack::PinnedCertificate::settings_key);
    return pinned_fingerprint(row == stored.end() ? std::nullopt : std::optional(row->second));
}

std::string as_details(const Refreshed& change) {
    std::string more = R"(,"old":)";
    append_json_string(more, change.before);
    more += R"(,"new":)";
    append_json_string(more, change.after);
    return more;
}

async::Task<Result<Refreshed>> refresh(Database& database, HostAudit& audit,
                                       async::CpuPool& resolver, http::Origin origin,
                                       std::string rack_name) {
    storage::PgSettingsStore settings(database.pool());
    const SystemClock clock;
    const auto stored = co_await settings.load(deadline_in(patience));
    if (!stored) {
        co_return stored.error();
    }
    const auto found = co_await fetch_rack_certificate(database.loop(), resolver, origin, clock);
    if (!found) {
        co_return found.error();
    }
    Refreshed change{.before = fingerprint_of(stored->global), .after = found->fingerprint};
    const Result<std::int64_t> intent = co_await audit.begin({.type = "security",
                                                              .action = "rack_tls_cert.refresh",
                                                              .resource = rack_name,
                                                              .user_email = "",
                                                              .more = as_details(change)});
    if (!intent) {
        co_return intent.error();
    }
    const Result<access::FormerRows> replaced =
        co_await settings.change(pin_change(*found), deadline_in(patience));
    const Result<void> recorded = co_await audit.end(*intent, replaced ? "success" : "error");
    if (!replaced) {
        co_return replaced.error();
    }
    if (!recorded) {
        co_return recorded.error();
    }
    co_return change;
}

}  // namespace

int refresh_rack_certificate() {
    const Result<settings::Loaded> loaded =
        settings::load(settings::process_environment(), settings::Purpose::maintenance);
    if (!loaded) {
        return fail(loaded.error());
    }
    const settings::RackSettings& rack = loaded->settings.rack;
    if (!rack.tls_pinning) {
        return fail(Error(Errc::configuration_invalid,
                          "ENABLE_RACK_TLS_PINNING is not true: no certificate is pinned"));
    }
    const Result<http::Origin> origin = http::parse_origin(rack.host);
    if (!origin) {
        return fail(Error(origin.error().code, "RACK_HOST: " + origin.error().detail));
    }
    const auto host = Host::open(loaded->settings.audit);
    if (!host) {
        return fail(host.error());
    }
    Database& database = (*host)->database();
    async::CpuPool resolver(1);
    const Result<Refreshed> change =
        database.wait_for(refresh(database, (*host)->audit(), resolver, origin.value(), rack.name));
    if (!change) {
        return fail(change.error());
    }
    std::cout << "pinned now: " << change->after << "\n"
              << "before:     " << (change->before.empty() ? "nothing" : change->before) << "\n";
    return 0;
}

}  // namespace rgw::app
