#include "s3_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rgw::outbound {
namespace {

using enum S3Addressing;

struct PlaceCase {
    std::string bucket;
    std::string endpoint;
    S3Addressing addressing;
    std::string region;
    std::string url;
};

TEST(S3Place, IsWhereTheBucketIs) {
    const std::vector<PlaceCase> cases = {
        {"audit", "", automatic, "eu-central-1", "https://audit.s3.eu-central-1.amazonaws.com"},
        {"audit", "", path, "eu-central-1", "https://s3.eu-central-1.amazonaws.com/audit"},
        {"a.b.c", "", automatic, "us-east-1", "https://s3.us-east-1.amazonaws.com/a.b.c"},
        {"a.b.c", "", virtual_host, "us-east-1", "https://a.b.c.s3.us-east-1.amazonaws.com"},
        {"audit", "", automatic, "cn-north-1", "https://audit.s3.cn-north-1.amazonaws.com.cn"},
        {"audit", "https://s3.test", automatic, "", "https://s3.test/audit"},
        {"audit", "https://S3.Test:443/", automatic, "", "https://s3.test/audit"},
        {"audit", "http://s3.test:80", automatic, "", "http://s3.test/audit"},
        {"audit", "http://s3.test:443", automatic, "", "http://s3.test:443/audit"},
        {"audit", "http://[::1]:9000", automatic, "", "http://[::1]:9000/audit"},
        {"audit", "https://s3.test:9000", virtual_host, "", "https://audit.s3.test:9000"},
    };
    for (const PlaceCase& one : cases) {
        const auto place =
            place_of({.bucket = one.bucket, .endpoint = one.endpoint, .addressing = one.addressing},
                     one.region);
        ASSERT_TRUE(place) << one.url << ": " << describe(place.error());
        EXPECT_EQ(place->scheme + "://" + place->host + place->base, one.url);
        EXPECT_EQ(place->region, one.region.empty() ? "us-east-1" : one.region);
    }
}

TEST(S3Place, WhatIsNoPlaceIsRefused) {
    for (const std::string bucket :
         {"", "ab", "Audit", "audit/", "../x", "a..b", "-audit", "audit-", "a_b", "a@b",
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
        const auto place = place_of({.bucket = bucket}, "eu-central-1");
        EXPECT_EQ(place.error().code, Errc::configuration_invalid) << bucket;
    }
    for (const std::string endpoint :
         {"s3.test", "ftp://s3.test", "https://", "https:///", "https://s3.test/path",
          "https://user@s3.test", "https://s3.test?x", "https://s3.test#x", "https://s3 test",
          "https://s3.test//", "https://s3.test\r\nX: y"}) {
        const auto place = place_of({.bucket = "audit", .endpoint = endpoint}, "");
        EXPECT_EQ(place.error().code, Errc::configuration_invalid) << endpoint;
    }
    EXPECT_EQ(describe(place_of({.bucket = "audit"}, "").error()),
              "configuration_invalid: the bucket's region is needed: AWS_REGION or the profile's");
}

}  // namespace
}  // namespace rgw::outbound
