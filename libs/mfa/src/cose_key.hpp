#pragma once

#include <optional>
#include <string_view>

#include "cbor.hpp"
#include "rgw/crypto/verifying_key.hpp"
#include "rgw/mfa/webauthn.hpp"

namespace rgw::mfa {

[[nodiscard]] std::optional<CoseAlgorithm> find_cose_algorithm(std::int64_t number);
[[nodiscard]] crypto::SignatureAlgorithm signature_algorithm(CoseAlgorithm algorithm);

struct CredentialKey {
    CoseAlgorithm algorithm = CoseAlgorithm::es256;
    crypto::VerifyingKey key;
    std::string_view x;  // of a point: its coordinates
    std::string_view y;

    [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const {
        return key.verifies(signature_algorithm(algorithm), message, signature);
    }
};

// A credential's public key as COSE_Key (RFC 9052 §7, WebAuthn §6.5.1.1): `alg`, what its type
// needs, and nothing else. Faults: algorithm_refused, public_key_malformed.
[[nodiscard]] WebAuthnResult<CredentialKey> read_cose_key(const cbor::Value& map);

}  // namespace rgw::mfa
