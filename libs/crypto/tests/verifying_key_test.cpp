#include "rgw/crypto/verifying_key.hpp"

#include <gtest/gtest.h>

#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto_testing/signing_key.hpp"

namespace rgw::crypto {
namespace {

using testing::KeyKind;
using testing::SigningKey;

struct Pairing {
    SignatureAlgorithm algorithm;
    KeyKind kind;
    KeyType type;
};
constexpr Pairing pairings[] = {
    {SignatureAlgorithm::rs256, KeyKind::rsa, KeyType::rsa},
    {SignatureAlgorithm::ps256, KeyKind::rsa, KeyType::rsa},
    {SignatureAlgorithm::es256, KeyKind::p256, KeyType::p256},
    {SignatureAlgorithm::es384, KeyKind::p384, KeyType::p384},
    {SignatureAlgorithm::es512, KeyKind::p521, KeyType::p521},
    {SignatureAlgorithm::ed25519, KeyKind::ed25519, KeyType::ed25519},
    {SignatureAlgorithm::ed448, KeyKind::ed448, KeyType::ed448},
};

Result<VerifyingKey> public_key(const SigningKey& key, KeyType type) {
    const auto numbers = key.public_numbers();
    switch (type) {
        case KeyType::rsa:
            return VerifyingKey::rsa(numbers.first, numbers.second);
        case KeyType::p256:
        case KeyType::p384:
        case KeyType::p521:
            return VerifyingKey::ec(type, numbers.first, numbers.second);
        case KeyType::ed25519:
        case KeyType::ed448:
            break;
    }
    return VerifyingKey::edwards(type, numbers.first);
}

TEST(VerifyingKey, VerifiesWithTheAlgorithmsOfItsTypeOnly) {
    for (const Pairing& own : pairings) {
        const SigningKey signing(own.kind);
        const auto key = public_key(signing, own.type);
        ASSERT_TRUE(key) << static_cast<int>(own.algorithm);
        EXPECT_EQ(key->type(), own.type);
        const std::string signature = signing.sign_der(own.algorithm, "message");
        for (const Pairing& other : pairings) {
            EXPECT_EQ(key->fits(other.algorithm), other.type == own.type);
            EXPECT_EQ(key->verifies(other.algorithm, "message", signature),
                      other.algorithm == own.algorithm);
        }
        EXPECT_FALSE(key->verifies(own.algorithm, "massage", signature));
        EXPECT_FALSE(key->verifies(own.algorithm, "message", ""));
        EXPECT_FALSE(key->verifies(own.algorithm, "message", signature + "x"));
        EXPECT_TRUE(*key == public_key(signing, own.type).value());
        EXPECT_FALSE(*key == public_key(SigningKey(own.kind), own.type).value());
    }
}

TEST(VerifyingKey, KeysOfTwoTypesAreNotTheSame) {
    const SigningKey p256(KeyKind::p256);
    const SigningKey ed25519(KeyKind::ed25519);
    EXPECT_FALSE(public_key(p256, KeyType::p256).value() ==
                 public_key(ed25519, KeyType::ed25519).value());
}

TEST(VerifyingKey, AnotherTypeThanAskedForIsRefused) {
    const auto numbers = SigningKey(KeyKind::p256).public_numbers();
    for (const KeyType type : {KeyType::rsa, KeyType::ed25519, KeyType::ed448, KeyType::p384}) {
        EXPECT_FALSE(VerifyingKey::ec(type, numbers.first, numbers.second));
    }
    for (const KeyType type : {KeyType::rsa, KeyType::p256, KeyType::ed448}) {
        EXPECT_FALSE(VerifyingKey::edwards(type, numbers.first));
    }
}

std::string bytes(std::string_view hex) {
    return parse_hex(hex).value();
}

std::string repeated(std::string_view first, std::string_view middle, int count,
                     std::string_view last) {
    std::string out = bytes(first);
    for (int i = 0; i < count; ++i) {
        out += bytes(middle);
    }
    return out + bytes(last);
}

// Under a key of small order the signature "R = identity, S = 0" is good for one message in eight,
// or for all of them.
TEST(VerifyingKey, PointsOfSmallOrderAndOtherSpellingsAreRefused) {
    const std::string of_25519[] = {
        repeated("00", "00", 30, "00"),  // order 4
        repeated("00", "00", 30, "80"),
        repeated("01", "00", 30, "00"),  // order 1
        repeated("01", "00", 30, "80"),
        repeated("ec", "ff", 30, "7f"),  // order 2
        repeated("ec", "ff", 30, "ff"),
        bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),  // order 8
        bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
        bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
        repeated("ed", "ff", 30, "7f"),  // 0 again: p
        repeated("ee", "ff", 30, "7f"),  // 1 again
        repeated("ff", "ff", 30, "7f"),
        repeated("02", "00", 30, "00"),  // no point
    };
    for (const std::string& point : of_25519) {
        EXPECT_FALSE(VerifyingKey::edwards(KeyType::ed25519, point))
            << hex(std::as_bytes(std::span(point)));
    }
    const std::string of_448[] = {
        repeated("00", "00", 55, "00"),  // order 4
        repeated("01", "00", 55, "00"),  // order 1
        repeated("01", "00", 55, "80"),
        bytes("fe" + std::string(54, 'f') + "fe" + std::string(54, 'f') + "00"),  // order 2: p - 1
        bytes("ff" + std::string(54, 'f') + "fe" + std::string(54, 'f') + "00"),  // 0 again: p
        repeated("ff", "ff", 55, "00"),
        repeated("03", "00", 55, "01"),  // a bit that no number has
    };
    for (const std::string& point : of_448) {
        EXPECT_FALSE(VerifyingKey::edwards(KeyType::ed448, point))
            << hex(std::as_bytes(std::span(point)));
    }
    // RFC 8032 §7.1 and §7.4: the first keys.
    EXPECT_TRUE(VerifyingKey::edwards(
        KeyType::ed25519,
        bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")));
    EXPECT_TRUE(VerifyingKey::edwards(
        KeyType::ed448,
        bytes("5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6"
              "783df1e50f6cd1fa1abeafe8256180")));
}

// About half of all numbers are the y of a point: ours must be the half that OpenSSL decodes.
TEST(VerifyingKey, EveryFreshPointIsTaken) {
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(public_key(SigningKey(KeyKind::ed25519), KeyType::ed25519));
        EXPECT_TRUE(public_key(SigningKey(KeyKind::ed448), KeyType::ed448));
    }
}

}  // namespace
}  // namespace rgw::crypto
