#include "parse.hpp"

#include <gtest/gtest.h>

namespace rgw::settings {
namespace {

using namespace std::chrono_literals;

TEST(ParseBool, TakesSixWordsInAnyCase) {
    for (const std::string_view yes : {"true", "1", "yes", "TRUE", "Yes"}) {
        bool out = false;
        EXPECT_EQ(parse_bool(yes, out), "");
        EXPECT_TRUE(out) << yes;
    }
    for (const std::string_view no : {"false", "0", "no", "False"}) {
        bool out = true;
        EXPECT_EQ(parse_bool(no, out), "");
        EXPECT_FALSE(out) << no;
    }
    for (const std::string_view bad : {"", "on", "off", "t", "2", "true ", "truee"}) {
        bool out = true;
        EXPECT_NE(parse_bool(bad, out), "") << bad;
        EXPECT_TRUE(out) << "a bad value changes nothing";
    }
}

TEST(ParseNumber, KeepsToItsRange) {
    std::uint64_t out = 0;
    EXPECT_EQ(parse_number("1", 1, 10, out), "");
    EXPECT_EQ(out, 1U);
    EXPECT_EQ(parse_number("10", 1, 10, out), "");
    for (const std::string_view bad :
         {"0", "11", "", "-1", "+1", "1.5", " 1", "1 ", "1e1", "0x1", "99999999999999999999999"}) {
        EXPECT_EQ(parse_number(bad, 1, 10, out), "expected a whole number from 1 to 10") << bad;
    }
    std::uint16_t port = 0;
    EXPECT_EQ(parse_port("65535", port), "");
    EXPECT_EQ(port, 65535);
    EXPECT_NE(parse_port("65536", port), "");
}

TEST(ParseSpan, TakesGoDurationsInItsRange) {
    std::chrono::milliseconds out{};
    EXPECT_EQ(parse_span("1h30m", 1s, 24h, out), "");
    EXPECT_EQ(out, 90min);
    for (const std::string_view bad : {"", "30", "999ms", "25h", "-1s", "1 m", "soon"}) {
        EXPECT_NE(parse_span(bad, 1s, 24h, out), "") << bad;
    }
    EXPECT_EQ(parse_span("0s", 500ms, 1s, out),
              "expected a duration such as 30s, 10m or 1h30m, from 500ms to 1s");
}

TEST(ParseAddress, TakesNumericAddressesOnly) {
    std::string out;
    EXPECT_EQ(parse_address("0.0.0.0", out), "");
    EXPECT_EQ(out, "0.0.0.0");
    EXPECT_EQ(parse_address("::", out), "");
    EXPECT_EQ(out, "::");
    for (const std::string_view bad : {"", "localhost", "0.0.0.0:80", "*"}) {
        EXPECT_NE(parse_address(bad, out), "") << bad;
    }
}

}  // namespace
}  // namespace rgw::settings
