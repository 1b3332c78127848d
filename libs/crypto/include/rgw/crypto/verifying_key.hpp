#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "rgw/base/error.hpp"

namespace rgw::crypto {

enum class KeyType : std::uint8_t { rsa, p256, p384, p521, ed25519, ed448 };

// RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017), ECDSA (FIPS 186-5), EdDSA (RFC 8032).
enum class SignatureAlgorithm : std::uint8_t { rs256, ps256, es256, es384, es512, ed25519, ed448 };

// A public key that signatures are checked with, its numbers checked when it is made: RSA of 2048
// to 8192 bits, points on their curve and of large order. Immutable and cheap to copy; any thread.
class VerifyingKey {
public:
    // Numbers are big-endian octets without leading zeros. Error of all three: invalid_value with
    // what is wrong.
    static Result<VerifyingKey> rsa(std::string_view modulus, std::string_view exponent);
    // x and y have the length of the curve's field.
    static Result<VerifyingKey> ec(KeyType curve, std::string_view x, std::string_view y);
    // The point in the encoding of RFC 8032 §5.1.2 or §5.2.2.
    static Result<VerifyingKey> edwards(KeyType curve, std::string_view point);

    [[nodiscard]] KeyType type() const;
    [[nodiscard]] bool fits(SignatureAlgorithm algorithm) const;
    // ECDSA signatures are in strict DER (RFC 3279 §2.2.3). False too when the algorithm does not
    // fit the key.
    [[nodiscard]] bool verifies(SignatureAlgorithm algorithm, std::string_view message,
                                std::string_view signature) const;
    // Whether both are the same key.
    [[nodiscard]] bool operator==(const VerifyingKey& other) const;

private:
    struct Key;
    explicit VerifyingKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}

    std::shared_ptr<const Key> key_;
};

}  // namespace rgw::crypto
