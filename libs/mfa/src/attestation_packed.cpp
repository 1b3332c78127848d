#include <algorithm>

#include "attestation.hpp"

namespace rgw::mfa {
namespace {

// OIDs of RFC 5280 §A.1
constexpr std::string_view common_name = "2.5.4.3";
constexpr std::string_view country = "2.5.4.6";
constexpr std::string_view organization = "2.5.4.10";
constexpr std::string_view organizational_unit = "2.5.4.11";

// The value of an attribute the subject has once; empty otherwise.
std::string_view once(const std::vector<crypto::NameAttribute>& subject, std::string_view type) {
    if (std::ranges::count(subject, type, &crypto::NameAttribute::type) != 1) {
        return {};
    }
    return std::ranges::find(subject, type, &crypto::NameAttribute::type)->value;
}

bool is_country(std::string_view code) {
    return code.size() == 2 &&
           std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// §8.2.1
bool is_attestation_certificate(const crypto::Certificate& certificate) {
    const auto subject = certificate.subject();
    return certificate.version() == 3 && is_country(once(subject, country)) &&
           !once(subject, organization).empty() &&
           once(subject, organizational_unit) == "Authenticator Attestation" &&
           !once(subject, common_name).empty() && certificate.is_authority() == false;
}

WebAuthnResult<Attested> verify_self(const Attestation& attestation, CoseAlgorithm algorithm) {
    if (algorithm != attestation.key.algorithm) {
        return WebAuthnFault::attestation_malformed;
    }
    if (!attestation.key.verifies(attestation.signed_bytes,
                                  bytes_member(attestation.statement, "sig"))) {
        return WebAuthnFault::attestation_signature_wrong;
    }
    return Attested{.type = AttestationType::self, .chain = {}};
}

}  // namespace

// §8.2; ECDAA is gone since Level 2.
WebAuthnResult<Attested> verify_packed(const Attestation& attestation) {
    const bool has_chain = has_exactly(attestation.statement, {"alg", "sig", "x5c"});
    if (!has_chain && !has_exactly(attestation.statement, {"alg", "sig"})) {
        return WebAuthnFault::attestation_malformed;
    }
    const auto algorithm = read_algorithm(attestation.statement);
    if (!algorithm) {
        return algorithm.error();
    }
    if (bytes_member(attestation.statement, "sig").empty()) {
        return WebAuthnFault::attestation_malformed;
    }
    if (!has_chain) {
        return verify_self(attestation, *algorithm);
    }
    auto chain = read_chain(attestation.statement);
    if (!chain) {
        return chain.error();
    }
    const crypto::Certificate& certificate = chain->front();
    if (!certificate.public_key().verifies(signature_algorithm(*algorithm),
                                           attestation.signed_bytes,
                                           bytes_member(attestation.statement, "sig"))) {
        return WebAuthnFault::attestation_signature_wrong;
    }
    if (!is_attestation_certificate(certificate) ||
        !may_attest(certificate, attestation.credential().aaguid)) {
        return WebAuthnFault::attestation_certificate_refused;
    }
    return Attested{.type = AttestationType::untrusted, .chain = std::move(*chain)};
}

}  // namespace rgw::mfa
