#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "rgw/async/cpu_pool.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::http {

// SHA-256 of a certificate's DER.
using Fingerprint = std::array<std::byte, 32>;

// The one certificate a peer may show. Until the first set() none is right. From any thread.
class CertificatePin {
public:
    void set(const Fingerprint& only);
    void clear();
    [[nodiscard]] bool accepts(const Fingerprint& shown) const;
    // Counts what set() and clear() have changed: a connection made before is not trusted after.
    [[nodiscard]] std::uint64_t generation() const;

private:
    void replace(std::shared_ptr<const Fingerprint> next);

    std::atomic<std::shared_ptr<const Fingerprint>> only_;
    std::atomic<std::uint64_t> generation_{0};
};

struct PeerCertificate {
    std::string pem;
    Fingerprint fingerprint{};
};

// What the origin shows as its own certificate, judged by nobody; not a byte of HTTP is sent.
// Errors: rack_unreachable, rack_timeout; configuration_invalid for an origin without TLS.
async::Task<Result<PeerCertificate>> fetch_peer_certificate(async::Loop& loop,
                                                            async::CpuPool& resolver, Origin origin,
                                                            Deadline deadline);

}  // namespace rgw::http
