#include "rgw/identity/credential.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "rgw/crypto/encoding.hpp"

namespace rgw::identity {
namespace {

using namespace std::string_view_literals;

std::string basic(std::string_view userinfo) {
    return "Basic " + crypto::base64(userinfo);
}

TEST(Authorization, NoneOrABlankHeaderPresentsNothing) {
    for (const auto& header :
         {std::optional<std::string_view>(), std::optional(""sv), std::optional(" \t"sv)}) {
        const auto credential = parse_authorization(header);
        ASSERT_TRUE(credential);
        EXPECT_FALSE(credential->presented);
    }
}

TEST(Authorization, BasicAndBearerGiveTheToken) {
    struct Case {
        std::string header;
        std::string_view token;
    };
    for (const Case& c : {
             Case{basic("convox:rgw_abc-DEF_123"), "rgw_abc-DEF_123"},
             Case{basic(":rgw_abc"), "rgw_abc"},
             Case{basic("a%40b.c:rgw_abc"), "rgw_abc"},
             Case{basic("convox:session.totp.123456"), "session"},
             Case{basic("convox:rgw_abc.totp.123456"), "rgw_abc.totp.123456"},
             Case{basic("convox:rgw_%61bc"), "rgw_abc"},
             Case{basic("convox:rgw_abc="), "rgw_abc="},
             Case{"basic " + crypto::base64("x:rgw_a"), "rgw_a"},
             Case{"Basic   " + crypto::base64("x:rgw_a"), "rgw_a"},
             Case{"Bearer rgw_abc", "rgw_abc"},
             Case{"bearer rgw_abc", "rgw_abc"},
             Case{"  Bearer   rgw_abc  ", "rgw_abc"},
         }) {
        const auto credential = parse_authorization(c.header);
        ASSERT_TRUE(credential) << c.header;
        EXPECT_TRUE(credential->presented);
        EXPECT_EQ(credential->token, c.token);
    }
}

TEST(Authorization, ASessionCarriesItsFactorBehindIt) {
    struct Case {
        std::string header;
        std::string_view kind;
        std::string_view value;
    };
    for (const Case& c : {
             Case{basic("convox:session.totp.123456"), "totp", "123456"},
             Case{"Bearer session.totp.123456", "totp", "123456"},
             Case{basic("convox:session.webauthn.ab%2Fcd+e="), "webauthn", "ab/cd+e="},
             Case{"Bearer session.totp.1.2.3", "totp", "1.2.3"},
             Case{"Bearer session.sms.1", "sms", "1"},
             Case{"Bearer session.totp.", "totp", ""},
             Case{"Bearer session.totp", "totp", ""},
             Case{"Bearer session.", "", ""},
             Case{"Bearer session..", "", ""},
         }) {
        const auto credential = parse_authorization(c.header);
        ASSERT_TRUE(credential) << c.header;
        EXPECT_EQ(credential->token, "session") << c.header;
        ASSERT_TRUE(credential->factor) << c.header;
        EXPECT_EQ(credential->factor->kind, c.kind) << c.header;
        EXPECT_EQ(credential->factor->value.expose(), c.value) << c.header;
    }
}

TEST(Authorization, AnApiTokenCarriesNone) {
    const auto credential = parse_authorization("Bearer rgw_abc.totp.123456");
    ASSERT_TRUE(credential);
    EXPECT_FALSE(credential->factor);
}

TEST(Authorization, AnythingElseIsMalformedAndNotRepeated) {
    const std::string with_nul = basic("convox:rgw_a\0b"sv);
    for (const std::string& header : {
             std::string("Basic"),
             std::string("Bearer"),
             std::string("Bearer .totp.123456"),
             std::string("Bearer "),
             std::string("Basic "),
             std::string("Basic !!!!"),
             std::string("Basic YTpi="),
             std::string("Basic YTpi\n"),
             std::string("Basic YTpiYw"),
             std::string("Basic YTpiYx=="),
             basic("no-colon"),
             basic("user:"),
             basic("user:a:b"),
             basic("user:a b"),
             basic("user:%"),
             basic("user:%2"),
             basic("user:%zz"),
             basic("user:a%00"),
             basic("user:a%20b"),
             basic("user:\xC3\xA9"),
             with_nul,
             std::string("Bearer a b"),
             std::string("Bearer a,b"),
             std::string("Bearer a%20"),
             std::string("Digest username=\"x\""),
             std::string("rgw_abc"),
             std::string("Bearer\trgw_abc"),
         }) {
        const auto credential = parse_authorization(header);
        ASSERT_FALSE(credential) << header;
        EXPECT_EQ(credential.error().code, Errc::credential_malformed) << header;
        EXPECT_EQ(credential.error().detail, "");
    }
}

TEST(SessionCookie, IsSeenOnlyWhenItCarriesAValue) {
    EXPECT_FALSE(has_session_cookie(std::nullopt));
    for (const std::string_view none :
         {"", "session_token", "session_token=", "session_token= ", "xsession_token=1",
          "session_token_x=1", "a=session_token=1", "SESSION_TOKEN=1"}) {
        EXPECT_FALSE(has_session_cookie(none)) << none;
    }
    for (const std::string_view some : {"session_token=x", "a=b; session_token=x",
                                        "a;session_token=x", "session_token=; session_token=x"}) {
        EXPECT_TRUE(has_session_cookie(some)) << some;
    }
}

TEST(CreateToken, Gives256RandomBitsAndTheHashOfTheWholeText) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const NewTokenText token = create_token();
        const std::string text(token.text.expose());
        EXPECT_TRUE(seen.insert(text).second);
        ASSERT_TRUE(text.starts_with("rgw_"));
        EXPECT_EQ(crypto::parse_base64url(text.substr(4)).value().size(), 32U);
        EXPECT_EQ(token.hash, token_hash(text));
        EXPECT_EQ(parse_authorization("Bearer " + text)->token, text);
    }
    // sha256sum of "rgw_test"
    EXPECT_EQ(token_hash("rgw_test"),
              "75b3d4bc35a86676b1efa9aac122dfbd24b2b62536b1ff7aa45f35617d5a47bb");
}

}  // namespace
}  // namespace rgw::identity
