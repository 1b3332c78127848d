#include "rgw/identity/jwks.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rgw/crypto_testing/signing_key.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;
using crypto::JwsAlgorithm;
using crypto::testing::KeyKind;
using crypto::testing::SigningKey;

std::string set_of(const std::vector<std::string>& keys) {
    std::string out = R"({"keys":[)";
    for (const std::string& key : keys) {
        out += (out.back() == '[' ? "" : ",") + key;
    }
    return out + "]}";
}

TEST(KeySet, SkipsAndCountsWhatIsOfNoUse) {
    const SigningKey key(KeyKind::p256);
    const auto set = KeySet::parse(set_of({R"({"kty":"oct","k":"c2VjcmV0"})", "1", "null", "{}",
                                           key.public_jwk("a"), R"({"kty":"RSA"})"}));
    ASSERT_TRUE(set);
    EXPECT_EQ(set->size(), 1U);
    EXPECT_EQ(set->skipped(), 5U);
    EXPECT_EQ(KeySet::parse(R"({"keys":[],"other":1})")->size(), 0U);
}

TEST(KeySet, RefusesWhatIsNone) {
    const SigningKey key(KeyKind::ed25519);
    for (const std::string& json :
         {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"keys":{}})"),
          std::string(R"({"keys":[],"keys":[]})"), std::string(R"({"keys":[{"kty":1,"kty":1}]})"),
          set_of(std::vector<std::string>(65, key.public_jwk("a"))),
          R"({"keys":[],"x":")" + std::string(512UL * 1024, 'x') + R"("})"}) {
        const auto set = KeySet::parse(json);
        ASSERT_FALSE(set) << json.substr(0, 100);
        EXPECT_EQ(set.error().code, Errc::sign_in_unavailable);
    }
    EXPECT_EQ(KeySet::parse(set_of(std::vector<std::string>(64, key.public_jwk("a"))))->size(),
              64U);
}

TEST(KeySet, ChoosesByIdAndAlgorithm) {
    const SigningKey first(KeyKind::p256);
    const SigningKey second(KeyKind::p256);
    const SigningKey edwards(KeyKind::ed25519);
    const auto set =
        KeySet::parse(set_of({first.public_jwk("a"), second.public_jwk("b"),
                              edwards.public_jwk("a"), second.public_jwk("c", R"(,"use":"enc")")}))
            .value();
    const auto chosen = [&](const char* id, JwsAlgorithm algorithm) {
        return set.choose(std::string(id), algorithm);
    };
    const std::string signature = first.sign(JwsAlgorithm::es256, "m");
    EXPECT_TRUE(
        chosen("a", JwsAlgorithm::es256).value()->verifies(JwsAlgorithm::es256, "m", signature));
    EXPECT_FALSE(
        chosen("b", JwsAlgorithm::es256).value()->verifies(JwsAlgorithm::es256, "m", signature));
    // Two keys of different types may share an id (RFC 7517 §4.5).
    EXPECT_TRUE(chosen("a", JwsAlgorithm::eddsa).value()->fits(JwsAlgorithm::eddsa));
    EXPECT_EQ(chosen("b", JwsAlgorithm::eddsa).error(), KeyFault::unfit);
    EXPECT_EQ(chosen("c", JwsAlgorithm::es256).error(), KeyFault::unfit);
    EXPECT_EQ(chosen("d", JwsAlgorithm::es256).error(), KeyFault::unknown);
    EXPECT_EQ(chosen("A", JwsAlgorithm::es256).error(), KeyFault::unknown);
}

TEST(KeySet, WithoutAnIdItMustBeClearWhichKeyItIs) {
    const SigningKey first(KeyKind::p256);
    const SigningKey second(KeyKind::p256);
    const SigningKey edwards(KeyKind::ed25519);
    const auto set =
        KeySet::parse(set_of({first.public_jwk("a"), second.public_jwk(), edwards.public_jwk("a")}))
            .value();
    EXPECT_TRUE(set.choose(std::nullopt, JwsAlgorithm::eddsa));
    EXPECT_EQ(set.choose(std::nullopt, JwsAlgorithm::es256).error(), KeyFault::ambiguous);
    EXPECT_EQ(set.choose(std::nullopt, JwsAlgorithm::rs256).error(), KeyFault::unfit);
    const auto one =
        KeySet::parse(set_of({first.public_jwk("a"), second.public_jwk("b", R"(,"use":"enc")")}))
            .value();
    EXPECT_TRUE(one.choose(std::nullopt, JwsAlgorithm::es256));
}

TEST(KeySetLifetime, IsWhatTheProviderSaysWithinBounds) {
    struct Case {
        std::string_view cache_control;
        std::chrono::seconds lifetime;
    };
    for (const Case& c : {
             Case{"", 1h},
             Case{"public", 1h},
             Case{"public, max-age=19800, must-revalidate, no-transform", 19800s},
             Case{"Max-Age=600", 10min},
             Case{"max-age=1", 5min},
             Case{"max-age=0", 5min},
             Case{"max-age=-1", 5min},
             Case{"max-age=604800", 24h},
             Case{"max-age=9223372036854775807", 24h},
             Case{"max-age=99999999999999999999", 1h},
             Case{"max-age=soon", 1h},
             Case{"no-store", 5min},
             Case{"no-cache, max-age=600", 5min},
         }) {
        EXPECT_EQ(key_set_lifetime(c.cache_control), c.lifetime) << c.cache_control;
    }
}

}  // namespace
}  // namespace rgw::identity
