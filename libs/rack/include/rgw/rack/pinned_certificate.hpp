#pragma once

#include <string>
#include <string_view>

#include "rgw/base/error.hpp"

namespace rgw::rack {

// The rack's certificate as the settings row `rack_tls_cert` keeps it (spec proxy-rbac §1.8):
// {"pem": …, "fingerprint": SHA-256 of the DER in upper-case hex, "fetched_at": RFC 3339}.
struct PinnedCertificate {
    static constexpr std::string_view settings_key = "rack_tls_cert";

    std::string pem;
    std::string fingerprint;  // 64 upper-case hex digits
    std::string fetched_at;
};

[[nodiscard]] std::string to_json(const PinnedCertificate& pinned);
// Colons between the digits are tolerated, and either case. Error: invalid_value.
[[nodiscard]] Result<PinnedCertificate> parse_pinned_certificate(std::string_view json);

}  // namespace rgw::rack
