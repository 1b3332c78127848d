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

TEST(RandomUuid, IsOneOfVersionFour) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const std::string uuid = random_uuid();
        EXPECT_EQ(uuid.size(), 36U);
        EXPECT_EQ(uuid.find_first_not_of("0123456789abcdef-"), std::string::npos);
        EXPECT_EQ(uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-', true);
        EXPECT_EQ(uuid[14], '4');
        EXPECT_NE(std::string_view("89ab").find(uuid[19]), std::string_view::npos);
        EXPECT_TRUE(seen.insert(uuid).second);
    }
}

}  // namespace
}  // namespace rgw::crypto
