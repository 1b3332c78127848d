#include <gtest/gtest.h>

#include "rgw/audit/log_filter.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp now{std::chrono::microseconds(1'795'000'000'000'000)};

Timestamp moment(std::string_view rfc3339) {
    return parse_rfc3339(rfc3339).value();
}

TEST(LogFilter, NothingAskedForIsTheLastDay) {
    const Filter filter = parse_filter({}, now).value();
    EXPECT_EQ(filter.start, now - 24h);
    EXPECT_EQ(filter.end, std::nullopt);
    EXPECT_EQ(filter.user_email, std::nullopt);
    EXPECT_EQ(filter.status, std::nullopt);
    EXPECT_EQ(filter.search, std::nullopt);
}

TEST(LogFilter, RangesCountBackFromNow) {
    const std::pair<std::string, std::optional<Timestamp>> cases[] = {
        {"15m", now - 15min},     {"1h", now - 1h},        {"24h", now - 24h},
        {"7d", now - 24h * 7},    {"30d", now - 24h * 30}, {"all", std::nullopt},
        {"custom", std::nullopt}, {"2h", now - 24h},       {"ALL", now - 24h},
        {"'; drop", now - 24h}};
    for (const auto& [range, start] : cases) {
        EXPECT_EQ(parse_filter({.range = range}, now).value().start, start) << range;
    }
    EXPECT_EQ(parse_filter({.start = "2026-01-02T03:04", .range = "15m"}, now).value().start,
              moment("2026-01-02T03:04:00Z"));
}

TEST(LogFilter, TimesInTheirForms) {
    const std::pair<std::string, std::string> good[] = {
        {"2026-04-24T03:01:17.123456Z", "2026-04-24T03:01:17.123456Z"},
        {"2026-04-24T03:01:17.123456789+02:00", "2026-04-24T01:01:17.123456Z"},
        {"2026-04-24T03:01:17-05:30", "2026-04-24T08:31:17Z"},
        {"2026-04-24T03:01:17+00:00", "2026-04-24T03:01:17Z"},
        {"2026-04-24T03:01:17", "2026-04-24T03:01:17Z"},
        {"2026-04-24T03:01", "2026-04-24T03:01:00Z"},
    };
    for (const auto& [text, expected] : good) {
        const auto at = parse_moment(text);
        ASSERT_TRUE(at) << text;
        EXPECT_EQ(*at, moment(expected)) << text;
    }
    for (const std::string bad : {"",
                                  "now",
                                  "2026-04-24",
                                  "2026-04-24T",
                                  "2026-04-24T03",
                                  "2026-04-24 03:01",
                                  "2026-13-24T03:01",
                                  "2026-02-30T03:01",
                                  "2026-04-24T24:01",
                                  "2026-04-24T03:01:61",
                                  "2026-04-24T03:01:17z",
                                  "2026-04-24T03:01:17+2:00",
                                  "2026-04-24T03:01:17+0200",
                                  "2026-04-24T03:01:17+24:00",
                                  "2026-04-24T03:01:17+02:60",
                                  "2026-04-24T03:01:17+02:00Z",
                                  "2026-04-24T03:01:17Z+02:00",
                                  "2026-04-24T03:01:17 02:00",
                                  "-026-04-24T03:01",
                                  "2026-04-24T03:01:17.Z",
                                  "2026-04-24T03:01:17+-1:00",
                                  "1795000000"}) {
        EXPECT_FALSE(parse_moment(bad)) << bad;
    }
}

TEST(LogFilter, BadTimesAreRefusedInTheContractsWords) {
    const std::pair<FilterText, std::string> cases[] = {
        {{.start = "yesterday"}, "invalid start time"},
        {{.end = "tomorrow"}, "invalid end time"},
        {{.start = "x", .end = "y"}, "invalid start time"},
        {{.start = "2026-01-02T00:00", .end = "2026-01-01T00:00"},
         "end time must be after start time"},
        {{.start = "2026-01-02T00:00", .end = "2026-01-02T00:00"},
         "end time must be after start time"},
    };
    for (const auto& [text, message] : cases) {
        const auto filter = parse_filter(text, now);
        ASSERT_FALSE(filter);
        EXPECT_EQ(filter.error().code, Errc::invalid_request);
        EXPECT_EQ(filter.error().detail, message);
    }
}

TEST(LogFilter, UserWinsOverItsNumber) {
    EXPECT_EQ(parse_filter({.user = "a@b", .user_id = "7"}, now).value().user_id, std::nullopt);
    EXPECT_EQ(parse_filter({.user_id = "7"}, now).value().user_id, UserId{7});
    for (const std::string ignored : {"", "x", "7x", " 7", "7.5", "99999999999999999999"}) {
        EXPECT_EQ(parse_filter({.user_id = ignored}, now).value().user_id, std::nullopt) << ignored;
    }
}

TEST(LogFilter, AllMeansNoFilterWhereItCan) {
    const Filter filter = parse_filter({.user = "all",
                                        .status = "all",
                                        .action_type = "all",
                                        .action = "all",
                                        .resource_type = "all",
                                        .resource = "all",
                                        .decision = "all",
                                        .request_id = "all",
                                        .search = "all"},
                                       now)
                              .value();
    EXPECT_EQ(filter.user_email, "all");
    EXPECT_EQ(filter.request_id, "all");
    EXPECT_EQ(filter.search, "all");
    for (const auto& free : {filter.status, filter.action_type, filter.action, filter.resource_type,
                             filter.resource, filter.decision}) {
        EXPECT_EQ(free, std::nullopt);
    }
    EXPECT_EQ(parse_filter({.status = "ALL"}, now).value().status, "ALL");
}

TEST(LogFilter, TextThatNoEventCanHoldIsRefused) {
    const std::string bad[] = {
        std::string(256, 'x'), std::string("a\0b", 3), "a\nb", "\x7F", "\xFF", "a\xC3"};
    for (const std::string& text : bad) {
        const std::pair<FilterText, std::string> cases[] = {
            {{.user = text}, "invalid user"},
            {{.status = text}, "invalid status"},
            {{.action_type = text}, "invalid action_type"},
            {{.action = text}, "invalid action"},
            {{.resource_type = text}, "invalid resource_type"},
            {{.resource = text}, "invalid resource"},
            {{.decision = text}, "invalid decision"},
            {{.request_id = text}, "invalid request_id"},
            {{.search = text}, "invalid search"},
        };
        for (const auto& [filter, message] : cases) {
            const auto parsed = parse_filter(filter, now);
            ASSERT_FALSE(parsed) << message;
            EXPECT_EQ(parsed.error().detail, message);
        }
    }
    EXPECT_EQ(parse_filter({.search = "ü%_\\'\""}, now).value().search, "ü%_\\'\"");
}

TEST(LogFilter, ARequestIdTellsItsTime) {
    EXPECT_EQ(time_of_request_id("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
              Timestamp(std::chrono::milliseconds(1'469'922'850'259)));
    EXPECT_EQ(time_of_request_id("00000000000000000000000000"), Timestamp());
    for (const std::string none :
         {"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
          "81ARZ3NDEKTSV4RRFFQ69G5FAV", "01arz3ndektsv4rrffq69g5fav", "01ARZ3NDEKTSV4RRFFQ69G5FAU",
          "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "2cf1b9a6-6d3b-4c3d-9f0e-0e5e5d"}) {
        EXPECT_EQ(time_of_request_id(none), std::nullopt) << none;
    }
}

}  // namespace
}  // namespace rgw::audit
