#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "rgw/crypto/jwk.hpp"

namespace rgw::crypto {

enum class KeyType : std::uint8_t { rsa, p256, p384, ed25519 };

struct FreeKey {
    void operator()(EVP_PKEY* key) const;
};
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeKey>;

// Null when OpenSSL does not take the numbers as a key: a point off its curve, for one. All are
// big-endian octets; those of a point have the length of the curve's field.
[[nodiscard]] KeyHandle make_rsa_key(std::string_view modulus, std::string_view exponent);
[[nodiscard]] KeyHandle make_ec_key(KeyType type, std::string_view x, std::string_view y);
[[nodiscard]] KeyHandle make_ed25519_key(std::string_view x);

[[nodiscard]] KeyType key_type_of(JwsAlgorithm algorithm);
// The key's type must be the algorithm's.
[[nodiscard]] bool verify_signature(EVP_PKEY* key, JwsAlgorithm algorithm, std::string_view message,
                                    std::string_view signature);

}  // namespace rgw::crypto
