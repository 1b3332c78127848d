#include "der.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rgw/crypto/encoding.hpp"

namespace rgw::mfa::der {
namespace {

std::string bytes(std::string_view hex) {
    return crypto::parse_hex(hex).value();
}

TEST(Der, ElementsAreReadInTheirOrder) {
    const std::string encoded = bytes(
        "300c"
        "020105"
        "0402abcd"
        "bf853e020500");
    const auto sequence_content = only(encoded, sequence);
    ASSERT_FALSE(sequence_content);  // one octet is missing
    const std::string whole = bytes(
        "300c"
        "020105"
        "0402abcd"
        "bf853e0105");
    const auto content = only(whole, sequence);
    ASSERT_TRUE(content);
    Reader reader(*content);
    EXPECT_EQ(small_integer(reader.take(integer).value()), 5);
    EXPECT_EQ(reader.take(octet_string), bytes("abcd"));
    const auto last = reader.next();
    ASSERT_TRUE(last);
    EXPECT_EQ(last->tag, context(702));
    EXPECT_TRUE(reader.at_end());
    EXPECT_FALSE(reader.next());
}

TEST(Der, WhatHasAnotherFormIsRefused) {
    const std::string_view cases[] = {
        "",
        "30",
        "3001",
        "3080",    // indefinite
        "308100",  // longer than need be
        "30817f",
        "30820001ff",
        "3083000001ff",
        "1f",              // a tag that does not end
        "1f8001",          // a tag with a leading zero
        "1f0100",          // a small tag in the long form
        "1fffffffff7f00",  // a tag above everything
    };
    for (const std::string_view hex : cases) {
        const std::string encoded = bytes(hex);
        Reader reader(encoded);
        EXPECT_FALSE(reader.next()) << hex;
        EXPECT_FALSE(reader.next()) << hex;  // and it stays so
    }
    EXPECT_FALSE(only(bytes("040100ff"), octet_string));
    EXPECT_FALSE(only(bytes("040100"), integer));
    EXPECT_TRUE(only(bytes("040100"), octet_string));
}

TEST(Der, SmallIntegers) {
    const std::pair<std::string_view, std::optional<std::int64_t>> cases[] = {
        {"00", 0},
        {"7f", 127},
        {"0080", 128},
        {"80", -128},
        {"ff", -1},
        {"ff7f", -129},
        {"7fffffffffffffff", INT64_MAX},
        {"8000000000000000", INT64_MIN},
        {"", std::nullopt},
        {"0000", std::nullopt},
        {"007f", std::nullopt},
        {"ffff", std::nullopt},
        {"ff80", std::nullopt},
        {"008000000000000000", std::nullopt},
    };
    for (const auto& [hex, number] : cases) {
        EXPECT_EQ(small_integer(bytes(hex)), number) << hex;
    }
}

}  // namespace
}  // namespace rgw::mfa::der
