#include "rgw/storage/rate_limit_store.hpp"

#include <gtest/gtest.h>

#include "store_fixture.hpp"

namespace rgw::storage {
namespace {

using namespace std::chrono_literals;

class RateLimits : public testing::Test {
protected:
    bool take(const std::string& subject) {
        return test::run(fixture_.loop(), store_.take(subject, limit_, deadline_in(10s))).value();
    }
    void pass(const std::string& interval) {
        fixture_.sql().execute("update rate_limits set free_at = free_at - interval '" + interval +
                               "'");
    }

    StoreFixture fixture_;
    PgRateLimitStore store_{fixture_.pool()};
    const identity::RateLimit limit_{.interval = 10min, .burst = 3};
};

TEST_F(RateLimits, ABurstAtOnceThenOneEachInterval) {
    EXPECT_TRUE(take("a"));
    EXPECT_TRUE(take("a"));
    EXPECT_TRUE(take("a"));
    EXPECT_FALSE(take("a"));
    EXPECT_TRUE(take("b"));
    pass("10 min");
    EXPECT_TRUE(take("a"));
    EXPECT_FALSE(take("a"));
    pass("10 days");
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(take("a")) << "never more than the burst, however long it was quiet";
    }
    EXPECT_FALSE(take("a"));
}

TEST_F(RateLimits, WhatSaysNothingAnyMoreIsForgotten) {
    EXPECT_TRUE(take("a"));
    pass("1 day");
    EXPECT_TRUE(take("b"));
    ASSERT_TRUE(test::run(fixture_.loop(), store_.forget_free(deadline_in(10s))));
    EXPECT_EQ(fixture_.sql().value("select string_agg(subject, ',') from rate_limits"), "b");
}

}  // namespace
}  // namespace rgw::storage
