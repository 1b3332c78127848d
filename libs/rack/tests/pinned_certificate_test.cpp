#include "rgw/rack/pinned_certificate.hpp"

#include <gtest/gtest.h>

namespace rgw::rack {
namespace {

const std::string digits = "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF";

TEST(PinnedCertificate, IsReadAsItWasWritten) {
    const PinnedCertificate pinned{.pem = "-----BEGIN CERTIFICATE-----\nMIIB\n",
                                   .fingerprint = digits,
                                   .fetched_at = "2026-11-25T04:00:00Z"};
    const auto read = parse_pinned_certificate(to_json(pinned));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->pem, pinned.pem);
    EXPECT_EQ(read->fingerprint, digits);
    EXPECT_EQ(read->fetched_at, pinned.fetched_at);
}

TEST(PinnedCertificate, ToleratesColonsAndLowerCase) {
    const auto read = parse_pinned_certificate(
        R"({"fingerprint":"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:)"
        R"(00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->fingerprint, digits);
}

TEST(PinnedCertificate, WhatIsNoFingerprintPinsNothing) {
    for (
        const std::string json :
        {"", "null", "[]", "{}", "{\"fingerprint\":1}", "{\"fingerprint\":\"\"}",
         "{\"fingerprint\":\"0011\"}", "{\"fingerprint\":\"*\"}",
         R"({"fingerprint":"G0112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"})"}) {
        EXPECT_FALSE(parse_pinned_certificate(json)) << json;
    }
    EXPECT_FALSE(parse_pinned_certificate("{\"fingerprint\":\"" + digits + "00\"}"));
}

}  // namespace
}  // namespace rgw::rack
