#include "rgw/api/refusal_meter.hpp"

#include <gtest/gtest.h>

namespace rgw::api {
namespace {

using namespace std::chrono_literals;
using Verdict = RefusalMeter::Verdict;
using Which = RefusalMeter::Which;

const Timestamp noon{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h};

audit::Event refusal(const char* path) {
    audit::Event event;
    event.resource = path;
    return event;
}

TEST(RefusalMeter, RecordsTheFirstOfAMinuteAndCountsTheRest) {
    RefusalMeter meter;
    std::uint32_t recorded = 0;
    for (int i = 0; i < 50; ++i) {
        recorded += meter.note("203.0.113.7", noon, refusal("/x")) == Verdict::record ? 1 : 0;
    }
    EXPECT_EQ(recorded, RefusalMeter::events_per_minute);
    EXPECT_TRUE(meter.take_surplus(noon + 30s, Which::finished_minutes).empty());
    const auto surplus = meter.take_surplus(noon + 61s, Which::finished_minutes);
    ASSERT_EQ(surplus.size(), 1U);
    EXPECT_EQ(surplus[0].event_count, 40);
    EXPECT_EQ(surplus[0].resource, "/x");
    EXPECT_TRUE(meter.take_surplus(noon + 62s, Which::everything).empty());
}

TEST(RefusalMeter, ANewMinuteStartsAfreshAndKeepsTheSurplusOfTheLast) {
    RefusalMeter meter;
    for (int i = 0; i < 15; ++i) {
        meter.note("203.0.113.7", noon, refusal("/x"));
    }
    EXPECT_EQ(meter.note("203.0.113.7", noon + 60s, refusal("/x")), Verdict::record);
    const auto surplus = meter.take_surplus(noon + 60s, Which::finished_minutes);
    ASSERT_EQ(surplus.size(), 1U);
    EXPECT_EQ(surplus[0].event_count, 5);
}

TEST(RefusalMeter, APeerPastItsAttemptsIsExhaustedUntilTheMinuteIsOver) {
    RefusalMeter meter;
    for (std::uint32_t i = 0; i < RefusalMeter::attempts_per_minute; ++i) {
        EXPECT_FALSE(meter.exhausted("203.0.113.7", noon));
        meter.note("203.0.113.7", noon, refusal("/x"));
    }
    EXPECT_TRUE(meter.exhausted("203.0.113.7", noon));
    EXPECT_FALSE(meter.exhausted("203.0.113.8", noon));
    EXPECT_FALSE(meter.exhausted("203.0.113.7", noon + 60s));
}

TEST(RefusalMeter, ManyPeersCannotMakeItGrowAndNoneIsForgotten) {
    RefusalMeter meter;
    std::int64_t recorded = 0;
    constexpr int peers = 30'000;
    for (int i = 0; i < peers; ++i) {
        recorded +=
            meter.note("peer-" + std::to_string(i), noon, refusal("/x")) == Verdict::record ? 1 : 0;
    }
    EXPECT_LE(recorded,
              static_cast<std::int64_t>(RefusalMeter::max_peers + RefusalMeter::events_per_minute));
    std::int64_t counted = recorded;
    for (const audit::Event& event : meter.take_surplus(noon, Which::everything)) {
        counted += event.event_count;
    }
    EXPECT_EQ(counted, peers);
}

}  // namespace
}  // namespace rgw::api
