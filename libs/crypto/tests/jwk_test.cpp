#include "rgw/crypto/jwk.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto_testing/signing_key.hpp"

namespace rgw::crypto {
namespace {

using testing::KeyKind;
using testing::SigningKey;

const SigningKey& key_of(KeyKind kind) {
    static const SigningKey rsa(KeyKind::rsa);
    static const SigningKey p256(KeyKind::p256);
    static const SigningKey p384(KeyKind::p384);
    static const SigningKey ed25519(KeyKind::ed25519);
    switch (kind) {
        case KeyKind::rsa:
        case KeyKind::short_rsa:
            return rsa;
        case KeyKind::p256:
            return p256;
        case KeyKind::p384:
            return p384;
        case KeyKind::ed25519:
        case KeyKind::p521:  // no JWK of ours
        case KeyKind::ed448:
            break;
    }
    return ed25519;
}

struct Pairing {
    JwsAlgorithm algorithm;
    KeyKind kind;
};
constexpr Pairing pairings[] = {
    {JwsAlgorithm::rs256, KeyKind::rsa},     {JwsAlgorithm::ps256, KeyKind::rsa},
    {JwsAlgorithm::es256, KeyKind::p256},    {JwsAlgorithm::es384, KeyKind::p384},
    {JwsAlgorithm::eddsa, KeyKind::ed25519},
};

// RFC 7517 §A.1.
TEST(Jwk, ReadsTheKeysOfRfc7517) {
    const auto curve =
        Jwk::parse(R"({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
                   R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"})");
    ASSERT_TRUE(curve) << describe(curve.error());
    EXPECT_EQ(curve->key_id(), "1");
    EXPECT_FALSE(curve->fits(JwsAlgorithm::es256));  // it is for encryption

    const auto rsa = Jwk::parse(
        R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1)"
        R"(RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5)"
        R"(w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91C)"
        R"(bOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur)"
        R"(-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})");
    ASSERT_TRUE(rsa) << describe(rsa.error());
    EXPECT_EQ(rsa->key_id(), "2011-04-29");
    EXPECT_TRUE(rsa->fits(JwsAlgorithm::rs256));
    EXPECT_FALSE(rsa->fits(JwsAlgorithm::ps256));  // its `alg` says so
    EXPECT_FALSE(rsa->fits(JwsAlgorithm::es256));
}

TEST(Jwk, VerifiesWithItsOwnAlgorithmsAndNoOther) {
    const std::string message = "a message";
    for (const Pairing& signer : pairings) {
        const std::string signature = key_of(signer.kind).sign(signer.algorithm, message);
        for (const Pairing& checker : pairings) {
            const auto key = Jwk::parse(key_of(checker.kind).public_jwk()).value();
            for (const Pairing& used : pairings) {
                const bool right =
                    signer.kind == checker.kind && used.algorithm == signer.algorithm;
                EXPECT_EQ(key.verifies(used.algorithm, message, signature), right)
                    << name(signer.algorithm) << ' ' << name(checker.algorithm) << ' '
                    << name(used.algorithm);
            }
        }
    }
}

TEST(Jwk, AnyChangeOfMessageOrSignatureIsSeen) {
    const std::string message = "a message";
    for (const auto& [algorithm, kind] : pairings) {
        const auto key = Jwk::parse(key_of(kind).public_jwk()).value();
        const std::string good = key_of(kind).sign(algorithm, message);
        ASSERT_TRUE(key.verifies(algorithm, message, good)) << name(algorithm);
        EXPECT_FALSE(key.verifies(algorithm, "b message", good));
        EXPECT_FALSE(key.verifies(algorithm, message, ""));
        EXPECT_FALSE(key.verifies(algorithm, message, good + '\0'));
        EXPECT_FALSE(key.verifies(algorithm, message, '\0' + good));
        EXPECT_FALSE(key.verifies(algorithm, message, good.substr(1)));
        // For a pair of numbers the same pair, spelt with a zero too many.
        EXPECT_FALSE(
            key.verifies(algorithm, message, std::string(good).insert(good.size() / 2, 1, '\0')));
        EXPECT_FALSE(key.verifies(algorithm, message, std::string(good.size(), '\0')));
        EXPECT_FALSE(key.verifies(algorithm, message, std::string(good.size(), '\xFF')));
        for (const std::size_t at : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ 1);
            EXPECT_FALSE(key.verifies(algorithm, message, bad)) << name(algorithm) << ' ' << at;
        }
    }
}

TEST(Jwk, UseOperationsAndAlgorithmMustAllowIt) {
    struct Case {
        std::string more;
        bool fits;
    };
    const Case cases[] = {
        {"", true},
        {R"(,"use":"sig")", true},
        {R"(,"use":"enc")", false},
        {R"(,"use":"SIG")", false},
        {R"(,"use":1)", false},
        {R"(,"key_ops":["verify"])", true},
        {R"(,"key_ops":["sign","verify"])", true},
        {R"(,"key_ops":["encrypt"])", false},
        {R"(,"key_ops":[])", false},
        {R"(,"key_ops":"verify")", false},
        {R"(,"alg":"ES256")", true},
        {R"(,"alg":"ES384")", false},
        {R"(,"alg":"HS256")", false},
        {R"(,"use":"sig","key_ops":["verify"],"alg":"ES256")", true},
        {R"(,"use":"enc","key_ops":["verify"])", false},
    };
    for (const Case& c : cases) {
        const auto key = Jwk::parse(key_of(KeyKind::p256).public_jwk("k", c.more));
        ASSERT_TRUE(key) << c.more;
        EXPECT_EQ(key->fits(JwsAlgorithm::es256), c.fits) << c.more;
        const std::string signature = key_of(KeyKind::p256).sign(JwsAlgorithm::es256, "m");
        EXPECT_EQ(key->verifies(JwsAlgorithm::es256, "m", signature), c.fits) << c.more;
    }
}

std::string rsa_jwk(const std::string& modulus, const std::string& exponent) {
    return R"({"kty":"RSA","n":")" + base64url(modulus) + R"(","e":")" + base64url(exponent) +
           R"("})";
}

std::string curve_jwk(const std::string& curve, const std::string& x, const std::string& y) {
    return R"({"kty":"EC","crv":")" + curve + R"(","x":")" + base64url(x) + R"(","y":")" +
           base64url(y) + R"("})";
}

TEST(Jwk, RefusesNumbersThatAreNoKeyForUs) {
    const std::string usual("\x01\x00\x01", 3);
    const auto modulus = [](std::size_t octets) { return std::string(octets, '\xC1'); };
    EXPECT_TRUE(Jwk::parse(rsa_jwk(modulus(256), usual)));
    EXPECT_TRUE(Jwk::parse(rsa_jwk(modulus(1024), usual)));
    const std::string cases[] = {
        key_of(KeyKind::rsa).public_jwk("k", R"(,"d":"AQAB")"),
        SigningKey(KeyKind::short_rsa).public_jwk(),
        rsa_jwk("\x7F" + modulus(255), usual),  // 2047 bits
        rsa_jwk(modulus(1025), usual),
        rsa_jwk('\0' + modulus(256), usual),  // a second spelling
        rsa_jwk(modulus(255) + '\x02', usual),
        rsa_jwk("", usual),
        rsa_jwk(modulus(256), ""),
        rsa_jwk(modulus(256), "\x01"),
        rsa_jwk(modulus(256), "\x03"),
        rsa_jwk(modulus(256), std::string("\x01\x00\x00", 3)),
        rsa_jwk(modulus(256), std::string("\x01\x00\x00\x00\x01", 5)),
        rsa_jwk(modulus(256), '\0' + usual),
        curve_jwk("P-256", std::string(32, '\x01'), std::string(32, '\x01')),  // off the curve
        curve_jwk("P-256", std::string(32, '\0'), std::string(32, '\0')),
        curve_jwk("P-256", std::string(31, '\x01'), std::string(32, '\x01')),
        curve_jwk("P-256", std::string(33, '\x01'), std::string(32, '\x01')),
        curve_jwk("P-384", std::string(32, '\x01'), std::string(32, '\x01')),
        curve_jwk("P-521", std::string(66, '\x01'), std::string(66, '\x01')),
        curve_jwk("secp256k1", std::string(32, '\x01'), std::string(32, '\x01')),
        R"({"kty":"OKP","crv":"Ed25519","x":")" + base64url(std::string(31, '\x01')) + R"("})",
        R"({"kty":"OKP","crv":"Ed448","x":")" + base64url(std::string(57, '\x01')) + R"("})",
        R"({"kty":"OKP","crv":"X25519","x":")" + base64url(std::string(32, '\x01')) + R"("})",
        R"({"kty":"oct","k":"c2VjcmV0"})",
    };
    for (const std::string& json : cases) {
        const auto key = Jwk::parse(json);
        ASSERT_FALSE(key) << json;
        EXPECT_EQ(key.error().code, Errc::invalid_value);
    }
}

TEST(Jwk, RefusesWhatIsNotWrittenAsOne) {
    const std::string good = key_of(KeyKind::ed25519).public_jwk("k");
    ASSERT_TRUE(Jwk::parse(good));
    const std::string x = good.substr(good.find(R"("x":")") + 5, 43);
    const std::string cases[] = {
        "",
        "[]",
        "{}",
        good + good,
        R"({"kty":"OKP","crv":"Ed25519","x":")" + x + R"(="})",
        R"({"kty":"OKP","crv":"Ed25519","x":" )" + x + R"("})",
        R"({"kty":"OKP","crv":"Ed25519","x":1})",
        R"({"kty":"OKP","crv":"Ed25519"})",
        R"({"kty":"okp","crv":"Ed25519","x":")" + x + R"("})",
        R"({"kty":"OKP","kty":"OKP","crv":"Ed25519","x":")" + x + R"("})",
        R"({"kty":"OKP","crv":"Ed25519","kid":1,"x":")" + x + R"("})",
        R"({"kty":"OKP","crv":"Ed25519","alg":["EdDSA"],"x":")" + x + R"("})",
        R"({"kty":"OKP","crv":"Ed25519","y":")" + std::string(16384, 'y') + R"(","x":")" + x +
            R"("})",
    };
    for (const std::string& json : cases) {
        EXPECT_FALSE(Jwk::parse(json)) << json.substr(0, 100);
    }
}

TEST(JwsAlgorithms, AreAClosedList) {
    for (const auto& [algorithm, kind] : pairings) {
        EXPECT_EQ(find_jws_algorithm(name(algorithm)), algorithm);
    }
    for (const std::string other : {"", "none", "None", "HS256", "HS512", "RS1", "RS384", "RS512",
                                    "PS512", "ES256K", "ES512", "rs256", "eddsa", "Ed25519"}) {
        EXPECT_FALSE(find_jws_algorithm(other)) << other;
    }
}

}  // namespace
}  // namespace rgw::crypto
