#include "aws_profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace rgw::outbound {
namespace {

std::string value(const AwsProfiles& profiles, std::string_view profile, std::string_view name) {
    const auto at = profiles.find(profile);
    if (at == profiles.end() || !at->second.contains(name)) {
        return "none";
    }
    return std::string(at->second.find(name)->second.expose());
}

TEST(AwsProfile, ReadsWhatAwsWrites) {
    const auto profiles = read_profiles(
        "# keys\n"
        "[default]\r\n"
        "aws_access_key_id = AKID1\r\n"
        "AWS_Secret_Access_Key=a/b=c+d==\n"
        "\n"
        "; another\n"
        "[profile audit]\n"
        "region = eu-central-1\n"
        "s3 =\n"
        "  addressing_style = path\n"
        "\tregion = nested\n"
        "region = eu-west-1\n"
        "[ other ] # comment\n"
        "region = us-east-1 # not a comment\n"
        "[sso-session mine]\n"
        "region = ignored\n");
    ASSERT_TRUE(profiles) << describe(profiles.error());
    EXPECT_EQ(profiles->size(), 3U);
    EXPECT_EQ(value(*profiles, "default", "aws_access_key_id"), "AKID1");
    EXPECT_EQ(value(*profiles, "default", "aws_secret_access_key"), "a/b=c+d==");
    EXPECT_EQ(value(*profiles, "audit", "region"), "eu-west-1");
    EXPECT_EQ(value(*profiles, "audit", "addressing_style"), "none");
    EXPECT_EQ(value(*profiles, "other", "region"), "us-east-1 # not a comment");
    EXPECT_TRUE(read_profiles("").value().empty());
}

TEST(AwsProfile, WhatItCannotReadIsNamedByLineOnly) {
    const auto error = [](const std::string& text) {
        return describe(read_profiles(text).error());
    };
    EXPECT_EQ(error("aws_secret_access_key = secret\n"),
              "invalid_value: line 1: a setting before any section");
    EXPECT_EQ(error("[default]\n\nsecret\n"),
              "invalid_value: line 3: neither a section nor a setting");
    EXPECT_EQ(error("[default"), "invalid_value: line 1: a section without its ]");
}

}  // namespace
}  // namespace rgw::outbound
