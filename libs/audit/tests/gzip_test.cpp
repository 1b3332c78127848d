#include "gzip.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rgw::audit {
namespace {

std::string compressed(std::initializer_list<std::string> parts) {
    GzipWriter gzip;
    for (const std::string& part : parts) {
        gzip.add(part);
    }
    return gzip.finish();
}

TEST(Gzip, GivesBackWhatWasCompressedInAnyParts) {
    const std::string text(100'000, 'a');
    for (const std::string& body :
         {compressed({text}), compressed({text.substr(0, 1), "", text.substr(1)})}) {
        EXPECT_LT(body.size(), 1000U);
        EXPECT_EQ(gunzip(body, text.size()).value(), text);
    }
    EXPECT_EQ(gunzip(compressed({}), 0).value(), "");
    EXPECT_EQ(compressed({text}), compressed({text}));
}

TEST(Gzip, RefusesWhatIsNotOneWholeMember) {
    const std::string body = compressed({"some text"});
    std::string flipped = body;
    flipped[body.size() - 6] ^= 1;  // of the checksum
    for (const std::string& bad :
         {std::string(), std::string("text"), body.substr(0, body.size() - 1), body.substr(0, 12),
          body + body, body + "x", flipped}) {
        EXPECT_EQ(gunzip(bad, 1000).error().code, Errc::invalid_value) << bad.size();
    }
}

TEST(Gzip, AttackASmallBodyDoesNotBecomeALargeOne) {
    const std::string bomb = compressed({std::string(10'000'000, 'a')});
    EXPECT_EQ(gunzip(bomb, 9'999'999).error().detail, "it is of more than 9999999 bytes");
    EXPECT_TRUE(gunzip(bomb, 10'000'000));
}

}  // namespace
}  // namespace rgw::audit
