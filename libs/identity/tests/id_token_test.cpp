#include "rgw/identity/id_token.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "rgw/crypto/encoding.hpp"
#include "token_maker.hpp"

namespace rgw::identity::test {
namespace {

using crypto::JwsAlgorithm;

TEST(IdToken, AGoodOneGivesThePerson) {
    const auto claims = check_id_token(es256_token(good_payload()), expectation(), key_set());
    ASSERT_TRUE(claims) << id(claims.error());
    EXPECT_EQ(claims->subject, "10769150350006150715113082367");
    EXPECT_EQ(claims->email, "ada@example.com");
    EXPECT_EQ(claims->name, "Ada Lovelace");
    EXPECT_TRUE(claims->groups.empty());
}

TEST(IdToken, EveryAlgorithmOfOursIsTaken) {
    const std::string payload = good_payload();
    EXPECT_EQ(
        reason(keys().rsa.token(JwsAlgorithm::rs256, R"({"alg":"RS256","kid":"rsa"})", payload)),
        "accepted");
    EXPECT_EQ(
        reason(keys().rsa.token(JwsAlgorithm::ps256, R"({"alg":"PS256","kid":"rsa"})", payload)),
        "accepted");
    EXPECT_EQ(
        reason(keys().ed25519.token(JwsAlgorithm::eddsa, R"({"alg":"EdDSA","kid":"ed"})", payload)),
        "accepted");
    // Without an id exactly one key fits.
    EXPECT_EQ(
        reason(keys().p256.token(JwsAlgorithm::es256, R"({"alg":"ES256","typ":"JWT"})", payload)),
        "accepted");
}

// Each token is good but for one thing.
TEST(IdToken, ABrokenEnvelopeOrSignatureIsRefusedForItsOwnReason) {
    const std::string payload = good_payload();
    const std::string good = es256_token(payload);
    const std::string header = R"({"alg":"ES256","kid":"p256"})";
    const std::string input = good.substr(0, good.rfind('.'));
    const std::string signature = good.substr(good.rfind('.'));
    const std::string rsa_document = keys().rsa.public_jwk("rsa");
    const auto signed_by_p256 = [&](std::string_view other_header) {
        return keys().p256.token(JwsAlgorithm::es256, other_header, payload);
    };
    struct Case {
        std::string_view what;
        std::string token;
        std::string_view reason;
    };
    const Case cases[] = {
        {"nothing", "", "malformed"},
        {"two parts", input, "malformed"},
        {"four parts", good + ".x", "malformed"},
        {"padding", good + "=", "malformed"},
        {"white space", " " + good, "malformed"},
        {"too large", good + std::string(16384, 'A'), "too_large"},
        {"header is a list", signed_by_p256("[]"), "header_malformed"},
        {"header without alg", signed_by_p256(R"({"kid":"p256"})"), "header_malformed"},
        {"kid is a number", signed_by_p256(R"({"alg":"ES256","kid":1})"), "header_malformed"},
        {"alg twice", signed_by_p256(R"({"alg":"ES256","kid":"p256","alg":"ES256"})"),
         "header_duplicate_key"},
        {"crit", signed_by_p256(R"({"alg":"ES256","kid":"p256","crit":["b64"],"b64":false})"),
         "header_critical"},
        {"alg none, no signature",
         crypto::testing::signing_input(R"({"alg":"none"})", payload) + ".", "algorithm_none"},
        {"alg none, a good token's signature",
         crypto::testing::signing_input(R"({"alg":"none","kid":"p256"})", payload) + signature,
         "algorithm_none"},
        {"alg NONE", crypto::testing::signing_input(R"({"alg":"NONE"})", payload) + ".",
         "algorithm_unknown"},
        {"HS256 with the public key",
         crypto::testing::hs256_token(rsa_document, R"({"alg":"HS256","kid":"rsa"})", payload),
         "algorithm_symmetric"},
        {"HS256 with the client secret",
         crypto::testing::hs256_token("client secret", R"({"alg":"HS256"})", payload),
         "algorithm_symmetric"},
        {"RS512", signed_by_p256(R"({"alg":"RS512","kid":"rsa"})"), "algorithm_unknown"},
        {"ES256K", signed_by_p256(R"({"alg":"ES256K","kid":"p256"})"), "algorithm_unknown"},
        {"kid unknown", signed_by_p256(R"({"alg":"ES256","kid":"p257"})"), "key_unknown"},
        {"an RSA key named for ES256", signed_by_p256(R"({"alg":"ES256","kid":"rsa"})"),
         "key_unfit"},
        {"an EC key named for RS256",
         keys().rsa.token(JwsAlgorithm::rs256, R"({"alg":"RS256","kid":"p256"})", payload),
         "key_unfit"},
        {"a key for encryption",
         keys().p384.token(JwsAlgorithm::es384, R"({"alg":"ES384","kid":"p384"})", payload),
         "key_unfit"},
        {"a stranger's key",
         keys().stranger.token(JwsAlgorithm::rs256, R"({"alg":"RS256","kid":"rsa"})", payload),
         "signature_wrong"},
        {"a stranger's key, brought along",
         keys().stranger.token(
             JwsAlgorithm::rs256,
             R"({"alg":"RS256","kid":"rsa","jwk":)" + keys().stranger.public_jwk("rsa") + "}",
             payload),
         "signature_wrong"},
        {"PS256 called RS256",
         keys().rsa.token(JwsAlgorithm::ps256, R"({"alg":"RS256","kid":"rsa"})", payload),
         "signature_wrong"},
        {"no signature", input + ".", "signature_wrong"},
        {"another payload", crypto::testing::signing_input(header, R"({"iss":"x"})") + signature,
         "signature_wrong"},
        {"zeros as signature", input + "." + crypto::base64url(std::string(64, '\0')),
         "signature_wrong"},
        {"claims are a list", es256_token("[]"), "claims_malformed"},
        {"claims are no JSON", es256_token(payload + "}"), "claims_malformed"},
        {"claims are not UTF-8", es256_token("{\"iss\":\"\xFF\"}"), "claims_malformed"},
        {"claims too deep", es256_token(R"({"a":[[[[[[[[1]]]]]]]]})"), "claims_malformed"},
        {"NaN", es256_token(R"({"exp":NaN,)" + payload.substr(1)), "claims_malformed"},
        {"iss twice", es256_token(R"({"iss":"https://evil.example",)" + payload.substr(1)),
         "claims_duplicate_key"},
        {"email twice, once escaped",
         es256_token(R"({"\u0065mail":"eve@example.com",)" + payload.substr(1)),
         "claims_duplicate_key"},
        {"an endless number", es256_token(R"({"x":1e999,)" + payload.substr(1)),
         "number_out_of_range"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(reason(c.token), c.reason) << c.what;
    }
}

TEST(IdToken, WithoutAKeyIdSeveralKeysAreAmbiguous) {
    const auto two = KeySet::parse(R"({"keys":[)" + keys().rsa.public_jwk("a") + "," +
                                   keys().stranger.public_jwk("b") + "]}")
                         .value();
    const std::string token =
        keys().rsa.token(JwsAlgorithm::rs256, R"({"alg":"RS256"})", good_payload());
    EXPECT_EQ(reason_of(check_id_token(token, expectation(), two)), "key_ambiguous");
    EXPECT_EQ(reason_of(check_id_token(token, expectation(), KeySet())), "key_unfit");
}

TEST(TokenFaults, HaveEachTheirOwnId) {
    std::set<std::string_view> ids;
    for (int i = 0; i <= static_cast<int>(TokenFault::too_many_groups); ++i) {
        EXPECT_TRUE(ids.insert(id(static_cast<TokenFault>(i))).second);
    }
}

}  // namespace
}  // namespace rgw::identity::test
