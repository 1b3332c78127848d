#include "rgw/identity/guess_limit.hpp"

#include <gtest/gtest.h>

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;

const Timestamp start(1'790'000'000s);

TEST(GuessLimit, TenWrongOnesInTenMinutesAndNoMore) {
    GuessLimit limit(10, 10min);
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(limit.try_once({"ada"}, start + i * 1min)) << i;
    }
    EXPECT_FALSE(limit.try_once({"ada"}, start + 9min + 59s));
    EXPECT_TRUE(limit.try_once({"bob"}, start + 9min));
    EXPECT_TRUE(limit.try_once({"ada"}, start + 10min)) << "the first is forgotten";
    EXPECT_FALSE(limit.try_once({"ada"}, start + 10min));
}

TEST(GuessLimit, ARightOneDoesNotCount) {
    GuessLimit limit(2, 10min);
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(limit.try_once({"ada"}, start));
        limit.take_back({"ada"});
    }
    EXPECT_TRUE(limit.try_once({"ada"}, start));
    EXPECT_TRUE(limit.try_once({"ada"}, start));
    EXPECT_FALSE(limit.try_once({"ada"}, start));
}

TEST(GuessLimit, EveryKeyMustHaveATryLeftAndNoneIsCountedOtherwise) {
    GuessLimit limit(2, 10min);
    EXPECT_TRUE(limit.try_once({"ada", "192.0.2.7"}, start));
    EXPECT_TRUE(limit.try_once({"bob", "192.0.2.7"}, start));
    EXPECT_FALSE(limit.try_once({"eve", "192.0.2.7"}, start)) << "of that address";
    EXPECT_TRUE(limit.try_once({"eve", "192.0.2.8"}, start));
    EXPECT_TRUE(limit.try_once({"eve", "192.0.2.9"}, start));
    EXPECT_FALSE(limit.try_once({"eve", "192.0.2.10"}, start)) << "of that person";
}

TEST(GuessLimit, BeyondItsMemoryEverybodyIsOne) {
    GuessLimit limit(2, 10min);
    for (std::size_t i = 0; i < GuessLimit::max_keys; ++i) {
        ASSERT_TRUE(limit.try_once({std::to_string(i)}, start));
    }
    EXPECT_TRUE(limit.try_once({"x"}, start));
    EXPECT_TRUE(limit.try_once({"y"}, start));
    EXPECT_FALSE(limit.try_once({"z"}, start));
    EXPECT_TRUE(limit.try_once({"0"}, start)) << "who was there before keeps their own";
    EXPECT_TRUE(limit.try_once({"z"}, start + 10min));
}

}  // namespace
}  // namespace rgw::identity
