#include "rgw/identity/id_token.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <set>
#include <string>

#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto_testing/signing_key.hpp"

namespace rgw::identity {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using crypto::JwsAlgorithm;
using crypto::testing::KeyKind;
using crypto::testing::SigningKey;

constexpr std::int64_t now_seconds = 1'800'000'000;
constexpr std::string_view google = "https://accounts.google.com";

struct Keys {
    SigningKey rsa{KeyKind::rsa};
    SigningKey p256{KeyKind::p256};
    SigningKey p384{KeyKind::p384};
    SigningKey ed25519{KeyKind::ed25519};
    SigningKey stranger{KeyKind::rsa};

    [[nodiscard]] std::string document() const {
        return R"({"keys":[)" + rsa.public_jwk("rsa") + "," + p256.public_jwk("p256") + "," +
               p384.public_jwk("p384", R"(,"use":"enc")") + "," + ed25519.public_jwk("ed") + "]}";
    }
};

const Keys& keys() {
    static const Keys made;
    return made;
}

const KeySet& key_set() {
    static const KeySet set = KeySet::parse(keys().document()).value();
    return set;
}

IdTokenExpectation expectation() {
    return {.issuer = std::string(google),
            .client_id = "client-1",
            .nonce = "nonce-1",
            .now = Timestamp(std::chrono::seconds(now_seconds)),
            .allowed_domains = {"example.com", "Example.ORG"}};
}

json::object good_claims() {
    return {{"iss", google},
            {"aud", "client-1"},
            {"azp", "client-1"},
            {"sub", "10769150350006150715113082367"},
            {"nonce", "nonce-1"},
            {"email", "Ada@Example.com"},
            {"email_verified", true},
            {"hd", "example.com"},
            {"name", "Ada Lovelace"},
            {"iat", now_seconds - 5},
            {"exp", now_seconds + 3600}};
}

std::string es256_token(std::string_view payload) {
    return keys().p256.token(JwsAlgorithm::es256, R"({"alg":"ES256","kid":"p256"})", payload);
}

std::string good_payload() {
    return json::serialize(good_claims());
}

std::string reason_of(const TokenResult<IdTokenClaims>& result) {
    return result ? "accepted" : std::string(id(result.error()));
}

std::string reason(std::string_view token, const IdTokenExpectation& expected = expectation()) {
    return reason_of(check_id_token(token, expected, key_set()));
}

// A good token but for what `change` does to its claims.
std::string reason_after(const std::function<void(json::object&)>& change,
                         const IdTokenExpectation& expected = expectation()) {
    json::object claims = good_claims();
    change(claims);
    return reason(es256_token(json::serialize(claims)), expected);
}

std::string reason_with(std::string_view claim, const json::value& value) {
    return reason_after([&](json::object& claims) { claims[claim] = value; });
}

std::string reason_without(std::string_view claim) {
    return reason_after([&](json::object& claims) { claims.erase(claim); });
}

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

TEST(IdToken, AClaimThatIsNotWhatItMustBeIsRefusedForItsOwnReason) {
    struct Case {
        std::string_view claim;
        json::value value;
        std::string_view reason;
    };
    const std::string long_email = std::string(250, 'a') + "@example.com";
    const Case cases[] = {
        {"iss", "https://accounts.google.com/", "issuer_other"},
        {"iss", "accounts.google.com", "issuer_other"},
        {"iss", "https://Accounts.google.com", "issuer_other"},
        {"iss", "", "issuer_other"},
        {"iss", 1, "claim_of_wrong_type"},
        {"iss", json::array{google}, "claim_of_wrong_type"},
        {"aud", "client-2", "audience_other"},
        {"aud", "client-1 ", "audience_other"},
        {"aud", "", "audience_other"},
        {"aud", json::array{}, "audience_other"},
        {"aud", json::array{"client-2", "client-3"}, "audience_other"},
        {"aud", json::array{"client-1", 1}, "claim_of_wrong_type"},
        {"aud", nullptr, "claim_of_wrong_type"},
        {"aud", json::object{{"client-1", true}}, "claim_of_wrong_type"},
        {"azp", "client-2", "authorized_party_other"},
        {"azp", json::array{"client-1"}, "claim_of_wrong_type"},
        {"exp", now_seconds - 60, "expired"},
        {"exp", 0, "expired"},
        {"exp", "1900000000", "claim_of_wrong_type"},
        {"exp", nullptr, "claim_of_wrong_type"},
        {"exp", true, "claim_of_wrong_type"},
        {"exp", 1e300, "number_out_of_range"},
        {"exp", -1, "number_out_of_range"},
        {"exp", 18446744073709551615U, "number_out_of_range"},
        {"nbf", now_seconds + 61, "not_yet_valid"},
        {"nbf", "soon", "claim_of_wrong_type"},
        {"iat", now_seconds + 61, "issued_in_future"},
        {"iat", now_seconds - 661, "issued_too_long_ago"},
        {"iat", json::array{now_seconds}, "claim_of_wrong_type"},
        {"nonce", "nonce-2", "nonce_other"},
        {"nonce", "", "nonce_other"},
        {"nonce", "nonce-1x", "nonce_other"},
        {"nonce", 1, "claim_of_wrong_type"},
        {"sub", "", "subject_missing"},
        {"sub", json::string(256, 's'), "subject_malformed"},
        {"sub", "a\nb", "subject_malformed"},
        {"sub", json::string("a\0b", 3), "subject_malformed"},
        {"sub", "\xC3\xA9", "subject_malformed"},
        {"sub", 10769150350006150, "claim_of_wrong_type"},
        {"email", "", "email_malformed"},
        {"email", "ada", "email_malformed"},
        {"email", "ada@", "email_malformed"},
        {"email", "@example.com", "email_malformed"},
        {"email", "ada@evil.example@example.com", "email_malformed"},
        {"email", " ada@example.com", "email_malformed"},
        {"email", "ada@example.com\n", "email_malformed"},
        {"email", "ada lovelace@example.com", "email_malformed"},
        {"email", json::string(long_email), "email_malformed"},
        {"email", json::array{"ada@example.com"}, "claim_of_wrong_type"},
        {"email_verified", false, "email_unverified"},
        {"email_verified", nullptr, "email_unverified"},
        {"email_verified", "false", "claim_of_wrong_type"},
        {"email_verified", "true", "claim_of_wrong_type"},
        {"email_verified", 1, "claim_of_wrong_type"},
        {"hd", "evil.example", "hosted_domain_other"},
        {"hd", "", "hosted_domain_other"},
        {"hd", json::array{"example.com"}, "claim_of_wrong_type"},
        {"email", "ada@evil.example", "domain_not_allowed"},
        {"email", "ada@sub.example.com", "domain_not_allowed"},
        {"email", "ada@example.com.evil.example", "domain_not_allowed"},
        {"email", "ada@example.co", "domain_not_allowed"},
        {"name", 1, "claim_of_wrong_type"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(reason_with(c.claim, c.value), c.reason) << c.claim << ' ' << c.value;
    }
}

TEST(IdToken, AClaimThatIsMissingIsRefusedForItsOwnReason) {
    EXPECT_EQ(reason_without("iss"), "issuer_missing");
    EXPECT_EQ(reason_without("aud"), "audience_missing");
    EXPECT_EQ(reason_without("exp"), "expiry_missing");
    EXPECT_EQ(reason_without("iat"), "issued_at_missing");
    EXPECT_EQ(reason_without("nonce"), "nonce_missing");
    EXPECT_EQ(reason_without("sub"), "subject_missing");
    EXPECT_EQ(reason_without("email"), "email_missing");
    EXPECT_EQ(reason_without("email_verified"), "email_unverified");
    EXPECT_EQ(reason_without("hd"), "hosted_domain_missing");
    EXPECT_EQ(reason_after([](json::object& claims) {
                  claims["aud"] = json::array{"client-1", "client-2"};
                  claims.erase("azp");
              }),
              "authorized_party_missing");
}

TEST(IdToken, WhatMayBeMissingOrDifferentIsAccepted) {
    EXPECT_EQ(reason_without("azp"), "accepted");
    EXPECT_EQ(reason_without("name"), "accepted");
    EXPECT_EQ(reason_with("aud", json::array{"client-1"}), "accepted");
    EXPECT_EQ(reason_with("aud", json::array{"client-2", "client-1"}), "accepted");
    EXPECT_EQ(reason_with("email", "ADA@EXAMPLE.ORG"), "accepted");
    EXPECT_EQ(reason_with("hd", "EXAMPLE.com"), "accepted");
    EXPECT_EQ(reason_with("sub", json::string(255, 's')), "accepted");
    EXPECT_EQ(reason_with("picture", json::object{{"any", "thing"}}), "accepted");
}

TEST(IdToken, ClocksMayDifferByTheLeeway) {
    EXPECT_EQ(reason_with("exp", now_seconds - 59), "accepted");
    EXPECT_EQ(reason_with("exp", now_seconds + 0.5), "accepted");
    EXPECT_EQ(reason_with("nbf", now_seconds + 60), "accepted");
    EXPECT_EQ(reason_with("iat", now_seconds + 60), "accepted");
    EXPECT_EQ(reason_with("iat", now_seconds - 660), "accepted");
    IdTokenExpectation strict = expectation();
    strict.leeway = 0s;
    strict.max_age = 3s;
    EXPECT_EQ(reason_after([](json::object&) {}, strict), "issued_too_long_ago");
    EXPECT_EQ(reason_after([](json::object& claims) { claims["exp"] = now_seconds; }, strict),
              "expired");
}

TEST(IdToken, ANonceThatWasNeverAskedForMatchesNothing) {
    IdTokenExpectation none = expectation();
    none.nonce.clear();
    EXPECT_EQ(reason_after([](json::object& claims) { claims["nonce"] = ""; }, none),
              "nonce_other");
}

TEST(IdToken, OnlyGoogleAndOnlyWithDomainsMustTellTheHostedDomain) {
    IdTokenExpectation anyone = expectation();
    anyone.allowed_domains.clear();
    EXPECT_EQ(reason_after(
                  [](json::object& claims) {
                      claims.erase("hd");
                      claims["email"] = "ada@gmail.com";
                  },
                  anyone),
              "accepted");
    IdTokenExpectation other = expectation();
    other.issuer = "https://idp.example.com";
    const auto elsewhere = [](json::object& claims) {
        claims["iss"] = "https://idp.example.com";
        claims.erase("hd");
    };
    EXPECT_EQ(reason_after(elsewhere, other), "accepted");
    EXPECT_EQ(reason_after(
                  [&](json::object& claims) {
                      elsewhere(claims);
                      claims["email"] = "ada@evil.example";
                  },
                  other),
              "domain_not_allowed");
}

TEST(IdToken, TheRoleClaimGivesGroups) {
    IdTokenExpectation with_groups = expectation();
    with_groups.role_claim = "groups";
    const auto groups = [&](const json::value& value) {
        json::object claims = good_claims();
        claims["groups"] = value;
        return check_id_token(es256_token(json::serialize(claims)), with_groups, key_set());
    };
    EXPECT_EQ(groups("ops")->groups, (std::vector<std::string>{"ops"}));
    EXPECT_EQ(groups(json::array{"ops", "dev"})->groups, (std::vector<std::string>{"ops", "dev"}));
    EXPECT_TRUE(groups(json::array{})->groups.empty());
    EXPECT_EQ(reason_after([](json::object&) {}, with_groups), "accepted");
    EXPECT_EQ(reason_of(groups(nullptr)), "claim_of_wrong_type");
    EXPECT_EQ(reason_of(groups(json::object{{"ops", true}})), "claim_of_wrong_type");
    EXPECT_EQ(reason_of(groups(json::array{"ops", 1})), "claim_of_wrong_type");
    EXPECT_EQ(reason_of(groups(json::array(257, "ops"))), "too_many_groups");
}

TEST(IdToken, ANameIsClippedAndCannotHoldANul) {
    json::object claims = good_claims();
    claims["name"] = json::string(500, 'n');
    EXPECT_LE(check_claims(json::serialize(claims), expectation())->name.size(), 200U);
    claims["name"] = json::string("a\0b", 3);
    EXPECT_EQ(check_claims(json::serialize(claims), expectation())->name,
              "a\xEF\xBF\xBD"
              "b");
}

TEST(TokenFaults, HaveEachTheirOwnId) {
    std::set<std::string_view> ids;
    for (int i = 0; i <= static_cast<int>(TokenFault::too_many_groups); ++i) {
        EXPECT_TRUE(ids.insert(id(static_cast<TokenFault>(i))).second);
    }
}

}  // namespace
}  // namespace rgw::identity
