#include "rgw/pg/query_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "rgw/base/log.hpp"

namespace rgw::pg {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class QueryWatchTest : public testing::Test {
protected:
    std::string logged(std::chrono::nanoseconds took, std::chrono::seconds at,
                       std::span<const Answered> statements) {
        testing::internal::CaptureStderr();
        watch_.on_round_trip(statements, took, std::chrono::steady_clock::time_point(at));
        log::flush();
        return testing::internal::GetCapturedStderr();
    }
    std::string logged(std::chrono::nanoseconds took, std::chrono::seconds at) {
        return logged(took, at, one_);
    }
    [[nodiscard]] QueryFigures figures(std::string_view name) const {
        for (const QueryFigures& each : watch_.figures()) {
            if (each.name == name) {
                return each;
            }
        }
        return {};
    }

    QueryWatch watch_{250ms};
    std::array<Answered, 1> one_{{{"find_user", 3, std::nullopt}}};
};

TEST_F(QueryWatchTest, CountsByNameWithinBounds) {
    for (const std::chrono::nanoseconds took :
         {std::chrono::nanoseconds(0), std::chrono::nanoseconds(1ms),
          std::chrono::nanoseconds(1ms + 1ns), std::chrono::nanoseconds(50ms),
          std::chrono::nanoseconds(100ms)}) {
        EXPECT_THAT(logged(took, 1s), IsEmpty());
    }
    const QueryFigures seen = figures("find_user");
    EXPECT_THAT(seen.counts, ElementsAre(2, 1, 2, 0, 0, 0));
    EXPECT_NEAR(seen.seconds, 0.152, 1e-6);
    EXPECT_EQ(seen.slow, 0U);
    EXPECT_THAT(seen.errors, IsEmpty());
}

TEST_F(QueryWatchTest, ASlowOneIsLoggedByNameOnceAMinute) {
    EXPECT_THAT(logged(249ms, 1s), IsEmpty());
    EXPECT_THAT(logged(250ms, 2s),
                AllOf(HasSubstr(R"("level":"warn")"), HasSubstr("slow query"),
                      HasSubstr(R"("query":"find_user")"), HasSubstr(R"("milliseconds":250)"),
                      HasSubstr(R"("rows":3)"), HasSubstr(R"("outcome":"success")"),
                      HasSubstr(R"("left_out":0)")));
    EXPECT_THAT(logged(11s, 3s), IsEmpty());
    EXPECT_THAT(logged(300ms, 61s), IsEmpty());
    const std::array<Answered, 1> other{{{"save_user", 0, Errc::database_timeout}}};
    EXPECT_THAT(logged(5s, 61s, other), HasSubstr(R"("outcome":"database_timeout")"))
        << "each name has its own minute";
    EXPECT_THAT(logged(1s, 62s), HasSubstr(R"("left_out":2)"));
    EXPECT_EQ(figures("find_user").slow, 4U) << "the metrics leave nothing out";
    EXPECT_THAT(figures("find_user").counts, ElementsAre(0, 0, 0, 4, 0, 1));
}

TEST_F(QueryWatchTest, ARoundTripOfSeveralIsOneLine) {
    const std::array<Answered, 3> batch{{{"begin", 0, std::nullopt},
                                         {"lock_head", 1, Errc::database_conflict},
                                         {"append", 0, std::nullopt}}};
    EXPECT_THAT(logged(300ms, 1s, batch), AllOf(HasSubstr(R"("query":"begin, lock_head, append")"),
                                                HasSubstr(R"("outcome":"database_conflict")")));
    EXPECT_THAT(figures("lock_head").errors, ElementsAre(Pair(Errc::database_conflict, 1)));
    EXPECT_THAT(figures("append").errors, IsEmpty());
    EXPECT_THAT(figures("append").counts, ElementsAre(0, 0, 0, 1, 0, 0));
}

TEST(QueryWatch, ZeroLogsNothingAndStillCounts) {
    QueryWatch watch(0ms);
    const std::array<Answered, 1> one{{{"find_user", 1, std::nullopt}}};
    testing::internal::CaptureStderr();
    watch.on_round_trip(one, 1h, std::chrono::steady_clock::time_point(1s));
    log::flush();
    EXPECT_THAT(testing::internal::GetCapturedStderr(), IsEmpty());
    ASSERT_EQ(watch.figures().size(), 1U);
    EXPECT_THAT(watch.figures()[0].counts, ElementsAre(0, 0, 0, 0, 0, 1));
}

}  // namespace
}  // namespace rgw::pg
