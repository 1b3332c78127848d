#pragma once

#include <openssl/x509.h>

#include <optional>

#include "rgw/http/peer_certificate.hpp"

namespace rgw::http {

// Nothing when there is no certificate.
[[nodiscard]] std::optional<Fingerprint> digest_of(const X509* certificate);

}  // namespace rgw::http
