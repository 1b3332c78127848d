#include "rgw/http/peer_certificate.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <utility>

#include "certificate_digest.hpp"
#include "upstream_pool.hpp"

namespace rgw::http {
namespace {

std::string to_pem(X509* certificate) {
    const std::unique_ptr<BIO, Releases<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
    if (!memory || PEM_write_bio_X509(memory.get(), certificate) != 1) {
        return {};
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace

std::optional<Fingerprint> digest_of(const X509* certificate) {
    Fingerprint digest{};
    unsigned int size = 0;
    if (certificate == nullptr ||
        X509_digest(certificate, EVP_sha256(), reinterpret_cast<unsigned char*>(digest.data()),
                    &size) != 1 ||
        size != digest.size()) {
        return std::nullopt;
    }
    return digest;
}

void CertificatePin::set(const Fingerprint& only) {
    if (!accepts(only)) {
        replace(std::make_shared<const Fingerprint>(only));
    }
}

void CertificatePin::clear() {
    if (only_.load(std::memory_order_acquire)) {
        replace(nullptr);
    }
}

void CertificatePin::replace(std::shared_ptr<const Fingerprint> next) {
    only_.store(std::move(next), std::memory_order_release);
    generation_.fetch_add(1, std::memory_order_release);
}

bool CertificatePin::accepts(const Fingerprint& shown) const {
    const auto only = only_.load(std::memory_order_acquire);
    return only && *only == shown;
}

std::uint64_t CertificatePin::generation() const {
    return generation_.load(std::memory_order_acquire);
}

async::Task<Result<PeerCertificate>> fetch_peer_certificate(async::Loop& loop,
                                                            async::CpuPool& resolver, Origin origin,
                                                            Deadline deadline) {
    if (!origin.tls) {
        co_return Error(Errc::configuration_invalid, "an http:// address shows no certificate");
    }
    auto tls = ClientTls::create({.server_name = origin.host, .trust = Trust::anyone});
    if (!tls) {
        co_return tls.error();
    }
    UpstreamPool pool(loop, resolver, UpstreamOptions{.origin = std::move(origin)}, tls->get());
    const auto connection = co_await pool.connect(deadline);
    if (!connection) {
        co_return connection.error();
    }
    X509* shown = (*connection)->peer_certificate();
    const auto digest = digest_of(shown);
    if (!digest) {
        co_return Error(Errc::rack_unreachable, "it shows no certificate");
    }
    co_return PeerCertificate{.pem = to_pem(shown), .fingerprint = *digest};
}

}  // namespace rgw::http
