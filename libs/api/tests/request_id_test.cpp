#include "rgw/api/request_id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rgw::api {
namespace {

using namespace std::chrono_literals;

TEST(RequestId, IsAUlidThatSortsByTime) {
    const Timestamp at{1469918176385ms};  // the example of the ULID specification
    const std::string id = new_request_id(at);
    EXPECT_EQ(id.size(), 26U);
    EXPECT_EQ(id.substr(0, 10), "01ARYZ6S41");
    EXPECT_EQ(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos);
    EXPECT_LT(id, new_request_id(at + 1ms));
}

TEST(RequestId, IsUnique) {
    const Timestamp at{1469918176385ms};
    std::set<std::string> ids;
    for (int i = 0; i < 10'000; ++i) {
        EXPECT_TRUE(ids.insert(new_request_id(at)).second);
    }
}

}  // namespace
}  // namespace rgw::api
