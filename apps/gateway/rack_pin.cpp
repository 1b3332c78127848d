#include "rack_pin.hpp"

#include <cstring>
#include <utility>

#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::app {
namespace {

constexpr std::chrono::seconds patience{10};

std::string upper_hex(const http::Fingerprint& fingerprint) {
    std::string text = crypto::hex(fingerprint);
    for (char& c : text) {
        c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return text;
}

http::Fingerprint bytes_of(const rack::PinnedCertificate& pinned) {
    http::Fingerprint bytes{};
    const std::string raw = crypto::parse_hex(pinned.fingerprint).value();
    std::memcpy(bytes.data(), raw.data(), bytes.size());
    return bytes;
}

audit::Event pin_event(const std::string& rack_name, const rack::PinnedCertificate& found) {
    audit::Event event;
    event.action_type = "security";
    event.action = "rack_tls_cert.pin";
    event.resource_type = "rack";
    event.resource = rack_name;
    std::string details = R"({"fingerprint":)";
    append_json_string(details, found.fingerprint);
    event.details = details + R"(,"by":"trust on first use"})";
    return event;
}

}  // namespace

async::Task<Result<rack::PinnedCertificate>> fetch_rack_certificate(async::Loop& loop,
                                                                    async::CpuPool& resolver,
                                                                    http::Origin rack,
                                                                    const Clock& clock) {
    const auto shown = co_await http::fetch_peer_certificate(loop, resolver, std::move(rack),
                                                             deadline_in(patience));
    if (!shown) {
        co_return shown.error();
    }
    co_return rack::PinnedCertificate{.pem = shown->pem,
                                      .fingerprint = upper_hex(shown->fingerprint),
                                      .fetched_at = rfc3339_seconds(clock.now())};
}

std::string pinned_fingerprint(const std::optional<std::string>& row) {
    if (!row) {
        return "";
    }
    const auto pinned = rack::parse_pinned_certificate(*row);
    return pinned ? pinned->fingerprint : "unreadable";
}

access::SettingsChange pin_change(const rack::PinnedCertificate& certificate) {
    access::SettingsChange change;
    change.rows.emplace(rack::PinnedCertificate::settings_key, rack::to_json(certificate));
    return change;
}

async::Task<void> RackPin::follow(const access::StoredRows& stored) {
    const auto row = stored.find(rack::PinnedCertificate::settings_key);
    if (row == stored.end()) {
        parts_.pin.clear();
        known_ = false;
        if (std::exchange(fetching_, true)) {
            co_return;
        }
        const Result<void> pinned = co_await pin_first();
        fetching_ = false;
        if (!pinned) {
            log::warn("the rack's certificate could not be pinned; calls to it are refused",
                      {{"error", describe(pinned.error())}});
        }
        co_return;
    }
    const auto pinned = rack::parse_pinned_certificate(row->second);
    known_ = pinned.has_value();
    if (pinned) {
        parts_.pin.set(bytes_of(*pinned));
    } else {
        parts_.pin.clear();
        log::error(
            "the pinned certificate of the rack cannot be read; calls to it are refused "
            "until `rack-gateway-api rack-cert refresh` has stored it anew",
            {{"error", describe(pinned.error())}});
    }
}

async::Task<Result<RackPin::Renewed>> RackPin::renew(UserId by) {
    Result<Renewed> renewed = co_await async::on(parts_.loop, renew_here(by));
    co_return renewed;
}

async::Task<Result<RackPin::Renewed>> RackPin::renew_here(UserId by) {
    const auto found =
        co_await fetch_rack_certificate(parts_.loop, parts_.resolver, parts_.rack, parts_.clock);
    if (!found) {
        co_return found.error();
    }
    access::SettingsChange change = pin_change(*found);
    change.by = by;
    const Result<access::FormerRows> former =
        co_await parts_.settings.change(std::move(change), deadline_in(patience));
    if (!former) {
        co_return former.error();
    }
    parts_.pin.set(bytes_of(*found));
    known_ = true;
    log::info("the rack's certificate is pinned anew", {{"fingerprint", found->fingerprint}});
    const auto row = former->find(rack::PinnedCertificate::settings_key);
    co_return Renewed{.former_fingerprint = row == former->end() ? found->fingerprint
                                                                 : pinned_fingerprint(row->second),
                      .pinned = *found};
}

// The settings' own notification brings the row back here, on this replica as on the others.
async::Task<Result<void>> RackPin::pin_first() {
    const auto found =
        co_await fetch_rack_certificate(parts_.loop, parts_.resolver, parts_.rack, parts_.clock);
    if (!found) {
        co_return found.error();
    }
    const Result<void> stored = co_await record_and_store(*found);
    co_return stored;
}

async::Task<Result<void>> RackPin::record_and_store(const rack::PinnedCertificate& found) {
    audit::Event event = pin_event(parts_.rack_name, found);
    event.at = parts_.clock.now();
    event.phase = audit::Phase::intent;
    event.status = "pending";
    const Result<audit::Receipt> intent =
        co_await parts_.audit_log.append(event, deadline_in(patience));
    if (!intent) {
        co_return intent.error();
    }
    const Result<bool> stored =
        co_await parts_.settings.insert_global(std::string(rack::PinnedCertificate::settings_key),
                                               rack::to_json(found), deadline_in(patience));
    event.at = parts_.clock.now();
    event.phase = audit::Phase::outcome;
    event.intent_index = intent->chain_index;
    event.status = !stored ? "error" : *stored ? "success" : "failed";  // another was first
    const Result<audit::Receipt> outcome =
        co_await parts_.audit_log.append_outcome(event, deadline_in(patience));
    if (!stored) {
        co_return stored.error();
    }
    if (!outcome) {
        co_return outcome.error();
    }
    if (*stored) {
        log::info("the rack's certificate is pinned", {{"fingerprint", found.fingerprint}});
    }
    co_return Result<void>();
}

}  // namespace rgw::app
