#include "rgw/crypto/verifying_key.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <bit>
#include <optional>
#include <string>

#include "public_key.hpp"
#include "rgw/base/releases.hpp"

namespace rgw::crypto {
namespace {

constexpr std::size_t min_rsa_bits = 2048;
constexpr std::size_t max_rsa_bits = 8192;  // a check takes a millisecond already
constexpr std::size_t max_exponent_octets = 4;

Error refusal(std::string_view why) {
    return {Errc::invalid_value, "key: " + std::string(why)};
}

std::size_t bits_of(std::string_view big_endian) {
    const auto first = static_cast<unsigned char>(big_endian.front());
    return (big_endian.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(first));
}

// RFC 7518 §2, Base64urlUInt: the fewest octets. Both numbers of an RSA key are odd.
bool is_odd_number(std::string_view big_endian) {
    return !big_endian.empty() && big_endian.front() != '\0' &&
           (static_cast<unsigned char>(big_endian.back()) & 1U) == 1;
}

// Nothing when the key has no such number.
std::optional<std::string> number_of(const EVP_PKEY* key, const char* name, std::size_t octets) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) {
        return std::nullopt;
    }
    const std::unique_ptr<BIGNUM, Releases<BN_free>> owner(number);
    std::string out(octets > 0 ? octets : static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    const int size = static_cast<int>(out.size());
    if (BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), size) != size) {
        return std::nullopt;
    }
    return out;
}

std::optional<KeyType> find_curve(const EVP_PKEY* key) {
    std::array<char, 32> name{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) {
        return std::nullopt;
    }
    const std::string_view group(name.data(), size);
    if (group == "prime256v1") {
        return KeyType::p256;
    }
    if (group == "secp384r1") {
        return KeyType::p384;
    }
    return group == "secp521r1" ? std::optional(KeyType::p521) : std::nullopt;
}

Result<VerifyingKey> ec_key_of(const EVP_PKEY* key) {
    const auto curve = find_curve(key);
    if (!curve) {
        return refusal("not on P-256, P-384 or P-521");
    }
    const auto x = number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, field_octets(*curve));
    const auto y = number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, field_octets(*curve));
    return VerifyingKey::ec(*curve, x.value_or(""), y.value_or(""));
}

Result<VerifyingKey> edwards_key_of(const EVP_PKEY* key, KeyType curve) {
    std::string point(57, '\0');
    std::size_t size = point.size();
    if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(point.data()), &size) !=
        1) {
        size = 0;
    }
    point.resize(size);
    return VerifyingKey::edwards(curve, point);
}

Result<VerifyingKey> find_key(const EVP_PKEY* key) {
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_RSA:
            return VerifyingKey::rsa(number_of(key, OSSL_PKEY_PARAM_RSA_N, 0).value_or(""),
                                     number_of(key, OSSL_PKEY_PARAM_RSA_E, 0).value_or(""));
        case EVP_PKEY_EC:
            return ec_key_of(key);
        case EVP_PKEY_ED25519:
            return edwards_key_of(key, KeyType::ed25519);
        case EVP_PKEY_ED448:
            return edwards_key_of(key, KeyType::ed448);
        default:
            return refusal("not RSA, EC or EdDSA");
    }
}

}  // namespace

struct VerifyingKey::Key {
    KeyType type;
    KeyHandle handle;
};

Result<VerifyingKey> VerifyingKey::rsa(std::string_view modulus, std::string_view exponent) {
    if (!is_odd_number(modulus) || !is_odd_number(exponent)) {
        return refusal("n or e is no number of an RSA key");
    }
    if (bits_of(modulus) < min_rsa_bits || bits_of(modulus) > max_rsa_bits) {
        return refusal("RSA of fewer than 2048 or more than 8192 bits");
    }
    // FIPS 186-5 §A.1.1 wants more than 2^16; a large one only costs time.
    if (bits_of(exponent) <= 16 || exponent.size() > max_exponent_octets) {
        return refusal("RSA with an unusual exponent");
    }
    KeyHandle handle = make_rsa_key(modulus, exponent);
    if (!handle) {
        return refusal("its numbers are no public key");
    }
    return VerifyingKey(
        std::make_shared<const Key>(Key{.type = KeyType::rsa, .handle = std::move(handle)}));
}

Result<VerifyingKey> VerifyingKey::ec(KeyType curve, std::string_view x, std::string_view y) {
    const std::size_t octets = field_octets(curve);
    if (octets == 0 || x.size() != octets || y.size() != octets) {
        return refusal("x or y is no coordinate of its curve");
    }
    KeyHandle handle = make_ec_key(curve, x, y);
    if (!handle) {
        return refusal("its numbers are no public key");
    }
    return VerifyingKey(
        std::make_shared<const Key>(Key{.type = curve, .handle = std::move(handle)}));
}

Result<VerifyingKey> VerifyingKey::edwards(KeyType curve, std::string_view point) {
    if (curve != KeyType::ed25519 && curve != KeyType::ed448) {
        return refusal("not a curve of EdDSA");
    }
    KeyHandle handle = make_edwards_key(curve, point);
    if (!handle) {
        return refusal("x is no point of its curve");
    }
    return VerifyingKey(
        std::make_shared<const Key>(Key{.type = curve, .handle = std::move(handle)}));
}

KeyType VerifyingKey::type() const {
    return key_->type;
}

bool VerifyingKey::fits(SignatureAlgorithm algorithm) const {
    return key_->type == key_type_of(algorithm);
}

bool VerifyingKey::verifies(SignatureAlgorithm algorithm, std::string_view message,
                            std::string_view signature) const {
    return fits(algorithm) && verify_signature(key_->handle.get(), algorithm, message, signature);
}

bool VerifyingKey::operator==(const VerifyingKey& other) const {
    const bool same = EVP_PKEY_eq(key_->handle.get(), other.key_->handle.get()) == 1;
    ERR_clear_error();  // keys of two types are an error of OpenSSL's
    return same;
}

Result<VerifyingKey> verifying_key_of(const EVP_PKEY* key) {
    auto found = find_key(key);
    ERR_clear_error();
    return found;
}

}  // namespace rgw::crypto
