#pragma once

#include <optional>
#include <string>

#include "rgw/access/policy.hpp"
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

// Keeps the pin of this process equal to the settings row that all replicas share (design §8,
// ENABLE_RACK_TLS_PINNING). While there is no row the rack's certificate of that moment is stored,
// by one replica: trust on first use. All on the database loop.
class RackPin {
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

private:
    async::Task<Result<void>> pin_first();
    async::Task<Result<void>> record_and_store(const rack::PinnedCertificate& found);

    Parts parts_;
    bool known_ = false;
    bool fetching_ = false;
};

}  // namespace rgw::app
