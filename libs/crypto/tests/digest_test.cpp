#include "rgw/crypto/digest.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rgw/crypto/encoding.hpp"

namespace rgw::crypto {
namespace {

TEST(Sha256, GivesTheDigestsPublishedWithFips180) {
    struct Case {
        std::string message;
        std::string digest;
    };
    const Case cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {std::string(1'000'000, 'a'),
         "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(hex(sha256(c.message)), c.digest);
    }
}

TEST(Sha256, APiecewiseMessageHasTheDigestOfTheWholeAndTheHasherStartsOver) {
    Sha256 hasher;
    hasher.update("a").update("").update("bc");
    EXPECT_EQ(hasher.finish(), sha256("abc"));
    EXPECT_EQ(hasher.finish(), sha256(""));
    hasher.update("abc");
    Sha256 moved = std::move(hasher);
    EXPECT_EQ(moved.finish(), sha256("abc"));
}

// RFC 4231 §4.2 to §4.8.
TEST(Hash, GivesTheDigestsPublishedWithFips180) {
    const std::pair<HashAlgorithm, std::string_view> cases[] = {
        {HashAlgorithm::sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {HashAlgorithm::sha384,
         "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
         "8086072ba1e7cc2358baeca134c825a7"},
        {HashAlgorithm::sha512,
         "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    };
    for (const auto& [algorithm, digest] : cases) {
        EXPECT_EQ(hex(bytes_of(hash(algorithm, "abc"))), digest);
    }
}

TEST(HmacSha256, GivesTheMacsOfRfc4231) {
    struct Case {
        std::string key;
        std::string message;
        std::string mac;
    };
    std::string counting;
    for (char c = 1; c <= 25; ++c) {
        counting += c;
    }
    const Case cases[] = {
        {std::string(20, '\x0b'), "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {std::string(20, '\xaa'), std::string(50, '\xdd'),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {counting, std::string(50, '\xcd'),
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {std::string(131, '\xaa'),
         "This is a test using a larger than block-size key and a larger than block-size data. The "
         "key needs to be hashed before being used by the HMAC algorithm.",
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
        // the empty key and message, as OpenSSL's and Python's hmac give it
        {"", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(hex(hmac_sha256(c.key, c.message)), c.mac);
    }
}

TEST(HmacSha256, AKeyedObjectMakesManyMacsWithoutOneTouchingTheNext) {
    HmacSha256 keyed("Jefe");
    const Digest first = keyed.mac("what do ya want for nothing?");
    const Digest other = keyed.mac("something else");
    EXPECT_NE(first, other);
    EXPECT_EQ(keyed.mac("what do ya want for nothing?"), first);
    EXPECT_EQ(hmac_sha256("Jefe", "something else"), other);
}

// RFC 2202 §3, and the empty key and message as Python's hmac gives it.
TEST(HmacSha1, GivesTheMacsOfRfc2202) {
    struct Case {
        std::string key;
        std::string message;
        std::string mac;
    };
    std::string counting;
    for (char c = 1; c <= 25; ++c) {
        counting += c;
    }
    const Case cases[] = {
        {std::string(20, '\x0b'), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"},
        {"Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
        {std::string(20, '\xaa'), std::string(50, '\xdd'),
         "125d7342b9ac11cd91a39af48aa17b4f63f175d3"},
        {counting, std::string(50, '\xcd'), "4c9007f4026250c6bc8414f9bf50c86c2d7235da"},
        {std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
        {std::string(80, '\xaa'),
         "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data",
         "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"},
        {"", "", "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(hex(hmac_sha1(c.key, c.message)), c.mac) << c.message;
    }
}

TEST(ConstantTimeEqual, SaysWhatEqualSays) {
    EXPECT_TRUE(constant_time_equal("", ""));
    EXPECT_TRUE(constant_time_equal("secret", "secret"));
    EXPECT_FALSE(constant_time_equal("secret", "secreT"));
    EXPECT_FALSE(constant_time_equal("secret", "secret "));
    EXPECT_FALSE(constant_time_equal(sha256("a"), sha256("b")));
}

}  // namespace
}  // namespace rgw::crypto
