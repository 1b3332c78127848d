#include "rgw/api/rate_limiter.hpp"

#include <gtest/gtest.h>

#include "rgw/async/loop.hpp"
#include "support/run.hpp"

namespace rgw::api {
namespace {

using namespace std::chrono_literals;

class CountingStore final : public identity::RateLimitStore {
public:
    async::Task<Result<bool>> take(std::string subject, identity::RateLimit, Deadline) override {
        last = std::move(subject);
        ++asked;
        co_return left-- > 0;
    }
    async::Task<Result<void>> forget_free(Deadline) override { co_return Result<void>(); }

    std::string last;
    int asked = 0;
    int left = 2;
};

class Limiter : public testing::Test {
protected:
    Limiter() { loop_.start(); }

    Errc admit(Throttle throttle, const std::string& subject) {
        const Result<void> admitted =
            test::run(loop_, limiter_.admit(throttle, subject, deadline_in(1s)));
        return admitted ? Errc::internal : admitted.error().code;
    }
    static constexpr Errc fine = Errc::internal;

    async::Loop loop_{"test"};
    FakeClock clock_{Timestamp{1000s}};
    CountingStore store_;
    RateLimiter limiter_{store_, clock_, {.interval = 100ms, .burst = 2}};
};

TEST_F(Limiter, WhoIsPastTheLimitCostsNoQueryUntilAnAttemptMayBeLeft) {
    EXPECT_EQ(admit(Throttle::sign_in, "192.0.2.1"), fine);
    EXPECT_EQ(store_.last, "sign_in:192.0.2.1");
    EXPECT_EQ(admit(Throttle::sign_in, "192.0.2.1"), fine);
    EXPECT_EQ(admit(Throttle::sign_in, "192.0.2.1"), Errc::rate_limited);
    EXPECT_EQ(store_.asked, 3);
    EXPECT_EQ(admit(Throttle::sign_in, "192.0.2.1"), Errc::rate_limited);
    EXPECT_EQ(store_.asked, 3);
    clock_.advance(100ms);
    store_.left = 1;
    EXPECT_EQ(admit(Throttle::sign_in, "192.0.2.1"), fine);
    EXPECT_EQ(store_.asked, 4);
}

TEST_F(Limiter, OneSubjectDoesNotUseUpAnothersAttempts) {
    store_.left = 0;
    EXPECT_EQ(admit(Throttle::sign_in, "192.0.2.1"), Errc::rate_limited);
    store_.left = 2;
    EXPECT_EQ(admit(Throttle::sign_in, "192.0.2.2"), fine);
    EXPECT_EQ(admit(Throttle::tokens, "192.0.2.1"), fine);
    EXPECT_EQ(admit(Throttle::none, "192.0.2.1"), fine);
}

TEST(RateSubject, OfAnIpv6AddressWhatOneCustomerIsGiven) {
    EXPECT_EQ(rate_subject("203.0.113.7"), "203.0.113.7");
    EXPECT_EQ(rate_subject("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(rate_subject("2001:db8:1:2::9"), "2001:db8:1:2::/64");
    EXPECT_NE(rate_subject("2001:db8:1:3::9"), "2001:db8:1:2::/64");
}

}  // namespace
}  // namespace rgw::api
