#include "rack_tls.hpp"

#include <string>
#include <utility>

#include "rgw/base/log.hpp"

namespace rgw::app {

Result<RackPeer> configure_rack_peer(const settings::RackSettings& rack) {
    Result<http::Origin> origin = http::parse_origin(rack.host);
    if (!origin) {
        return Error(origin.error().code, "RACK_HOST: " + origin.error().detail);
    }
    RackPeer peer{.origin = std::move(*origin)};
    if (!peer.origin.tls) {
        log::warn("RACK_HOST is http://: whoever stands in between reads the rack's password");
        return peer;
    }
    http::ClientTlsOptions options{.server_name = peer.origin.host, .ca_file = rack.ca_file};
    if (rack.tls_pinning) {
        peer.pin = std::make_unique<http::CertificatePin>();
        options.trust = http::Trust::pin;
        options.pin = peer.pin.get();
    } else if (rack.tls_insecure) {
        options.trust = http::Trust::anyone;
    }
    auto tls = http::ClientTls::create(options);
    if (!tls) {
        return Error(tls.error().code, "RACK_CA_FILE: " + tls.error().detail);
    }
    peer.tls = std::move(*tls);
    return peer;
}

}  // namespace rgw::app
