// What a token says, once its signature is good.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rgw/identity/id_token.hpp"
#include "token_maker.hpp"

namespace rgw::identity::test {
namespace {

using namespace std::chrono_literals;

TEST(Claims, AClaimThatIsNotWhatItMustBeIsRefusedForItsOwnReason) {
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

TEST(Claims, AClaimThatIsMissingIsRefusedForItsOwnReason) {
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

TEST(Claims, WhatMayBeMissingOrDifferentIsAccepted) {
    EXPECT_EQ(reason_without("azp"), "accepted");
    EXPECT_EQ(reason_without("name"), "accepted");
    EXPECT_EQ(reason_with("aud", json::array{"client-1"}), "accepted");
    EXPECT_EQ(reason_with("aud", json::array{"client-2", "client-1"}), "accepted");
    EXPECT_EQ(reason_with("email", "ADA@EXAMPLE.ORG"), "accepted");
    EXPECT_EQ(reason_with("hd", "EXAMPLE.com"), "accepted");
    EXPECT_EQ(reason_with("sub", json::string(255, 's')), "accepted");
    EXPECT_EQ(reason_with("picture", json::object{{"any", "thing"}}), "accepted");
}

TEST(Claims, ClocksMayDifferByTheLeeway) {
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

TEST(Claims, ANonceThatWasNeverAskedForMatchesNothing) {
    IdTokenExpectation none = expectation();
    none.nonce.clear();
    EXPECT_EQ(reason_after([](json::object& claims) { claims["nonce"] = ""; }, none),
              "nonce_other");
}

TEST(Claims, OnlyGoogleAndOnlyWithDomainsMustTellTheHostedDomain) {
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

TEST(Claims, TheRoleClaimGivesGroups) {
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

TEST(Claims, ANameIsClippedAndCannotHoldANul) {
    json::object claims = good_claims();
    claims["name"] = json::string(500, 'n');
    EXPECT_LE(check_claims(json::serialize(claims), expectation())->name.size(), 200U);
    claims["name"] = json::string("a\0b", 3);
    EXPECT_EQ(check_claims(json::serialize(claims), expectation())->name,
              "a\xEF\xBF\xBD"
              "b");
}

}  // namespace
}  // namespace rgw::identity::test
