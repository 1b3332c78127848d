#include <gtest/gtest.h>

#include "ceremony.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::mfa::test {
namespace {

using testing::SoftAuthenticator;

TEST(WebAuthnResponse, WhatABrowserSendsIsRead) {
    SoftAuthenticator authenticator;
    const auto registration =
        parse_registration(authenticator.registration_json(challenge, page, "42"));
    ASSERT_TRUE(registration);
    EXPECT_EQ(registration->credential_id, authenticator.credential_id());
    EXPECT_EQ(registration->transports, (std::vector<std::string>{"usb", "nfc"}));
    EXPECT_TRUE(verify_registration(party, {}, expected_new, *registration));
    const StoredCredential credential = registered(authenticator);
    const auto assertion = parse_assertion(authenticator.assertion_json(challenge, page));
    ASSERT_TRUE(assertion);
    EXPECT_EQ(assertion->user_handle, "42");
    EXPECT_TRUE(verify_assertion(party, expected_use, credential, *assertion));
}

constexpr std::string_view good_registration =
    R"({"id":"AQID","rawId":"AQID","type":"public-key",)"
    R"("response":{"clientDataJSON":"e30","attestationObject":"oA"}})";
constexpr std::string_view good_assertion =
    R"({"id":"AQID","rawId":"AQID","type":"public-key",)"
    R"("response":{"clientDataJSON":"e30","authenticatorData":"AAAA","signature":"MAA"}})";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string out(text);
    const std::size_t at = out.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return out.replace(at, from.size(), to);
}

TEST(WebAuthnResponse, ARegistrationIsReadStrictly) {
    struct Case {
        std::string_view from;
        std::string to;
        std::string_view reason;
    };
    const std::string long_text(60'000, 'A');
    const Case cases[] = {
        {"AQID", "AQID", "accepted"},
        {R"("oA")", R"("oA==")", "accepted"},  // padding is tolerated
        {R"("e30")", R"("e30=")", "accepted"},
        {R"("type")", R"("authenticatorAttachment":7,"clientExtensionResults":[],"type")",
         "accepted"},
        {R"("oA")", R"("oA","transports":["usb","new"],"publicKey":null)", "accepted"},
        {R"("oA")", R"("oA","transports":[])", "accepted"},
        {R"("oA")", R"("oA=")", "response_malformed"},
        {R"("oA")", R"("oB")", "response_malformed"},  // bits that no byte has
        {R"("oA")", R"("o+A/")", "response_malformed"},
        {R"("oA")", R"("oA\n")", "response_malformed"},
        {R"("oA")", R"("")", "response_malformed"},
        {R"("oA")", R"("====")", "response_malformed"},
        {R"("oA")", "7", "response_malformed"},
        {R"("e30")", R"("")", "response_malformed"},
        {R"("clientDataJSON":"e30",)", "", "response_malformed"},
        {R"("rawId":"AQID")", R"("rawId":"AQIE")", "response_malformed"},
        {R"("rawId":"AQID",)", "", "response_malformed"},
        {R"("id":"AQID",)", "", "response_malformed"},
        {R"("id":"AQID","rawId":"AQID")", R"("id":"","rawId":"")", "response_malformed"},
        {R"("id":"AQID")", R"("id":"AQID","id":"AQID")", "response_malformed"},
        {"public-key", "password", "response_malformed"},
        {R"("type":"public-key",)", "", "response_malformed"},
        {R"({"clientDataJSON":"e30","attestationObject":"oA"})", "[]", "response_malformed"},
        {R"("oA")", R"("oA","transports":"usb")", "response_malformed"},
        {R"("oA")", R"("oA","transports":[1])", "response_malformed"},
        {R"("oA")", R"("oA","transports":["","","","","","","","","","","","","","","","",""])",
         "response_malformed"},
        {R"("oA")", "\"" + long_text + "\"", "accepted"},
        {R"("oA")", "\"" + long_text + long_text.substr(0, 8000) + "\"", "response_malformed"},
    };
    for (const Case& each : cases) {
        EXPECT_EQ(reason(parse_registration(replaced(good_registration, each.from, each.to))),
                  each.reason)
            << each.to.substr(0, 100);
    }
    for (const std::string_view text : {"", "{}", "[]", "null", "\"x\"", "{", "\xFF"}) {
        EXPECT_EQ(reason(parse_registration(text)), "response_malformed") << text;
        EXPECT_EQ(reason(parse_assertion(text)), "response_malformed") << text;
    }
    EXPECT_EQ(reason(parse_registration(good_assertion)), "response_malformed");
    EXPECT_EQ(reason(parse_assertion(good_registration)), "response_malformed");
}

TEST(WebAuthnResponse, AnAssertionIsReadStrictly) {
    struct Case {
        std::string_view from;
        std::string to;
        std::string_view reason;
    };
    const Case cases[] = {
        {"AQID", "AQID", "accepted"},
        {R"("MAA")", R"("MAA=")", "accepted"},
        {R"("MAA")", R"("")", "response_malformed"},
        {R"(,"signature":"MAA")", "", "response_malformed"},
        {R"("AAAA")", R"("AAAA=")", "response_malformed"},
        {R"("AAAA")", "null", "response_malformed"},
        {R"("MAA")", R"("MAA","userHandle":17)", "response_malformed"},
        {R"("MAA")", R"("MAA","userHandle":"*")", "response_malformed"},
        {R"("MAA")", R"("MAA","userHandle":")" + std::string(88, 'A') + "\"", "response_malformed"},
        {R"("MAA")", R"("MAA","userHandle":")" + std::string(84, 'A') + "\"", "accepted"},
    };
    for (const Case& each : cases) {
        EXPECT_EQ(reason(parse_assertion(replaced(good_assertion, each.from, each.to))),
                  each.reason)
            << each.to;
    }
}

TEST(WebAuthnResponse, AUserHandleMayBeMissingNullOrEmpty) {
    const std::pair<std::string_view, std::optional<std::string>> cases[] = {
        {R"("MAA")", std::nullopt},
        {R"("MAA","userHandle":null)", std::nullopt},
        {R"("MAA","userHandle":"")", std::nullopt},
        {R"("MAA","userHandle":"NDI")", "42"},
        {R"("MAA","userHandle":"NDI=")", "42"},
    };
    for (const auto& [text, handle] : cases) {
        const auto parsed = parse_assertion(replaced(good_assertion, R"("MAA")", text));
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->user_handle, handle) << text;
    }
}

}  // namespace
}  // namespace rgw::mfa::test
