#include "cose_key.hpp"

#include <gtest/gtest.h>

#include "ceremony.hpp"
#include "rgw/mfa_testing/encoders.hpp"

namespace rgw::mfa::test {
namespace {

using namespace std::string_literals;
using testing::cbor_bytes;
using testing::cbor_integer;
using testing::Labelled;

std::string_view read(const std::string& encoded) {
    const auto map = cbor::parse(encoded);
    return map ? reason(read_cose_key(*map)) : "not CBOR";
}

TEST(CoseKey, EveryTypeOfOursIsRead) {
    for (const CoseAlgorithm algorithm :
         {CoseAlgorithm::es256, CoseAlgorithm::eddsa, CoseAlgorithm::es384, CoseAlgorithm::es512,
          CoseAlgorithm::ed448, CoseAlgorithm::ps256, CoseAlgorithm::rs256}) {
        const testing::SoftAuthenticator authenticator(algorithm);
        const std::string encoded = authenticator.cose_key();
        const auto map = cbor::parse(encoded);
        ASSERT_TRUE(map);
        const auto key = read_cose_key(*map);
        ASSERT_TRUE(key) << static_cast<int>(algorithm);
        EXPECT_EQ(key->algorithm, algorithm);
        EXPECT_TRUE(key->verifies("message", authenticator.sign("message")));
        EXPECT_FALSE(key->verifies("massage", authenticator.sign("message")));
    }
}

std::string ec2(std::int64_t algorithm, std::int64_t curve, const std::string& x,
                const std::string& y) {
    return testing::cbor_labelled({{1, cbor_integer(2)},
                                   {3, cbor_integer(algorithm)},
                                   {-1, cbor_integer(curve)},
                                   {-2, cbor_bytes(x)},
                                   {-3, cbor_bytes(y)}});
}

std::string okp(std::int64_t algorithm, std::int64_t curve, const std::string& x) {
    return testing::cbor_labelled({{1, cbor_integer(1)},
                                   {3, cbor_integer(algorithm)},
                                   {-1, cbor_integer(curve)},
                                   {-2, cbor_bytes(x)}});
}

std::string rsa(std::int64_t algorithm, const std::string& n, const std::string& e) {
    return testing::cbor_labelled({{1, cbor_integer(3)},
                                   {3, cbor_integer(algorithm)},
                                   {-1, cbor_bytes(n)},
                                   {-2, cbor_bytes(e)}});
}

TEST(CoseKey, APointIsOnTheCurveOfItsAlgorithm) {
    const testing::SoftAuthenticator authenticator;
    const auto [x, y] = authenticator.public_numbers();
    const testing::SoftAuthenticator larger(CoseAlgorithm::es384);
    const auto [x384, y384] = larger.public_numbers();
    std::string off = y;
    off.back() = static_cast<char>(off.back() ^ 1);
    const std::pair<std::string, std::string_view> cases[] = {
        {ec2(-7, 1, x, y), "accepted"},
        {ec2(-35, 2, x384, y384), "accepted"},
        {ec2(-7, 1, x, off), "public_key_malformed"},
        {ec2(-7, 1, y, x), "public_key_malformed"},
        {ec2(-7, 2, x384, y384), "public_key_malformed"},  // ES256 is for P-256
        {ec2(-7, 1, x384, y384), "public_key_malformed"},
        {ec2(-35, 1, x, y), "public_key_malformed"},
        {ec2(-36, 2, x384, y384), "public_key_malformed"},
        {ec2(-7, 8, x, y), "public_key_malformed"},  // secp256k1
        {ec2(-7, 1, "\0"s + x, y), "public_key_malformed"},
        {ec2(-7, 1, x.substr(1), y), "public_key_malformed"},
        {ec2(-7, 1, std::string(32, '\0'), std::string(32, '\0')), "public_key_malformed"},
        {ec2(-7, 1, std::string(32, '\xFF'), std::string(32, '\xFF')), "public_key_malformed"},
        {ec2(-7, 1, "", ""), "public_key_malformed"},
        {ec2(-8, 6, x, y), "public_key_malformed"},
        {ec2(-257, 1, x, y), "public_key_malformed"},
        {ec2(-47, 8, x, y), "algorithm_refused"},
        {ec2(-9, 1, x, y), "algorithm_refused"},
    };
    for (const auto& [encoded, expected] : cases) {
        EXPECT_EQ(read(encoded), expected) << (&encoded - &cases[0].first);
    }
}

TEST(CoseKey, APointOfEdwardsHasALargeOrderAndOneEncoding) {
    const testing::SoftAuthenticator small(CoseAlgorithm::eddsa);
    const testing::SoftAuthenticator large(CoseAlgorithm::ed448);
    const std::string x = small.public_numbers().first;
    const std::string x448 = large.public_numbers().first;
    EXPECT_EQ(read(okp(-8, 6, x)), "accepted");
    EXPECT_EQ(read(okp(-53, 7, x448)), "accepted");
    EXPECT_EQ(read(okp(-8, 7, x448)), "public_key_malformed");  // §5.8.5: EdDSA is Ed25519
    EXPECT_EQ(read(okp(-53, 6, x)), "public_key_malformed");
    EXPECT_EQ(read(okp(-8, 4, x)), "public_key_malformed");  // X25519 signs nothing
    EXPECT_EQ(read(okp(-8, 6, x.substr(1))), "public_key_malformed");
    EXPECT_EQ(read(okp(-8, 6, x + "\0"s)), "public_key_malformed");
    EXPECT_EQ(read(okp(-7, 6, x)), "public_key_malformed");
    EXPECT_EQ(read(okp(-8, 6, std::string(32, '\0'))), "public_key_malformed");
    EXPECT_EQ(read(okp(-53, 7, std::string(57, '\0'))), "public_key_malformed");
}

TEST(CoseKey, RsaHasUsualNumbers) {
    const testing::SoftAuthenticator authenticator(CoseAlgorithm::rs256);
    const auto [n, e] = authenticator.public_numbers();
    std::string even = n;
    even.back() = static_cast<char>(even.back() & 0xFE);
    const std::string odd_of_8192 = "\x80" + std::string(1022, '\1') + "\1";
    const std::string odd_of_8200 = "\x80" + std::string(1023, '\1') + "\1";
    const std::pair<std::string, std::string_view> cases[] = {
        {rsa(-257, n, e), "accepted"},
        {rsa(-37, n, e), "accepted"},
        {rsa(-257, odd_of_8192, e), "accepted"},
        {rsa(-257, odd_of_8200, e), "public_key_malformed"},
        {rsa(-257, "\0"s + n, e), "public_key_malformed"},
        {rsa(-257, n.substr(0, 128), e), "public_key_malformed"},
        {rsa(-257, even, e), "public_key_malformed"},
        {rsa(-257, n, "\x03"), "public_key_malformed"},
        {rsa(-257, n, "\x01"), "public_key_malformed"},
        {rsa(-257, n, ""), "public_key_malformed"},
        {rsa(-257, n, "\0\x01\0\x01"s), "public_key_malformed"},
        {rsa(-257, n, "\x01\0\0\0\x01"s), "public_key_malformed"},
        {rsa(-257, "", e), "public_key_malformed"},
        {rsa(-7, n, e), "public_key_malformed"},
        {rsa(-65535, n, e), "algorithm_refused"},  // RS1
        {rsa(-258, n, e), "algorithm_refused"},
    };
    for (const auto& [encoded, expected] : cases) {
        EXPECT_EQ(read(encoded), expected) << (&encoded - &cases[0].first);
    }
}

TEST(CoseKey, HasTheMembersOfItsTypeAndNoOther) {
    const testing::SoftAuthenticator authenticator;
    const auto numbers = authenticator.public_numbers();
    const Labelled good = {{1, cbor_integer(2)},
                           {3, cbor_integer(-7)},
                           {-1, cbor_integer(1)},
                           {-2, cbor_bytes(numbers.first)},
                           {-3, cbor_bytes(numbers.second)}};
    EXPECT_EQ(read(testing::cbor_labelled(good)), "accepted");
    for (std::size_t i = 0; i < good.size(); ++i) {
        Labelled without = good;
        without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_EQ(read(testing::cbor_labelled(without)), "public_key_malformed") << i;
        Labelled other = good;
        other[i].second = testing::cbor_text("x");
        EXPECT_EQ(read(testing::cbor_labelled(other)), "public_key_malformed") << i;
    }
    for (const auto& more : {Labelled::value_type{2, cbor_bytes("kid")},
                             Labelled::value_type{4, testing::cbor_array({cbor_integer(2)})},
                             Labelled::value_type{-4, cbor_bytes("private")}}) {
        Labelled with = good;
        with.push_back(more);
        EXPECT_EQ(read(testing::cbor_labelled(with)), "public_key_malformed") << more.first;
    }
    EXPECT_EQ(read(cbor_bytes("x")), "public_key_malformed");
    EXPECT_EQ(read(testing::cbor_map({{"alg", cbor_integer(-7)}})), "public_key_malformed");
}

}  // namespace
}  // namespace rgw::mfa::test
