#pragma once

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/crypto/verifying_key.hpp"

namespace rgw::crypto {

struct FreeKey {
    void operator()(EVP_PKEY* key) const;
};
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeKey>;

// Null when OpenSSL does not take the numbers as a key: a point off its curve, for one. All are
// big-endian octets; those of a point have the length of the curve's field.
[[nodiscard]] KeyHandle make_rsa_key(std::string_view modulus, std::string_view exponent);
[[nodiscard]] KeyHandle make_ec_key(KeyType curve, std::string_view x, std::string_view y);
[[nodiscard]] KeyHandle make_edwards_key(KeyType curve, std::string_view point);

// Of a point's coordinates; the curve is one of NIST's.
[[nodiscard]] std::size_t field_octets(KeyType curve);
[[nodiscard]] KeyType key_type_of(SignatureAlgorithm algorithm);

// The key's type must be the algorithm's.
[[nodiscard]] bool verify_signature(EVP_PKEY* key, SignatureAlgorithm algorithm,
                                    std::string_view message, std::string_view signature);

// RFC 7518 §3.4 writes r and s one after the other, everybody else in DER. Nothing when the pair
// has another length.
[[nodiscard]] std::optional<std::string> der_of_pair(std::string_view pair,
                                                     std::size_t number_octets);

// The numbers of a key that OpenSSL has read, made a key of ours. Error: invalid_value when it is
// of another type, too.
[[nodiscard]] Result<VerifyingKey> verifying_key_of(const EVP_PKEY* key);

}  // namespace rgw::crypto
