#pragma once

#include <optional>
#include <string>

#include "rgw/access/settings_store.hpp"
#include "rgw/api/rack_certificate.hpp"
#include "rgw/async/cpu_pool.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/audit/recorder.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/http/peer_certificate.hpp"
#include "rgw/rack/pinned_certificate.hpp"
#include "rgw/storage/settings_store.hpp"

namespace rgw::app {

// What the rack shows now, as it would be pinned. Errors: those of http::fetch_peer_certificate.
async::Task<Result<rack::PinnedCertificate>> fetch_rack_certificate(async::Loop& loop,
                                                                    async::CpuPool& resolver,
                                                                    http::Origin rack,
                                                                    const Clock& clock);

// Of the settings row: "" when there is none, "unreadable" when it holds no pin.
[[nodiscard]] std::string pinned_fingerprint(const std::optional<std::string>& row);
// What pins it, on every replica.
[[nodiscard]] access::SettingsChange pin_change(const rack::PinnedCertificate& certificate);

// Keeps the pin of this process equal to the settings row that all replicas share (design §8,
// ENABLE_RACK_TLS_PINNING). While there is no row the rack's certificate of that moment is stored,
// by one replica: trust on first use. All but renew() on the database loop.
class RackPin final : public api::RackCertificate {
public:
    struct Parts {
        async::Loop& loop;
        async::CpuPool& resolver;
        const Clock& clock;
        storage::PgSettingsStore& settings;
        audit::Recorder& audit_log;
        http::Origin rack;
        std::string rack_name;
        http::CertificatePin& pin;
    };
    explicit RackPin(Parts parts) : parts_(std::move(parts)) {}

    // After every change of the settings, and from time to time while it is not known.
    async::Task<void> follow(const access::StoredRows& stored);
    [[nodiscard]] bool known() const { return known_; }
    async::Task<Result<Renewed>> renew(UserId by) override;

private:
    async::Task<Result<Renewed>> renew_here(UserId by);
    async::Task<Result<void>> pin_first();
    async::Task<Result<void>> record_and_store(const rack::PinnedCertificate& found);

    Parts parts_;
    bool known_ = false;
    bool fetching_ = false;
};

}  // namespace rgw::app
