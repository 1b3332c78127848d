#pragma once

#include <memory>

#include "rgw/base/error.hpp"
#include "rgw/http/peer_certificate.hpp"
#include "rgw/http/tls.hpp"
#include "rgw/http/upstream.hpp"
#include "rgw/settings/settings.hpp"

namespace rgw::app {

// Where the rack is, and who may answer there (design §8).
struct RackPeer {
    http::Origin origin;
    std::unique_ptr<http::CertificatePin> pin;  // with ENABLE_RACK_TLS_PINNING, else null
    std::unique_ptr<http::ClientTls> tls;       // null for an http:// rack

    [[nodiscard]] bool verified() const {
        return tls != nullptr && tls->options().trust != http::Trust::anyone;
    }
};

// Error: configuration_invalid, which names the setting.
[[nodiscard]] Result<RackPeer> configure_rack_peer(const settings::RackSettings& rack);

}  // namespace rgw::app
