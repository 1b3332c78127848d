#include <gtest/gtest.h>

#include <string>

#include "rgw/rack/route.hpp"

namespace rgw::rack {
namespace {

std::string query_of(std::string_view method, const std::string& target) {
    const auto found = match(method, target);
    return found ? found->query : "refused: " + std::string(id(found.error().code));
}

TEST(Query, IsParsedAndWrittenAnew) {
    const std::string metrics = "/system/metrics?";
    EXPECT_EQ(query_of("GET", metrics), "");
    EXPECT_EQ(query_of("GET", metrics + "period=60"), "?period=60");
    EXPECT_EQ(query_of("GET", metrics + "metrics=a+b&end=20261123.020000.000000000"),
              "?metrics=a%20b&end=20261123.020000.000000000");
    EXPECT_EQ(query_of("GET", metrics + "metrics=a,b"), "?metrics=a%2Cb");
    EXPECT_EQ(query_of("GET", metrics + "%70eriod=6%30"), "?period=60");
    EXPECT_EQ(query_of("GET", metrics + "metrics="), "?metrics=");
    EXPECT_EQ(query_of("GET", metrics + "metrics=a=b"), "?metrics=a%3Db");
    EXPECT_EQ(query_of("GET", metrics + "metrics=a?b/c"), "?metrics=a%3Fb%2Fc");
    EXPECT_EQ(query_of("GET", metrics + "metrics=%26x%3D1"), "?metrics=%26x%3D1");
}

TEST(Query, AnythingButWholePairsIsRefused) {
    for (const std::string bad : {"period", "=1", "&", "period=1&", "&period=1", "period=1&&end=2",
                                  "period=1;end=2", "period=%", "period=%2", "period=%zz", "%zz=1",
                                  "period=1#x", "period=%00", "period=a%0Ab", "period=\x01"}) {
        EXPECT_EQ(query_of("GET", "/system/metrics?" + bad), "refused: bad_query") << bad;
    }
}

TEST(Query, ARepeatedNameIsRefusedHoweverItIsSpelled) {
    EXPECT_EQ(query_of("GET", "/apps/w/releases?limit=1&limit=2"), "refused: bad_query");
    EXPECT_EQ(query_of("GET", "/apps/w/releases?limit=1&%6cimit=2"), "refused: bad_query");
}

TEST(Query, OnlyTheNamesOfTheRouteAreTaken) {
    EXPECT_EQ(query_of("GET", "/apps/w/releases?limit=1"), "?limit=1");
    EXPECT_EQ(query_of("GET", "/apps/w/releases?Limit=1"), "refused: bad_query");
    EXPECT_EQ(query_of("GET", "/apps/w/releases?all=1"), "refused: bad_query");
    EXPECT_EQ(query_of("GET", "/apps?limit=1"), "refused: bad_query");
    EXPECT_EQ(query_of("GET", "/apps/w/processes?release=R1&service=web"),
              "?release=R1&service=web");
    EXPECT_EQ(query_of("GET", "/system/processes?all=true"), "?all=true");
    EXPECT_EQ(query_of("GET", "/apps/w/processes/p/files?file=/etc/x"), "?file=%2Fetc%2Fx");
}

TEST(Query, TooManyParametersAreRefusedBeforeTheyAreCompared) {
    std::string many = "/system/metrics?a=";
    for (int i = 0; i < 20'000; ++i) {
        many += "&p" + std::to_string(i) + "=";
    }
    EXPECT_EQ(query_of("GET", many), "refused: bad_query");
}

TEST(Query, AValueIsOfItsParametersKind) {
    for (const char* bad : {"limit=", "limit=-1", "limit=1e3", "limit=0x10", "limit=1234567890"}) {
        EXPECT_EQ(query_of("GET", std::string("/apps/w/releases?") + bad), "refused: bad_query")
            << bad;
    }
    EXPECT_EQ(query_of("GET", "/system/processes?all=true"), "?all=true");
    EXPECT_EQ(query_of("GET", "/system/processes?all=yes"), "refused: bad_query");
    EXPECT_EQ(query_of("GET", "/system/metrics?start=now"), "refused: bad_query");
    EXPECT_EQ(query_of("GET", "/apps/w/processes?release=" + std::string(5000, 'R')),
              "refused: bad_query");
}

}  // namespace
}  // namespace rgw::rack
