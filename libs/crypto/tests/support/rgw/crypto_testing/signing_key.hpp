#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "rgw/crypto/jwk.hpp"

namespace rgw::crypto::testing {

enum class KeyKind : std::uint8_t { rsa, short_rsa, p256, p384, p521, ed25519, ed448 };

// The public half's numbers, big-endian: x and y of a point, n and e, or an encoded point alone.
struct PublicNumbers {
    std::string first;
    std::string second;
};
struct CertificateDraft;

// A fresh key pair, as an identity provider or an authenticator has it.
class SigningKey {
public:
    explicit SigningKey(KeyKind kind);
    ~SigningKey();
    SigningKey(SigningKey&&) noexcept;

    // The public half. `more` is JSON members to add, with a comma in front: `,"use":"sig"`.
    [[nodiscard]] std::string public_jwk(std::string_view key_id = "",
                                         std::string_view more = "") const;
    // In the form of RFC 7518 §3. The algorithm must be one for this kind of key.
    [[nodiscard]] std::string sign(JwsAlgorithm algorithm, std::string_view message) const;
    // With ECDSA in DER, as everybody but JWS has it.
    [[nodiscard]] std::string sign_der(SignatureAlgorithm algorithm,
                                       std::string_view message) const;
    [[nodiscard]] PublicNumbers public_numbers() const;
    // A compact JWS whose header says what the caller likes.
    [[nodiscard]] std::string token(JwsAlgorithm algorithm, std::string_view header,
                                    std::string_view payload) const;

private:
    friend std::string issue_certificate(const CertificateDraft& draft, const SigningKey& subject,
                                         const CertificateDraft& issuer,
                                         const SigningKey& issuer_key);
    struct State;
    std::unique_ptr<State> state_;
};

// `header` and `payload` in base64url, and a dot between them.
[[nodiscard]] std::string signing_input(std::string_view header, std::string_view payload);
// Signed with a shared secret.
[[nodiscard]] std::string hs256_token(std::string_view secret, std::string_view header,
                                      std::string_view payload);

}  // namespace rgw::crypto::testing
