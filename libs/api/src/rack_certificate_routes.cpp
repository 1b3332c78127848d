// POST /settings/rack-tls-cert/refresh.
#include "handlers.hpp"
#include "rgw/api/rack_certificate.hpp"
#include "rgw/base/text.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

struct RackTlsCert {
    std::string pem;
    std::string fingerprint;
    std::string fetched_at;
};
RGW_WIRE(RackTlsCert, pem, fingerprint, fetched_at)

std::string json_text(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return json;
}

async::Task<Result<Reply>> refresh_certificate(GatewayCall call) {
    Services& services = call.services();
    call.name_resource(services.rack.name);
    if (services.rack_certificate == nullptr) {
        co_return Errc::rack_pinning_off;
    }
    const auto renewed = co_await services.rack_certificate->renew(call.principal()->user_id);
    if (!renewed) {
        co_return renewed.error();
    }
    const rack::PinnedCertificate& pinned = renewed->pinned;
    call.add_detail("old", json_text(renewed->former_fingerprint));
    call.add_detail("new", json_text(pinned.fingerprint));
    co_return json_reply(RackTlsCert{
        .pem = pinned.pem, .fingerprint = pinned.fingerprint, .fetched_at = pinned.fetched_at});
}

}  // namespace

const Operation refresh_rack_certificate{
    .handle = refresh_certificate,
    .summary = "Pin the certificate the rack shows now",
    .answer = shape<RackTlsCert>,
};

}  // namespace rgw::api
