#include <gtest/gtest.h>

#include <string>

#include "rgw/audit/checkpoint.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

using crypto::SigningKey;

// The key pair and note that the documentation and tests of golang.org/x/mod/sumdb/note publish.
constexpr std::string_view peter =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view peters_seed = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=";
constexpr std::string_view peters_text =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr std::string_view peters_signature =
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

NoteSigner peter_signs() {
    const Secret seed(crypto::parse_base64(peters_seed).value());
    return NoteSigner::make("PeterNeumann", SigningKey::ed25519(seed).value()).value();
}

// Without the key hash in front.
std::string signature_of(std::string_view base64) {
    return crypto::parse_base64(base64).value().substr(4);
}

TEST(Note, IsWhatGoWrites) {
    const NoteSigner signer = peter_signs();
    EXPECT_EQ(signer.verifier_text(), peter);
    EXPECT_EQ(signer.sign(peters_text), std::string(peters_text) + "\n\u2014 PeterNeumann " +
                                            std::string(peters_signature) + "\n");
    const NoteVerifier verifier = NoteVerifier::parse(peter).value();
    EXPECT_EQ(verifier.name(), "PeterNeumann");
    EXPECT_EQ(verifier.key_hash(), 0xc74f20a3U);
    EXPECT_TRUE(verifier.verifies(peters_text, signature_of(peters_signature)));
    EXPECT_FALSE(verifier.verifies(peters_text.substr(1), signature_of(peters_signature)));
}

TEST(Note, ASecondPublishedKeyAndNoteIsTaken) {
    const NoteVerifier verifier =
        NoteVerifier::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
            .value();
    EXPECT_TRUE(verifier.verifies(
        "This is an example message.\n",
        signature_of("Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRK"
                     "uwHjG1Yu72IneyaQM=")));
}

TEST(NoteVerifier, HasOneSpelling) {
    const std::string text(peter);
    for (std::size_t begin = 0; begin <= text.size(); ++begin) {
        for (std::size_t end = begin; end <= text.size(); ++end) {
            if (end - begin < text.size()) {
                EXPECT_FALSE(NoteVerifier::parse(text.substr(begin, end - begin)));
            }
        }
    }
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        std::string touched = text;
        touched[bit / 8] = static_cast<char>(touched[bit / 8] ^ (1U << (bit % 8)));
        EXPECT_FALSE(NoteVerifier::parse(touched)) << touched;
    }
    const std::string_view cases[] = {
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
        " PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        // another length and another type, the hash adjusted
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    };
    for (const std::string_view c : cases) {
        const auto key = NoteVerifier::parse(c);
        ASSERT_FALSE(key) << c;
        EXPECT_EQ(key.error().code, Errc::invalid_value);
    }
}

TEST(NoteSigner, NamesWithoutSpacesAndPlusOnly) {
    const SigningKey key = SigningKey::ed25519(Secret(std::string(32, 's'))).value();
    for (const std::string& name : {std::string("gateway.example.com/audit"),
                                    std::string("Zoë/日本"), std::string(255, 'n')}) {
        const auto signer = NoteSigner::make(name, key);
        ASSERT_TRUE(signer) << name;
        EXPECT_EQ(NoteVerifier::parse(signer->verifier_text()).value().name(), name);
    }
    for (const std::string& name :
         {std::string(), std::string("a b"), std::string("a+b"), std::string("a\nb"),
          std::string("a\tb"), std::string("a\x7F"), std::string("a\xFF"), std::string("a\u00A0b"),
          std::string("a\u2028"), std::string("\u3000"), std::string("a\u0085"),
          std::string("a\0", 2), std::string(256, 'n')}) {
        EXPECT_FALSE(NoteSigner::make(name, key)) << name;
    }
}

TEST(NoteSigner, SignsNothingThatNobodyCouldRead) {
    const NoteSigner signer = peter_signs();
    for (const std::string_view text : {"", "\n", "no line break", "a\rb\n", "a\tb\n", "\xFF\n"}) {
        EXPECT_THROW((void)signer.sign(text), std::invalid_argument) << text;
    }
}

}  // namespace
}  // namespace rgw::audit
