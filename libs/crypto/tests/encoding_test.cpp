#include "rgw/crypto/encoding.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rgw/crypto/digest.hpp"

namespace rgw::crypto {
namespace {

// RFC 4648 §10.
TEST(Base64, EncodesAndDecodesTheVectorsOfRfc4648) {
    const std::pair<std::string, std::string> cases[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff", "+/8="},
    };
    for (const auto& [bytes, text] : cases) {
        EXPECT_EQ(base64(bytes), text);
        EXPECT_EQ(parse_base64(text), bytes) << text;
    }
}

TEST(Base64, RefusesEverySecondSpelling) {
    for (const std::string text :
         {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9vYg==Zg==", "=Zg=", "====", "Zm 9v", "Zm9v\n",
          "Z-8=", "Zm9v=", "Z", "Z===", "=", "=="}) {
        EXPECT_FALSE(parse_base64(text)) << text;
    }
}

TEST(Base64Url, HasItsOwnTwoDigitsAndNoPadding) {
    const std::pair<std::string, std::string> cases[] = {
        {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"\xfb\xff\xbf", "-_-_"}};
    for (const auto& [bytes, text] : cases) {
        EXPECT_EQ(base64url(bytes), text);
        EXPECT_EQ(parse_base64url(text), bytes) << text;
    }
    for (const std::string text : {"Zg==", "Zh", "Zm9", "Z", "+_-_", "Zm9v ", "Zg=", "/w"}) {
        EXPECT_FALSE(parse_base64url(text)) << text;
    }
}

// RFC 4648 §10, without its padding.
TEST(Base32, EncodesAndDecodesTheVectorsOfRfc4648) {
    const std::pair<std::string, std::string> cases[] = {
        {"", ""},
        {"f", "MY"},
        {"fo", "MZXQ"},
        {"foo", "MZXW6"},
        {"foob", "MZXW6YQ"},
        {"fooba", "MZXW6YTB"},
        {"foobar", "MZXW6YTBOI"},
    };
    for (const auto& [bytes, text] : cases) {
        EXPECT_EQ(base32(bytes), text);
        EXPECT_EQ(parse_base32(text), bytes) << text;
    }
}

TEST(Base32, RefusesEverySecondSpelling) {
    for (const std::string text : {"my", "MY======", "MZ", "M", "MZX", "MZXW6Y", "MZXW6YTBO", "M Y",
                                   "MY\n", "M1", "M0", "M8", "MZXW6YR"}) {
        EXPECT_FALSE(parse_base32(text)) << text;
    }
}

TEST(Hex, WritesLowerCaseAndReadsEither) {
    EXPECT_EQ(hex(bytes_of(std::string_view("\x00\xff\x1a", 3))), "00ff1a");
    EXPECT_EQ(parse_hex("00fF1A"), std::string("\x00\xff\x1a", 3));
    for (const std::string text : {"0", "0g", "0x", " 0", "g0"}) {
        EXPECT_FALSE(parse_hex(text)) << text;
    }
}

TEST(Encodings, EveryByteSurvivesEveryEncoding) {
    std::string all;
    for (int i = 0; i < 256; ++i) {
        all += static_cast<char>(i);
        EXPECT_EQ(parse_hex(hex(bytes_of(all))), all);
        EXPECT_EQ(parse_base64(base64(all)), all);
        EXPECT_EQ(parse_base64url(base64url(all)), all);
        EXPECT_EQ(parse_base32(base32(all)), all);
    }
}

}  // namespace
}  // namespace rgw::crypto
