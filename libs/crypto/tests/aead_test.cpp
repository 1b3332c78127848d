#include "rgw/crypto/aead.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::crypto {
namespace {

std::string bytes(std::string_view hex_digits) {
    return parse_hex(hex_digits).value();
}
std::string digits(std::string_view text) {
    return hex(bytes_of(text));
}

constexpr std::string_view zero_key =
    "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
constexpr std::string_view plain_64 =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b5"
    "25b16aedf5aa0de657ba637b391aafd255";
constexpr std::string_view cipher_64 =
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10568288"
    "38c5f61e6393ba7a0abcc9f662898015ad";

// McGrew and Viega, "The Galois/Counter Mode of Operation", as submitted to NIST, cases 13 to 16.
TEST(Aes256Gcm, TheNistSubmissionsVectors) {
    const struct {
        std::string_view key, nonce, associated, plain, cipher, tag;
    } cases[] = {
        {zero_key, "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
        {zero_key, "000000000000000000000000", "", "00000000000000000000000000000000",
         "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"},
        {key, "cafebabefacedbaddecaf888", "", plain_64, cipher_64,
         "b094dac5d93471bdec1a502270e3cc6c"},
        {key, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
         plain_64.substr(0, 120), cipher_64.substr(0, 120), "76fc6ece0f4e1768cddf8853bb2d551b"},
    };
    for (const auto& c : cases) {
        const Secret secret(bytes(c.key));
        const std::string sealed =
            aes_256_gcm_seal(secret, bytes(c.nonce), bytes(c.associated), bytes(c.plain));
        EXPECT_EQ(digits(sealed), std::string(c.cipher) + std::string(c.tag));
        const auto opened = aes_256_gcm_open(secret, bytes(c.nonce), bytes(c.associated), sealed);
        ASSERT_TRUE(opened);
        EXPECT_EQ(digits(opened->expose()), c.plain);
    }
    EXPECT_THROW((void)aes_256_gcm_seal(Secret("short"), bytes("cafebabefacedbaddecaf888"), "", ""),
                 std::invalid_argument);
}

// RFC 5869, appendix A, cases 1 to 3.
TEST(Hkdf, TheVectorsOfTheRfc) {
    const struct {
        std::string_view input, salt, info;
        std::size_t size;
        std::string_view output;
    } cases[] = {
        {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
         "f0f1f2f3f4f5f6f7f8f9", 42,
         "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
        {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2"
         "c"
         "2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
         "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8"
         "c"
         "8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
         "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbd"
         "c"
         "dddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
         82,
         "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65"
         "e"
         "590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
        {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "", 42,
         "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
    };
    for (const auto& c : cases) {
        const Secret out =
            hkdf_sha256(Secret(bytes(c.input)), bytes(c.salt), bytes(c.info), c.size);
        EXPECT_EQ(digits(out.expose()), c.output);
    }
}

TEST(PurposeKey, EachPurposeAndServerKeyHasItsOwn) {
    const PurposeKey one(Secret("the server's key of thirty-two b"), "test");
    const PurposeKey again(Secret("the server's key of thirty-two b"), "test");
    const PurposeKey other_purpose(Secret("the server's key of thirty-two b"), "other");
    const PurposeKey other_server(Secret("another server key of thirty-two"), "test");
    EXPECT_EQ(one.key.expose().size(), 32U);
    EXPECT_EQ(one.id.size(), 16U);
    EXPECT_EQ(one.key.expose(), again.key.expose());
    EXPECT_EQ(one.id, again.id);
    for (const PurposeKey& other : {other_purpose, other_server}) {
        EXPECT_NE(one.key.expose(), other.key.expose());
        EXPECT_NE(one.id, other.id);
    }
}

class SealingKeyTest : public testing::Test {
protected:
    std::string opened(const Sealed& sealed, std::string_view associated,
                       const SealingKey& with) const {
        const auto plain = with.open(sealed, associated);
        return plain ? std::string(plain->expose()) : describe(plain.error());
    }
    const Secret server_{"the server's key of thirty-two b"};
    const SealingKey key_{server_, "test"};
};

TEST_F(SealingKeyTest, GivesBackWhatItSealedAndNeverTheSameBytesTwice) {
    for (const std::string plain : {"", "a", "a longer value with \x01 in it"}) {
        const Sealed one = key_.seal(plain, "row 1");
        EXPECT_EQ(opened(one, "row 1", key_), plain);
        EXPECT_EQ(one.bytes.size(), plain.size() + aead_nonce_bytes + aead_tag_bytes);
        EXPECT_NE(one.bytes, key_.seal(plain, "row 1").bytes);
    }
    EXPECT_EQ(opened(key_.seal("x", "row 1"), "row 1", SealingKey(server_, "test")), "x")
        << "another replica";
}

TEST_F(SealingKeyTest, NoByteCanBeChangedAndNoneLeftOut) {
    const Sealed sealed = key_.seal("a value", "row 1");
    for (std::size_t at = 0; at < sealed.bytes.size(); ++at) {
        Sealed changed = sealed;
        changed.bytes[at] = static_cast<char>(changed.bytes[at] ^ 1);
        EXPECT_EQ(opened(changed, "row 1", key_),
                  "invalid_value: sealed: it was touched, or is of another place")
            << at;
        changed = sealed;
        changed.bytes.resize(at);
        EXPECT_FALSE(key_.open(changed, "row 1")) << at;
    }
    EXPECT_FALSE(key_.open(sealed, "row 2")) << "moved to another row";
    EXPECT_FALSE(key_.open(sealed, ""));
}

TEST_F(SealingKeyTest, AnotherKeyOrPurposeIsNoticedByItsId) {
    const Sealed sealed = key_.seal("a value", "row 1");
    EXPECT_EQ(sealed.key_id, key_.id());
    EXPECT_EQ(key_.id().size(), 16U);
    const SealingKey rotated(Secret("another server key of thirty-two"), "test");
    const SealingKey other_purpose(server_, "other");
    EXPECT_EQ(opened(sealed, "row 1", rotated),
              "configuration_invalid: sealed with key " + key_.id() + ", ours is " + rotated.id());
    EXPECT_NE(other_purpose.id(), key_.id());
    Sealed renamed = sealed;
    renamed.key_id = other_purpose.id();
    EXPECT_FALSE(other_purpose.open(renamed, "row 1")) << "the id is no proof, the tag is";
}

}  // namespace
}  // namespace rgw::crypto
