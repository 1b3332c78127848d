#include "rgw/base/text.hpp"

#include <gtest/gtest.h>

#include "rgw/base/clock.hpp"

namespace rgw {
namespace {

using namespace std::chrono_literals;

TEST(Text, InvalidUtf8AndNulBecomeReplacementCharacters) {
    struct Case {
        std::string in;
        std::string out;
    };
    const std::string mark = "\xEF\xBF\xBD";
    const Case cases[] = {
        {"plain", "plain"},
        {"caf\xC3\xA9", "caf\xC3\xA9"},
        {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {"a\xFF"
         "b",
         "a" + mark + "b"},
        {std::string("a\0b", 3), "a" + mark + "b"},
        {"\xC0\xAF", mark + mark},                        // overlong slash
        {"\xED\xA0\x80", mark + mark + mark},             // a surrogate
        {"\xF4\x90\x80\x80", mark + mark + mark + mark},  // above U+10FFFF
        {"\xE2\x82", mark + mark},                        // cut short
    };
    for (const Case& c : cases) {
        EXPECT_EQ(valid_utf8(c.in), c.out);
    }
}

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(Text, JsonStringsEscapeWhatTheyMust) {
    struct Case {
        std::string in;
        std::string out;
    };
    const Case cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"\"\\/", "\\\"\\\\/"},
        {"\n\t\r", "\\n\\u0009\\u000d"},
        {std::string("\0\x1f ", 3), "\\u0000\\u001f "},
        {"\x7F~", "\\u007f~"},
        {"caf\xC3\xA9", "caf\xC3\xA9"},
        {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {"\xFF\xC3", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    for (const Case& c : cases) {
        // Wherever it stands among what is read in blocks.
        for (std::size_t before = 0; before < 40; ++before) {
            const std::string plain(before, 'a');
            EXPECT_EQ(json_string(plain + c.in + plain), "\"" + plain + c.out + plain + "\"");
            EXPECT_LE(plain_in_json(plain + c.in), before + c.in.size());
        }
    }
    EXPECT_EQ(plain_in_json(std::string(40, ' ') + "\""), 40U);
}

TEST(Text, ClippingKeepsCodePointsWholeAndMarksTheCut) {
    EXPECT_EQ(clip_utf8("short", 16), "short");
    const std::string clipped =
        clip_utf8(std::string(7, 'a') + "\xC3\xA9" + std::string(20, 'b'), 16);
    EXPECT_EQ(clipped, std::string(7, 'a') + "\xE2\x80\xA6[cut]");
    EXPECT_LE(clip_utf8(std::string(1000, 'x'), 64).size(), 64U);
}

TEST(Text, ListsDropEmptyItems) {
    EXPECT_EQ(split_list(" a, b ,,c,"), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_TRUE(split_list("").empty());
}

TEST(Clock, TimesAreWrittenAndReadInRfc3339) {
    const Timestamp at = parse_rfc3339("2026-11-22T21:09:04.000123Z").value();
    EXPECT_EQ(rfc3339_micros(at), "2026-11-22T21:09:04.000123Z");
    EXPECT_EQ(rfc3339_seconds(at), "2026-11-22T21:09:04Z");
    EXPECT_EQ(rfc3339_seconds(parse_rfc3339("2028-02-29").value()), "2028-02-29T00:00:00Z");
    EXPECT_EQ(parse_rfc3339("2026-11-22T23:09:04.000123+02:00").value(), at);
    EXPECT_EQ(parse_rfc3339("2026-11-22T15:39:04.000123-05:30").value(), at);
    for (const char* bad :
         {"", "2026-02-29", "2026-13-01", "2026-11-22T24:00:00Z", "2026-11-22 21:09:04",
          "2026-11-22T21:09:04+0100", "2026-11-22T21:09:04+24:00", "2026-11-22T21:09:04+01:60",
          "2026-11-22T21:09:04+-1:00", "2026-11-22T21:09:04+01:00Z", "2026-11-22T21:09:04",
          "2026-11-22T21:09:04Z ", "2026-11-22T21:09:04.Z", "-026-11-22"}) {
        EXPECT_FALSE(parse_rfc3339(bad)) << bad;
    }
}

TEST(Clock, DurationsAreGoSyntax) {
    EXPECT_EQ(parse_duration("30m").value(), 30min);
    EXPECT_EQ(parse_duration("1h30m").value(), 90min);
    EXPECT_EQ(parse_duration("1.5s").value(), 1500ms);
    EXPECT_EQ(parse_duration("250ms").value(), 250ms);
    EXPECT_EQ(parse_duration("90d").value(), 24h * 90);
    EXPECT_EQ(parse_duration("0").value(), 0ms);
    for (const char* bad : {"", "30", "m", "30x", "-5m", "30 m", "1e30h", "5m3"}) {
        EXPECT_FALSE(parse_duration(bad)) << bad;
    }
}

}  // namespace
}  // namespace rgw
