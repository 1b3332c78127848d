#include "cbor.hpp"

#include <gtest/gtest.h>

#include "rgw/crypto/encoding.hpp"
#include "rgw/mfa_testing/encoders.hpp"

namespace rgw::mfa::cbor {
namespace {

std::string bytes(std::string_view hex) {
    return crypto::parse_hex(hex).value();
}

// Beside what it is called in RFC 8949, Appendix A.
TEST(Cbor, Integers) {
    const std::pair<std::string_view, std::int64_t> cases[] = {
        {"00", 0},
        {"17", 23},
        {"1818", 24},
        {"18ff", 255},
        {"190100", 256},
        {"1a00010000", 65536},
        {"1b0000000100000000", 4294967296},
        {"1b7fffffffffffffff", INT64_MAX},
        {"20", -1},
        {"26", -7},
        {"390100", -257},
        {"3b7fffffffffffffff", INT64_MIN},
    };
    for (const auto& [hex, number] : cases) {
        const std::string encoded = bytes(hex);
        const auto value = parse(encoded);
        ASSERT_TRUE(value) << hex;
        EXPECT_EQ(value->kind, Kind::integer);
        EXPECT_EQ(value->number, number);
        EXPECT_EQ(testing::cbor_integer(number), encoded);
    }
}

TEST(Cbor, StringsArraysAndMaps) {
    const std::string encoded = bytes(
        "a4616101"
        "01f5"
        "6162824102a0"
        "2063c3bc78");
    const auto map = parse(encoded);
    ASSERT_TRUE(map);
    ASSERT_EQ(map->kind, Kind::map);
    EXPECT_EQ(size(*map), 4U);
    EXPECT_EQ(find(*map, "a", Kind::integer)->number, 1);
    EXPECT_EQ(find(*map, "a", Kind::text), nullptr);
    EXPECT_EQ(find(*map, 1, Kind::boolean)->number, 1);
    EXPECT_EQ(find(*map, -1, Kind::text)->content, "üx");
    EXPECT_EQ(find(*map, "missing"), nullptr);
    EXPECT_EQ(find(*map, 7), nullptr);
    const Value* list = find(*map, "b", Kind::array);
    ASSERT_NE(list, nullptr);
    ASSERT_EQ(list->items.size(), 2U);
    EXPECT_EQ(list->items[0].content, "\x02");
    EXPECT_EQ(list->encoded, bytes("824102a0"));
    EXPECT_EQ(find(*list, "a"), nullptr);
    EXPECT_EQ(map->encoded, encoded);
}

TEST(Cbor, TheFirstValueSaysWhereItEnds) {
    const std::string two = bytes("a1010203");
    const auto first = parse_first(two);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->encoded.size(), 3U);
    EXPECT_FALSE(parse(two));
}

TEST(Cbor, WhatHasAnotherFormIsRefused) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"nothing", ""},
        {"24 of which 23 is the shortest", "1817"},
        {"255 in two octets", "1900ff"},
        {"65535 in four", "1a0000ffff"},
        {"2^32-1 in eight", "1b00000000ffffffff"},
        {"an empty string's length in one octet", "5800"},
        {"a number above 2^63-1", "1b8000000000000000"},
        {"a number below -2^63", "3b8000000000000000"},
        {"a reserved head", "1c"},
        {"a reserved head", "5e"},
        {"an integer of indefinite length", "1f"},
        {"bytes of indefinite length", "5f4101ff"},
        {"text of indefinite length", "7f6161ff"},
        {"an array of indefinite length", "9f01ff"},
        {"a map of indefinite length", "bf0101ff"},
        {"break", "ff"},
        {"null", "f6"},
        {"undefined", "f7"},
        {"simple(16)", "f0"},
        {"simple(24)", "f818"},
        {"half precision", "f93c00"},
        {"single precision", "fa47c35000"},
        {"double precision", "fb3ff199999999999a"},
        {"a tag", "c001"},
        {"self-described CBOR", "d9d9f700"},
        {"bytes cut short", "42ff"},
        {"a head cut short", "19ff"},
        {"an array cut short", "8201"},
        {"a map cut short", "a101"},
        {"a map without its value", "a2010203"},
        {"more items than octets", "9b00000000ffffffff00"},
        {"more pairs than octets", "bb7fffffffffffffff0000"},
        {"bytes of 2^63", "5b8000000000000000"},
        {"a key twice", "a201010102"},
        {"a name twice", "a2616101616102"},
        {"an array as a key", "a1800a"},
        {"bytes as a key", "a141010a"},
        {"a truth as a key", "a1f50a"},
        {"text that is not UTF-8", "62c328"},
        {"text with an overlong NUL", "62c080"},
        {"a surrogate", "63eda080"},
        {"five levels", "8181818181"},
        {"five levels with a value", "818181818101"},
        {"something behind", "0000"},
    };
    for (const auto& [what, hex] : cases) {
        EXPECT_FALSE(parse(bytes(hex))) << what;
    }
    EXPECT_TRUE(parse(bytes("8181818100")));
}

TEST(Cbor, HasLimits) {
    std::string many = bytes("9901ff") + std::string(511, '\x01');  // and the array itself
    EXPECT_TRUE(parse(many));
    many = bytes("990200") + std::string(512, '\x01');
    EXPECT_FALSE(parse(many));
    EXPECT_TRUE(parse(testing::cbor_bytes(std::string(max_bytes - 5, 'x'))));
    EXPECT_FALSE(parse(testing::cbor_bytes(std::string(max_bytes, 'x'))));
    EXPECT_FALSE(parse(std::string(max_bytes, '\x81')));
    EXPECT_FALSE(parse(std::string(max_bytes, '\xBB')));
}

}  // namespace
}  // namespace rgw::mfa::cbor
