#include "attestation.hpp"
#include "der.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::mfa {
namespace {

constexpr std::string_view nonce_extension = "1.2.840.113635.100.8.2";

// SEQUENCE { nonce [1] EXPLICIT OCTET STRING }
std::optional<std::string_view> read_nonce(std::string_view extension) {
    const auto sequence = der::only(extension, der::sequence);
    const auto member = sequence ? der::only(*sequence, der::context(1)) : std::nullopt;
    return member ? der::only(*member, der::octet_string) : std::nullopt;
}

}  // namespace

// §8.8. The statement has no signature of its own: the certificate was issued for this ceremony.
WebAuthnResult<Attested> verify_apple(const Attestation& attestation) {
    if (!has_exactly(attestation.statement, {"x5c"})) {
        return WebAuthnFault::attestation_malformed;
    }
    auto chain = read_chain(attestation.statement);
    if (!chain) {
        return chain.error();
    }
    const crypto::Certificate& certificate = chain->front();
    const auto extension = certificate.extension(nonce_extension);
    const auto nonce = extension ? read_nonce(extension->value) : std::nullopt;
    if (!nonce) {
        return WebAuthnFault::attestation_certificate_refused;
    }
    const crypto::Digest expected = crypto::sha256(attestation.signed_bytes);
    if (!crypto::constant_time_equal(*nonce, crypto::text_of(expected))) {
        return WebAuthnFault::attestation_signature_wrong;
    }
    if (certificate.public_key() != attestation.key.key) {
        return WebAuthnFault::attestation_certificate_refused;
    }
    return Attested{.type = AttestationType::untrusted, .chain = std::move(*chain)};
}

}  // namespace rgw::mfa
