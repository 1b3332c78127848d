#include "rgw/crypto/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

#include "rgw/crypto/encoding.hpp"

namespace rgw::crypto {
namespace {

TEST(RandomBytes, FillsTheWholeBufferAndNeverTheSameTwice) {
    std::set<std::array<std::byte, 16>> seen;
    for (int i = 0; i < 1000; ++i) {
        std::array<std::byte, 16> bytes{};
        random_bytes(bytes);
        EXPECT_TRUE(seen.insert(bytes).second);
    }
    EXPECT_NE(random_u64(), random_u64());
}

TEST(RandomToken, IsThePrefixAnd256BitsInTheUrlAlphabet) {
    const Secret token = random_token("rgw_");
    const std::string text(token.expose());
    ASSERT_EQ(text.size(), 4U + 43U);
    EXPECT_TRUE(text.starts_with("rgw_"));
    EXPECT_EQ(parse_base64url(text.substr(4)).value().size(), 32U);
    EXPECT_NE(random_token("rgw_").expose(), token.expose());
}

}  // namespace
}  // namespace rgw::crypto
