#include <algorithm>

#include "attestation.hpp"
#include "rgw/crypto/digest.hpp"
#include "tpm_structures.hpp"

namespace rgw::mfa {
namespace {

// TCG EK Credential Profile §3.1.2 and §3.2.16
constexpr std::string_view tpm_manufacturer = "2.23.133.2.1";
constexpr std::string_view tpm_model = "2.23.133.2.2";
constexpr std::string_view tpm_version = "2.23.133.2.3";
constexpr std::string_view aik_certificate = "2.23.133.8.3";  // tcg-kp-AIKCertificate

// "id:" and the four octets of the TCG's vendor registry in hexadecimal. Who is registered changes;
// whom we believe is what the roots say.
bool is_vendor(std::string_view id) {
    return id.size() == 11 && id.starts_with("id:") &&
           std::ranges::all_of(id.substr(3), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
           });
}

bool names_a_tpm(const std::vector<crypto::NameAttribute>& names) {
    const auto has = [&names](std::string_view type) {
        return std::ranges::any_of(names, [type](const crypto::NameAttribute& name) {
            return name.type == type && !name.value.empty();
        });
    };
    return has(tpm_model) && has(tpm_version) &&
           std::ranges::any_of(names, [](const crypto::NameAttribute& name) {
               return name.type == tpm_manufacturer && is_vendor(name.value);
           });
}

// §8.3.1
bool is_aik_certificate(const crypto::Certificate& certificate) {
    return certificate.version() == 3 && certificate.subject().empty() &&
           names_a_tpm(certificate.alternative_directory_names()) &&
           certificate.has_purpose(aik_certificate) && certificate.is_authority() == false;
}

// The one `alg` employs; EdDSA employs none by itself.
std::optional<crypto::HashAlgorithm> hash_of(CoseAlgorithm algorithm) {
    switch (algorithm) {
        case CoseAlgorithm::es256:
        case CoseAlgorithm::ps256:
        case CoseAlgorithm::rs256:
            return crypto::HashAlgorithm::sha256;
        case CoseAlgorithm::es384:
            return crypto::HashAlgorithm::sha384;
        case CoseAlgorithm::es512:
            return crypto::HashAlgorithm::sha512;
        case CoseAlgorithm::eddsa:
        case CoseAlgorithm::ed448:
            break;
    }
    return std::nullopt;
}

// Whether the TPM certified this very key, in this very ceremony.
std::optional<WebAuthnFault> check_certified(const Attestation& attestation,
                                             CoseAlgorithm algorithm) {
    const auto area = tpm::parse_public_area(bytes_member(attestation.statement, "pubArea"));
    const auto info = tpm::parse_certify_info(bytes_member(attestation.statement, "certInfo"));
    const auto hash = hash_of(algorithm);
    if (!area || !info || !hash || area->key != attestation.key.key) {
        return WebAuthnFault::attestation_malformed;
    }
    const std::string expected = crypto::hash(*hash, attestation.signed_bytes);
    if (!crypto::constant_time_equal(info->extra_data, expected) ||
        !crypto::constant_time_equal(info->name, area->name)) {
        return WebAuthnFault::attestation_signature_wrong;
    }
    return std::nullopt;
}

bool is_version_2(const cbor::Value& statement) {
    const cbor::Value* version = cbor::find(statement, "ver", cbor::Kind::text);
    return version != nullptr && version->content == "2.0";
}

}  // namespace

// §8.3
WebAuthnResult<Attested> verify_tpm(const Attestation& attestation) {
    const std::string_view signature = bytes_member(attestation.statement, "sig");
    if (!has_exactly(attestation.statement, {"ver", "alg", "x5c", "sig", "certInfo", "pubArea"}) ||
        !is_version_2(attestation.statement) || signature.empty()) {
        return WebAuthnFault::attestation_malformed;
    }
    const auto algorithm = read_algorithm(attestation.statement);
    if (!algorithm) {
        return algorithm.error();
    }
    if (const auto fault = check_certified(attestation, *algorithm)) {
        return *fault;
    }
    auto chain = read_chain(attestation.statement);
    if (!chain) {
        return chain.error();
    }
    const crypto::Certificate& certificate = chain->front();
    if (!certificate.public_key().verifies(signature_algorithm(*algorithm),
                                           bytes_member(attestation.statement, "certInfo"),
                                           signature)) {
        return WebAuthnFault::attestation_signature_wrong;
    }
    if (!is_aik_certificate(certificate) ||
        !may_attest(certificate, attestation.credential().aaguid)) {
        return WebAuthnFault::attestation_certificate_refused;
    }
    return Attested{.type = AttestationType::untrusted, .chain = std::move(*chain)};
}

}  // namespace rgw::mfa
