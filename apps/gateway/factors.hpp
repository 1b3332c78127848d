#pragma once

#include <optional>

#include "database.hpp"
#include "rgw/access/policy.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/cpu_pool.hpp"
#include "rgw/identity/known_browsers.hpp"
#include "rgw/mfa/enrollment.hpp"
#include "rgw/mfa/factor_check.hpp"
#include "rgw/mfa/trusted_devices.hpp"
#include "rgw/mfa/yubico_otp.hpp"
#include "rgw/outbound/curl_fetcher.hpp"
#include "rgw/settings/settings.hpp"
#include "rgw/storage/factor_store.hpp"
#include "rgw/storage/trusted_device_store.hpp"

namespace rgw::app {

// Trusted devices as signing in sees them.
class TrustedBrowsers final : public identity::KnownBrowsers {
public:
    explicit TrustedBrowsers(mfa::TrustedDevices& devices) : devices_(devices) {}
    async::Task<Result<identity::BrowserTrust>> judge(UserId user, identity::AskingBrowser browser,
                                                      Deadline deadline) override;

private:
    mfa::TrustedDevices& devices_;
};

// People's second factors.
class Factors {
public:
    Factors(const settings::Settings& settings, Database& database,
            const access::PolicySnapshot& policy, async::CpuPool& cpu, const Clock& clock);

    [[nodiscard]] api::FactorAccess& access() { return access_; }
    [[nodiscard]] mfa::FactorStore& store() { return store_; }
    [[nodiscard]] identity::KnownBrowsers& browsers() { return browsers_; }

private:
    storage::PgFactorStore store_;
    storage::PgTrustedDeviceStore device_store_;
    outbound::CurlFetcher fetcher_;
    std::optional<mfa::YubicoVerifier> yubico_;
    mfa::FactorCheck check_;
    mfa::Enrollment enrollment_;
    mfa::TrustedDevices devices_;
    TrustedBrowsers browsers_{devices_};
    api::FactorAccess access_;
};

// Error: configuration_invalid naming the setting.
[[nodiscard]] Result<void> check_factors(const settings::FactorSettings& settings);

}  // namespace rgw::app
