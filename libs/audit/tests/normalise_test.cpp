#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <string>

#include "rgw/audit/event.hpp"
#include "rgw/base/text.hpp"
#include "sample_events.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;

TEST(Normalise, LeavesAnOrdinaryEventAlone) {
    const Event event = normalise(full_event());
    EXPECT_EQ(event.user_email, full_event().user_email);
    EXPECT_EQ(event.details, full_event().details);
    EXPECT_EQ(event.ip_address, full_event().ip_address);
    EXPECT_EQ(event.at, full_event().at);
    EXPECT_EQ(event.phase, Phase::outcome);
    EXPECT_EQ(event.intent_index, 41);
}

TEST(Normalise, ClipsEveryTextToItsLimitWithAMarkAndNothingShorter) {
    const std::string cut = "\xE2\x80\xA6[cut]";
    Event event = full_event();
    const std::pair<std::string*, std::size_t> limits[] = {
        {&event.user_email, 254},  {&*event.user_name, 200},     {&*event.api_token_name, 150},
        {&event.action_type, 100}, {&event.action, 150},         {&*event.command, 2000},
        {&*event.resource, 255},   {&*event.resource_type, 100}, {&*event.request_id, 255},
        {&*event.user_agent, 512}, {&event.status, 32},          {&*event.rbac_decision, 16},
    };
    for (const auto& [text, limit] : limits) {
        text->assign(limit, 'x');
    }
    const Event exact = normalise(event);
    EXPECT_EQ(exact.user_agent, std::string(512, 'x'));
    EXPECT_EQ(exact.status, std::string(32, 'x'));
    for (const auto& [text, limit] : limits) {
        text->push_back('x');
    }
    const Event clipped = normalise(event);
    const std::pair<std::string, std::size_t> results[] = {
        {clipped.user_email, 254},  {*clipped.user_name, 200},     {*clipped.api_token_name, 150},
        {clipped.action_type, 100}, {clipped.action, 150},         {*clipped.command, 2000},
        {*clipped.resource, 255},   {*clipped.resource_type, 100}, {*clipped.request_id, 255},
        {*clipped.user_agent, 512}, {clipped.status, 32},          {*clipped.rbac_decision, 16},
    };
    for (const auto& [text, limit] : results) {
        EXPECT_EQ(text.size(), limit);
        EXPECT_TRUE(text.ends_with(cut)) << text;
    }
}

TEST(Normalise, MakesTextThatPostgresqlRefusesIntoTextItKeeps) {
    Event event = full_event();
    event.user_agent = std::string("a\0b\xff\xc0\x80\xed\xa0\x80z", 10);
    event.resource = "caf\xc3\xa9";
    const Event result = normalise(event);
    EXPECT_EQ(result.user_agent->find('\0'), std::string::npos);
    EXPECT_EQ(*result.user_agent, valid_utf8(*result.user_agent));
    EXPECT_TRUE(
        result.user_agent->starts_with("a\xEF\xBF\xBD"
                                       "b\xEF\xBF\xBD"));
    EXPECT_EQ(result.resource, "caf\xc3\xa9");
}

TEST(Normalise, DetailsStayJsonWhenClippedWhateverTheyHold) {
    const std::string fills[] = {"x", "\"", "\\", "\x01", "\xc3\xa9", "\xF0\x9F\x98\x80", "\xff"};
    for (const std::string& fill : fills) {
        std::string long_text;
        while (long_text.size() < 20'000) {
            long_text += fill;
        }
        Event event = full_event();
        event.details = long_text;
        const std::string details = *normalise(event).details;
        EXPECT_LE(details.size(), 8000U);
        EXPECT_GE(details.size(), 7000U) << "more was cut than needed";
        const boost::json::value json = boost::json::parse(details);
        EXPECT_TRUE(json.as_object().at("clipped").as_string().ends_with("[cut]"));
    }
    Event event = full_event();
    event.details = std::string(8000, ' ');
    EXPECT_EQ(normalise(event).details, std::string(8000, ' '));
}

TEST(Normalise, WritesAnAddressAsInetDoesOrDropsIt) {
    const std::pair<std::string, std::optional<std::string>> cases[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"2001:db8::0001", "2001:db8::1"},
        {"2001:0db8:0:1:0:0:0:1", "2001:db8:0:1::1"},
        {"::ffff:192.0.2.7", "::ffff:192.0.2.7"},
        {"::FFFF:c000:0207", "::ffff:192.0.2.7"},
        {"::1", "::1"},
        {"::", "::"},
        {"fe80::1%eth0", "fe80::1"},
        {"[::1]", std::nullopt},
        {"192.0.2.7:80", std::nullopt},
        {"192.0.2", std::nullopt},
        {"192.0.2.07", std::nullopt},
        {"192.0.2.7/32", std::nullopt},
        {" 192.0.2.7", std::nullopt},
        {std::string("192.0.2.7\0x", 11), std::nullopt},
        {"unknown", std::nullopt},
        {"", std::nullopt},
    };
    for (const auto& [text, expected] : cases) {
        Event event = full_event();
        event.ip_address = text;
        EXPECT_EQ(normalise(event).ip_address, expected) << text;
    }
}

TEST(Normalise, NumbersAndTimesComeIntoTheirRanges) {
    Event event = full_event();
    event.http_status = -5;
    event.response_time_ms = -1;
    event.event_count = 0;
    event.at = Timestamp(std::chrono::microseconds(std::numeric_limits<std::int64_t>::max()));
    const Event low = normalise(event);
    EXPECT_EQ(low.http_status, 0);
    EXPECT_EQ(low.response_time_ms, 0);
    EXPECT_EQ(low.event_count, 1);
    EXPECT_EQ(rfc3339_micros(low.at), "9999-12-31T23:59:59.999999Z");
    event.http_status = 1000;
    event.at = Timestamp(std::chrono::microseconds(std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(normalise(event).http_status, 999);
    EXPECT_EQ(rfc3339_micros(normalise(event).at), "0001-01-01T00:00:00.000000Z");
}

TEST(Normalise, OnlyAnOutcomeNamesAnIntentAndItAlwaysDoes) {
    Event single = full_event();
    single.phase = Phase::single;
    EXPECT_EQ(normalise(single).intent_index, std::nullopt);
    for (const std::optional<std::int64_t> nothing : {std::optional<std::int64_t>(), {-1}}) {
        Event outcome = full_event();
        outcome.intent_index = nothing;
        EXPECT_EQ(normalise(outcome).phase, Phase::single);
        EXPECT_EQ(normalise(outcome).intent_index, std::nullopt);
    }
}

TEST(Normalise, DoneTwiceChangesNothingMore) {
    Event event = full_event();
    event.user_agent = std::string(600, '\xff');
    event.details = std::string(9000, '"');
    event.ip_address = "::FFFF:1.2.3.4";
    const Event once = normalise(event);
    const Event twice = normalise(once);
    EXPECT_EQ(once.user_agent, twice.user_agent);
    EXPECT_EQ(once.details, twice.details);
    EXPECT_EQ(once.ip_address, twice.ip_address);
}

TEST(ClosingEvent, SaysWhoAndWhatOfTheIntentAndWhyItWasClosed) {
    Event intent = full_event();
    intent.phase = Phase::intent;
    intent.status = "pending";
    const Event closing = closing_event(intent, 17, intent.at + 2500ms, "unknown", "process_ended");
    EXPECT_EQ(closing.phase, Phase::outcome);
    EXPECT_EQ(closing.intent_index, 17);
    EXPECT_EQ(closing.status, "unknown");
    EXPECT_EQ(closing.details, R"({"reason":"process_ended"})");
    EXPECT_EQ(closing.user_email, intent.user_email);
    EXPECT_EQ(closing.request_id, intent.request_id);
    EXPECT_EQ(closing.response_time_ms, 2500);
    EXPECT_EQ(closing.http_status, std::nullopt);
    EXPECT_EQ(closing_event(intent, 17, intent.at - 1s, "unknown", "x").response_time_ms, 0);
    EXPECT_EQ(closing_event(intent, 17, intent.at + 24h * 365, "unknown", "x").response_time_ms,
              std::numeric_limits<std::int32_t>::max());
}

}  // namespace
}  // namespace rgw::audit
