#include "factors.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base_url.hpp"
#include "rgw/crypto/certificate.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::app {
namespace {

std::string party_name(const settings::RackSettings& rack) {
    return rack.alias.empty() ? "Rack Gateway" : "Rack Gateway (" + rack.alias + ")";
}

// A one-time password must not be read on its way; on this machine nobody does.
bool is_safe_url(std::string_view url) {
    return url.starts_with("https://") || url.starts_with("http://127.0.0.1:");
}

// "00112233-4455-…" was checked by its setting.
mfa::Aaguid aaguid_of(std::string text) {
    std::erase(text, '-');
    const std::string bytes = crypto::parse_hex(text).value();
    mfa::Aaguid aaguid;
    std::ranges::copy(crypto::bytes_of(bytes), aaguid.begin());
    return aaguid;
}

Result<std::vector<std::string>> read_trust_roots(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string pem((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    auto roots = crypto::certificates_of_pem(pem);
    if (!in || !roots || roots->empty()) {
        return Error(Errc::configuration_invalid,
                     "WEBAUTHN_TRUST_ROOTS_FILE: " + file + " holds no PEM certificates");
    }
    return roots;
}

mfa::AttestationRules rules_of(const settings::FactorSettings& settings) {
    mfa::AttestationRules rules{.trusted_only = !settings.trust_roots_file.empty()};
    if (rules.trusted_only) {
        rules.trust_roots = read_trust_roots(settings.trust_roots_file).value();
    }
    for (const std::string& text : settings.aaguids) {
        rules.aaguids.push_back(aaguid_of(text));
    }
    return rules;
}

std::optional<mfa::YubicoVerifier> yubico_of(const settings::FactorSettings& settings,
                                             identity::HttpFetcher& fetcher) {
    if (settings.yubico_client_id.empty()) {
        return std::nullopt;
    }
    return mfa::YubicoVerifier(
        fetcher, {.client_id = settings.yubico_client_id,
                  .key = Secret(crypto::parse_base64(settings.yubico_key.expose()).value()),
                  .servers = settings.yubico_servers});
}

struct Shared {
    mfa::FactorStore& store;
    const Clock& clock;
    async::CpuPool& cpu;
    std::optional<mfa::YubicoVerifier>& yubico;
};

mfa::FactorParts parts_of(const settings::Settings& settings, const Shared& shared) {
    const settings::FactorSettings& factors = settings.factors;
    const std::vector<std::string> here{base_url(settings)};
    return {
        .store = shared.store,
        .clock = shared.clock,
        .cpu = shared.cpu,
        .party = {.id = factors.rp_id, .origins = factors.origins.empty() ? here : factors.origins},
        .party_name = party_name(settings.rack),
        .attestation = rules_of(factors),
        .user_verification = factors.user_verification_required ? mfa::UserVerification::required
                                                                : mfa::UserVerification::preferred,
        .seeds = crypto::SealingKey(settings.sign_in.app_secret, "TOTP seeds"),
        .backup_codes = mfa::BackupCodeHasher(settings.sign_in.app_secret),
        .yubico = shared.yubico ? &*shared.yubico : nullptr};
}

}  // namespace

Result<void> check_factors(const settings::FactorSettings& settings) {
    if (!settings.yubico_client_id.empty()) {
        const auto key = crypto::parse_base64(settings.yubico_key.expose());
        if (!key || key->empty()) {
            return Error(Errc::configuration_invalid, "YUBICO_SECRET_KEY: is not base64");
        }
        if (settings.yubico_servers.empty() ||
            !std::ranges::all_of(settings.yubico_servers, is_safe_url)) {
            return Error(Errc::configuration_invalid,
                         "YUBICO_VALIDATION_URLS: each must begin with https://");
        }
    }
    if (settings.trust_roots_file.empty()) {
        return {};
    }
    const auto roots = read_trust_roots(settings.trust_roots_file);
    return roots ? Result<void>() : Result<void>(roots.error());
}

async::Task<Result<identity::BrowserTrust>> TrustedBrowsers::judge(UserId user,
                                                                   identity::AskingBrowser browser,
                                                                   Deadline deadline) {
    const mfa::Holder holder{.user = user,
                             .session = std::nullopt,
                             .ip_address = std::move(browser.ip_address),
                             .user_agent = std::move(browser.user_agent)};
    const Result<mfa::RecognisedDevice> found =
        co_await devices_.recognise(std::move(browser.cookie), holder, deadline);
    if (!found) {
        co_return found.error();
    }
    identity::BrowserTrust trust;
    switch (found->recognition) {
        case mfa::Recognition::known:
            trust.device = found->device->value;
            break;
        case mfa::Recognition::unknown:
            break;
        case mfa::Recognition::another_user:
        case mfa::Recognition::another_agent:
            trust.betrayed = true;
            break;
    }
    co_return trust;
}

Factors::Factors(const settings::Settings& settings, Database& database,
                 const access::PolicySnapshot& policy, async::CpuPool& cpu, const Clock& clock)
    : store_(database.pool()),
      device_store_(database.pool()),
      yubico_(yubico_of(settings.factors, fetcher_)),
      check_(parts_of(settings, {store_, clock, cpu, yubico_})),
      enrollment_(parts_of(settings, {store_, clock, cpu, yubico_})),
      devices_({.store = device_store_,
                .clock = clock,
                .lives_for = [&policy] { return policy.current()->trusted_device_lifetime; }}),
      access_{.store = store_, .check = check_, .enrollment = enrollment_, .devices = devices_} {}

}  // namespace rgw::app
