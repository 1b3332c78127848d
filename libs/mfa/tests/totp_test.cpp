#include "rgw/mfa/totp.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

#include "rgw/crypto/encoding.hpp"

namespace rgw::mfa {
namespace {

using namespace std::chrono_literals;

const Secret rfc_seed("12345678901234567890");

Timestamp at(std::int64_t seconds) {
    return Timestamp(std::chrono::seconds(seconds));
}

// RFC 4226, appendix D.
TEST(TotpCode, TheCountersOfRfc4226) {
    const std::string codes[] = {"755224", "287082", "359152", "969429", "338314",
                                 "254676", "287922", "162583", "399871", "520489"};
    std::int64_t counter = 0;
    for (const std::string& code : codes) {
        EXPECT_EQ(totp_code(rfc_seed, counter), code) << counter;
        ++counter;
    }
}

// RFC 6238, appendix B, the rows of SHA-1.
TEST(TotpCode, TheMomentsOfRfc6238) {
    const struct {
        std::int64_t seconds;
        std::int64_t step;
        std::string code;
    } cases[] = {
        {59, 0x1, "94287082"},
        {1111111109, 0x23523EC, "07081804"},
        {1111111111, 0x23523ED, "14050471"},
        {1234567890, 0x273EF07, "89005924"},
        {2000000000, 0x3F940AA, "69279037"},
        {20000000000, 0x27BC86AA, "65353130"},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(totp_step(at(c.seconds)), c.step);
        EXPECT_EQ(totp_code(rfc_seed, c.step, 8), c.code);
        EXPECT_EQ(totp_code(rfc_seed, c.step), c.code.substr(2));
    }
}

TEST(TotpStep, BeginsWithItsFirstMicrosecond) {
    EXPECT_EQ(totp_step(at(0)), 0);
    EXPECT_EQ(totp_step(at(30) - 1us), 0);
    EXPECT_EQ(totp_step(at(30)), 1);
    EXPECT_EQ(totp_step(at(0) - 1us), -1);
}

TEST(FindTotpStep, TakesOneStepOfDriftEitherWayAndNoMore) {
    const Timestamp now = at(1111111111);
    const std::int64_t step = totp_step(now);
    for (const int drift : {-1, 0, 1}) {
        EXPECT_EQ(find_totp_step(rfc_seed, totp_code(rfc_seed, step + drift), now), step + drift);
    }
    for (const int drift : {-10, -3, -2, 2, 3, 10}) {
        EXPECT_FALSE(find_totp_step(rfc_seed, totp_code(rfc_seed, step + drift), now)) << drift;
    }
}

TEST(FindTotpStep, ACodeLivesNinetySeconds) {
    const std::string code = totp_code(rfc_seed, 10);
    EXPECT_FALSE(find_totp_step(rfc_seed, code, at(270) - 1us));
    EXPECT_EQ(find_totp_step(rfc_seed, code, at(270)), 10);
    EXPECT_EQ(find_totp_step(rfc_seed, code, at(360) - 1us), 10);
    EXPECT_FALSE(find_totp_step(rfc_seed, code, at(360)));
}

TEST(FindTotpStep, AnotherSeedsCodeIsNone) {
    const Secret other("12345678901234567891");
    EXPECT_FALSE(find_totp_step(other, totp_code(rfc_seed, 10), at(300)));
}

TEST(FindTotpStep, RefusesWhatIsNotSixDigits) {
    const Timestamp now = at(59);
    ASSERT_EQ(find_totp_step(rfc_seed, "287082", now), 1);
    for (const std::string code :
         {"", "28708", "2870820", "94287082", " 287082", "287082 ", "287 82", "287 082", "28708x",
          "+87082", "-87082", "0x7082", "287082\n", "287\xef\xbc\x92", "28708\xd9",
          "\xd9\xa2\xd9\xa8\xd9\xa7"}) {
        EXPECT_FALSE(find_totp_step(rfc_seed, code, now)) << code;
    }
    EXPECT_FALSE(find_totp_step(rfc_seed, std::string_view("28708\0", 6), now));
}

// Two neighbouring steps may have the same code: the later one is spent, so that showing the code
// again finds the same, spent step.
TEST(FindTotpStep, OfTwoStepsWithOneCodeItIsTheLater) {
    constexpr std::int64_t twin = 910737;  // found by trying
    const std::string code = totp_code(rfc_seed, twin);
    ASSERT_EQ(totp_code(rfc_seed, twin + 1), code);
    EXPECT_EQ(find_totp_step(rfc_seed, code, at(twin * 30)), twin + 1);
    EXPECT_EQ(find_totp_step(rfc_seed, code, at((twin + 1) * 30)), twin + 1);
}

TEST(TotpSeed, Is160RandomBitsAndTypedInBase32) {
    std::set<std::string, std::less<>> seen;
    for (int i = 0; i < 50; ++i) {
        const Secret seed = new_totp_seed();
        EXPECT_EQ(seed.expose().size(), 20U);
        EXPECT_TRUE(seen.emplace(seed.expose()).second);
        const Secret text = totp_seed_text(seed);
        EXPECT_EQ(text.expose().size(), 32U);
        EXPECT_EQ(crypto::parse_base32(text.expose()), seed.expose());
    }
    EXPECT_EQ(totp_seed_text(rfc_seed).expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

TEST(TotpUri, NamesEverythingAnAppAsksFor) {
    EXPECT_EQ(totp_uri("Rack Gateway (prod)", "ann@example.com", rfc_seed).expose(),
              "otpauth://totp/Rack%20Gateway%20%28prod%29:ann%40example.com"
              "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
              "&issuer=Rack%20Gateway%20%28prod%29&algorithm=SHA1&digits=6&period=30");
}

TEST(TotpUri, NoNameReachesIntoTheParameters) {
    EXPECT_EQ(totp_uri("a&secret=x:b#", "c?digits=8/\xc3\xa9%", rfc_seed).expose(),
              "otpauth://totp/a%26secret%3Dx%3Ab%23:c%3Fdigits%3D8%2F%C3%A9%25"
              "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
              "&issuer=a%26secret%3Dx%3Ab%23&algorithm=SHA1&digits=6&period=30");
}

}  // namespace
}  // namespace rgw::mfa
