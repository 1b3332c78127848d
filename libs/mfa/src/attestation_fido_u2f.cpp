#include "attestation.hpp"

namespace rgw::mfa {
namespace {

// A point as SEC 1 §2.3.3 writes it, uncompressed.
std::string public_key_u2f(const CredentialKey& key) {
    return "\x04" + std::string(key.x) + std::string(key.y);
}

}  // namespace

// §8.6
WebAuthnResult<Attested> verify_fido_u2f(const Attestation& attestation) {
    const std::string_view signature = bytes_member(attestation.statement, "sig");
    if (!has_exactly(attestation.statement, {"sig", "x5c"}) || signature.empty()) {
        return WebAuthnFault::attestation_malformed;
    }
    auto chain = read_chain(attestation.statement);
    if (!chain) {
        return chain.error();
    }
    if (chain->size() != 1) {
        return WebAuthnFault::attestation_malformed;
    }
    const crypto::VerifyingKey& key = chain->front().public_key();
    if (key.type() != crypto::KeyType::p256) {
        return WebAuthnFault::attestation_certificate_refused;
    }
    if (attestation.key.algorithm != CoseAlgorithm::es256) {
        return WebAuthnFault::attestation_malformed;
    }
    std::string message(1, '\0');
    message += attestation.data.rp_id_hash;
    message += attestation.client_data_hash;
    message += attestation.credential().id;
    message += public_key_u2f(attestation.key);
    if (!key.verifies(crypto::SignatureAlgorithm::es256, message, signature)) {
        return WebAuthnFault::attestation_signature_wrong;
    }
    return Attested{
        .type = AttestationType::untrusted, .chain = std::move(*chain), .names_model = false};
}

}  // namespace rgw::mfa
