#include <gtest/gtest.h>

#include "rgw/audit/log_reader.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

Walk sample_walk() {
    return {.window = {.from = 3, .before = 40, .as_of = 1'000'000'000'000, .request_before = 41},
            .top = 77,
            .start = Timestamp(std::chrono::microseconds(1'795'000'000'123'456))};
}

TEST(LogCursor, IsReadAsItWasWritten) {
    Walk walk = sample_walk();
    EXPECT_EQ(parse_cursor(write_cursor(walk)).value(), walk);
    walk.window.request_before.reset();
    walk.start.reset();
    EXPECT_EQ(parse_cursor(write_cursor(walk)).value(), walk);
    EXPECT_EQ(write_cursor(walk).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstu"
                                                   "vwxyz0123456789-_"),
              std::string::npos);
}

TEST(LogCursor, AnythingElseIsRefused) {
    const std::string good = crypto::parse_base64url(write_cursor(sample_walk())).value();
    std::string version = good;
    version[0] = 2;
    std::string flags = good;
    flags[1] = 4;
    std::string negative = good;
    negative[2] = '\xFF';
    std::string before_above_top = good;
    before_above_top[16] = 1;
    std::string time_out_of_range = good;
    time_out_of_range[42] = 0x7F;
    std::string long_request = good;
    long_request[38] = 9;
    for (const std::string& bytes : {std::string(), good.substr(1), good + "x", version, flags,
                                     long_request, negative, before_above_top, time_out_of_range}) {
        EXPECT_EQ(parse_cursor(crypto::base64url(bytes)).error().detail, "invalid before");
    }
    for (const std::string text : {"", "1", "not base64!", "%00", "AAAA"}) {
        EXPECT_FALSE(parse_cursor(text)) << text;
    }
}

TEST(LogCursor, PageAndLimitAreForgiving) {
    struct Case {
        std::string page;
        std::string limit;
        std::int64_t expected_page;
        std::int64_t expected_limit;
    };
    const Case cases[] = {
        {"", "", 1, 100},      {"3", "50", 3, 50},           {"0", "0", 1, 100},
        {"-1", "-5", 1, 100},  {"x", "1e3", 1, 100},         {"2", "501", 2, 500},
        {" 2", "10 ", 1, 100}, {"1", "99999999999", 1, 500}, {"1", "999999999999999999999", 1, 100},
    };
    for (const Case& c : cases) {
        const PageRequest request = parse_page({}, "", c.page, c.limit).value();
        EXPECT_EQ(request.page, c.expected_page) << c.page;
        EXPECT_EQ(request.limit, c.expected_limit) << c.limit;
    }
    EXPECT_TRUE(parse_page({}, "", "100", "100"));
    EXPECT_EQ(parse_page({}, "", "101", "100").error().code, Errc::invalid_request);
    EXPECT_EQ(parse_page({}, "", "9223372036854775807", "500").error().code, Errc::invalid_request);
    EXPECT_EQ(parse_page({}, "zzz", "", "").error().detail, "invalid before");
    EXPECT_EQ(parse_page({}, write_cursor(sample_walk()), "5", "").value().before, sample_walk());
}

}  // namespace
}  // namespace rgw::audit
