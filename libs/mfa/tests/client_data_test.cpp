#include "client_data.hpp"

#include <gtest/gtest.h>

#include "ceremony.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::mfa::test {
namespace {

using testing::client_data;

std::string_view check(std::string_view json, const RelyingParty& by = party,
                       Ceremony ceremony = Ceremony::assertion) {
    const auto fault = check_client_data(json, ceremony, by, challenge);
    return fault ? id(*fault) : "accepted";
}

TEST(ClientData, WhatABrowserSendsIsAccepted) {
    EXPECT_EQ(check(client_data("webauthn.get", challenge, page)), "accepted");
    EXPECT_EQ(check(client_data("webauthn.create", challenge, page), party, Ceremony::registration),
              "accepted");
}

// With a challenge that is right, and the rest as given.
std::string with_challenge(std::string_view before, std::string_view after) {
    return std::string(before) + crypto::base64url(challenge) + std::string(after);
}

TEST(ClientData, IsReadAsJson) {
    const std::string good = client_data("webauthn.get", challenge, page);
    const std::string_view head = R"({"type":"webauthn.get","challenge":")";
    const std::string_view origin = R"(","origin":"https://gateway.example.com")";
    const auto with = [&](std::string_view more) {
        return with_challenge(head, std::string(origin) + std::string(more));
    };
    const std::pair<std::string, std::string_view> cases[] = {
        {with("}"), "accepted"},
        {"\xEF\xBB\xBF" + good, "accepted"},  // a byte order mark is no part of the text
        {with(R"(,"crossOrigin":false})"), "accepted"},
        {with(R"(,"tokenBinding":{"status":"present","id":"x"},"new":[1,{}],"ä":null})"),
         "accepted"},
        {"\xEF\xBB\xBF\xEF\xBB\xBF" + good, "client_data_malformed"},
        {"", "client_data_malformed"},
        {"\xEF\xBB\xBF", "client_data_malformed"},
        {"null", "client_data_malformed"},
        {"[" + good + "]", "client_data_malformed"},
        {good + "{}", "client_data_malformed"},
        {good.substr(0, good.size() - 1), "client_data_malformed"},
        {with(",\"x\":\"\xFF\"}"), "client_data_malformed"},  // not UTF-8
        {with(R"(,"type":"webauthn.get"})"), "client_data_malformed"},
        {with(R"(,"origin":"https://gateway.example.com"})"), "client_data_malformed"},
        {with(R"(,"crossOrigin":"false"})"), "client_data_malformed"},
        {with(R"(,"crossOrigin":null})"), "client_data_malformed"},
        {with(R"(,"crossOrigin":true,"topOrigin":null})"), "client_data_malformed"},
        {with(R"(,"x":[[[[[[[[[]]]]]]]]]})"), "client_data_malformed"},
        {with(R"(,"x":")" + std::string(20'000, 'x') + "\"}"), "client_data_malformed"},
        {R"({"type":"webauthn.get","origin":"https://gateway.example.com"})",
         "client_data_malformed"},
        {R"({"type":"webauthn.get","challenge":7,"origin":"https://gateway.example.com"})",
         "client_data_malformed"},
        {with_challenge(R"({"type":"webauthn.get","challenge":")", "\"}"), "client_data_malformed"},
        {with_challenge(R"({"origin":"https://gateway.example.com","challenge":")", "\"}"),
         "client_data_malformed"},
    };
    for (const auto& [json, reason] : cases) {
        EXPECT_EQ(check(json), reason) << json.substr(0, 200);
    }
}

TEST(ClientData, IsOfThisCeremony) {
    EXPECT_EQ(check(client_data("webauthn.create", challenge, page)), "type_wrong");
    EXPECT_EQ(check(client_data("webauthn.get", challenge, page), party, Ceremony::registration),
              "type_wrong");
    EXPECT_EQ(check(client_data("WebAuthn.get", challenge, page)), "type_wrong");
    EXPECT_EQ(check(client_data("payment.get", challenge, page)), "type_wrong");
    EXPECT_EQ(check(client_data("", challenge, page)), "type_wrong");
}

TEST(ClientData, AnswersThisChallenge) {
    const std::string_view head = R"({"type":"webauthn.get","challenge":")";
    const std::string_view tail = R"(","origin":"https://gateway.example.com"})";
    const std::string spelt = crypto::base64url(challenge);
    const std::string cases[] = {
        "",
        spelt + "=",                // one spelling only
        crypto::base64(challenge),  // base64 is another
        spelt.substr(1),
        spelt + "A",
        crypto::base64url(challenge + "x"),
        challenge,
        crypto::base64url("another challenge"),
    };
    for (const std::string& each : cases) {
        EXPECT_EQ(check(std::string(head) + each + std::string(tail)), "challenge_wrong") << each;
    }
    // Nobody answers a challenge that was never made.
    EXPECT_EQ(
        check_client_data(client_data("webauthn.get", "", page), Ceremony::assertion, party, ""),
        WebAuthnFault::challenge_wrong);
}

TEST(ClientData, ComesFromOneOfOurOrigins) {
    const std::string_view others[] = {
        "",
        "null",
        "http://gateway.example.com",
        "https://gateway.example.com:8443",
        "https://gateway.example.com/",
        "https://GATEWAY.example.com",
        "https://example.com",
        "https://gateway.example.com.evil.example",
        "https://evil.gateway.example.com",
        "https://gateway.example.com\\u0000.evil.example",
        "android:apk-key-hash:gateway.example.com",
    };
    for (const std::string_view origin : others) {
        const testing::Page other{.rp_id = page.rp_id, .origin = std::string(origin)};
        EXPECT_EQ(check(client_data("webauthn.get", challenge, other)), "origin_wrong") << origin;
    }
    RelyingParty two = party;
    two.origins.emplace_back("http://localhost:5173");
    const testing::Page local{.rp_id = page.rp_id, .origin = "http://localhost:5173"};
    EXPECT_EQ(check(client_data("webauthn.get", challenge, local), two), "accepted");
    EXPECT_EQ(
        check(client_data("webauthn.get", challenge, page), {.id = page.rp_id, .origins = {}}),
        "origin_wrong");
}

TEST(ClientData, AFrameNeedsAPageThatMayHoldIt) {
    RelyingParty framed = party;
    framed.top_origins = {"https://portal.example.com", "https://wiki.example.com"};
    struct Case {
        bool cross_origin;
        std::string top_origin;
        std::string_view framed_by_two;
        std::string_view framed_by_none;
    };
    const Case cases[] = {
        {false, "", "accepted", "accepted"},
        {true, "", "accepted", "cross_origin_refused"},
        {true, "https://wiki.example.com", "accepted", "cross_origin_refused"},
        {true, "https://evil.example", "cross_origin_refused", "cross_origin_refused"},
        {true, "https://wiki.example.com/", "cross_origin_refused", "cross_origin_refused"},
        {true, page.origin, "cross_origin_refused", "cross_origin_refused"},
        // No frame of another origin, but a page around it: no client says so.
        {false, "https://wiki.example.com", "cross_origin_refused", "cross_origin_refused"},
    };
    for (const Case& each : cases) {
        const std::string json =
            client_data("webauthn.get", challenge, page,
                        {.cross_origin = each.cross_origin, .top_origin = each.top_origin});
        EXPECT_EQ(check(json, framed), each.framed_by_two) << json;
        EXPECT_EQ(check(json, party), each.framed_by_none) << json;
    }
}

}  // namespace
}  // namespace rgw::mfa::test
