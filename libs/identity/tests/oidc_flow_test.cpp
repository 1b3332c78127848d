#include "rgw/identity/oidc_flow.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "rgw/crypto/encoding.hpp"

namespace rgw::identity {
namespace {

OidcProvider provider(ClientAuth client_auth = ClientAuth::basic) {
    return {.issuer = "https://idp.example.com",
            .authorization_endpoint = "https://idp.example.com/auth",
            .token_endpoint = "https://idp.example.com/token",
            .jwks_uri = "https://idp.example.com/jwks",
            .client_auth = client_auth};
}

AuthorizationRequest request() {
    return {.client_id = "client 1",
            .redirect_uri = "https://gw.example.com/api/v1/auth/web/callback",
            .state = "the-state",
            .nonce = "the-nonce",
            .challenge = "the-challenge"};
}

TEST(NewLogin, IsRandomAndItsChallengeIsTheVerifiersDigest) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const NewLogin login = new_login();
        EXPECT_EQ(login.state.size(), 43U);
        EXPECT_EQ(login.nonce.size(), 43U);
        const std::string verifier(login.verifier.expose());
        EXPECT_GE(verifier.size(), 43U);
        EXPECT_LE(verifier.size(), 128U);
        EXPECT_EQ(login.challenge, code_challenge(verifier));
        for (const std::string& text : {login.state, login.nonce, verifier}) {
            EXPECT_TRUE(seen.insert(text).second);
            EXPECT_TRUE(crypto::parse_base64url(text));
        }
    }
}

// RFC 7636 appendix B.
TEST(CodeChallenge, IsThePublishedOne) {
    EXPECT_EQ(code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
              "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(AuthorizationUrl, CarriesEverythingEncoded) {
    const std::string common =
        "client_id=client+1&redirect_uri=https%3A%2F%2Fgw.example.com%2Fapi%2Fv1%2Fauth%2Fweb%"
        "2Fcallback&response_type=code&scope=openid+profile+email&state=the-state&nonce=the-nonce&"
        "code_challenge=the-challenge&code_challenge_method=S256";
    EXPECT_EQ(authorization_url(provider(), request()), "https://idp.example.com/auth?" + common);

    AuthorizationRequest one_domain = request();
    one_domain.allowed_domains = {"example.com"};
    EXPECT_EQ(authorization_url(provider(), one_domain),
              "https://idp.example.com/auth?" + common + "&hd=example.com");
    one_domain.allowed_domains = {"example.com", "example.org"};
    EXPECT_EQ(authorization_url(provider(), one_domain), "https://idp.example.com/auth?" + common);

    OidcProvider with_query = provider();
    with_query.authorization_endpoint = "https://idp.example.com/auth?p=policy";
    EXPECT_EQ(authorization_url(with_query, request()),
              "https://idp.example.com/auth?p=policy&" + common);

    OidcProvider google = provider();
    google.issuer = "https://accounts.google.com";
    EXPECT_EQ(
        authorization_url(google, request()),
        "https://idp.example.com/auth?" + common + "&prompt=select_account&access_type=online");
    AuthorizationRequest offline = request();
    offline.access_type = AccessType::offline;
    EXPECT_EQ(authorization_url(google, offline), "https://idp.example.com/auth?" + common +
                                                      "&prompt=select_account&access_type=offline");
}

TEST(AuthorizationUrl, NoValueCanBecomeAParameterOfItsOwn) {
    AuthorizationRequest odd = request();
    odd.state = "a&b=c#d e%\xC3\xA9";
    const std::string url = authorization_url(provider(), odd);
    EXPECT_NE(url.find("&state=a%26b%3Dc%23d+e%25%C3%A9&"), std::string::npos) << url;
}

std::string header_of(const FetchRequest& call, std::string_view name) {
    for (const FetchField& field : call.fields) {
        if (field.name == name) {
            return std::string(field.value.expose());
        }
    }
    return "";
}

CodeExchange exchange() {
    return {.code = Secret("4/0A&x"),
            .verifier = Secret("the-verifier"),
            .redirect_uri = "https://gw.example.com/cb"};
}

constexpr std::string_view form =
    "grant_type=authorization_code&code=4%2F0A%26x&redirect_uri=https%3A%2F%2Fgw.example.com%2Fcb&"
    "code_verifier=the-verifier";

TEST(TokenRequest, AuthenticatesWithBasicFormEncoded) {
    const FetchRequest call = token_request(provider(), "id:1", Secret("s/e c+t%"), exchange());
    EXPECT_EQ(call.method, FetchMethod::post);
    EXPECT_EQ(call.url, "https://idp.example.com/token");
    EXPECT_EQ(call.body.expose(), form);
    EXPECT_EQ(header_of(call, "Content-Type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(header_of(call, "Accept"), "application/json");
    // RFC 6749 §2.3.1: a colon in the id does not end it.
    EXPECT_EQ(header_of(call, "Authorization"), "Basic " + crypto::base64("id%3A1:s%2Fe+c%2Bt%25"));
}

TEST(TokenRequest, OrPostsTheSecretWhenTheProviderWantsThat) {
    const FetchRequest call =
        token_request(provider(ClientAuth::post), "id:1", Secret("s&t"), exchange());
    EXPECT_EQ(call.body.expose(), std::string(form) + "&client_id=id%3A1&client_secret=s%26t");
    EXPECT_EQ(header_of(call, "Authorization"), "");
}

std::string outcome(int status, std::string body) {
    const auto token = parse_token_response({.status = status, .body = std::move(body)});
    return token ? std::string(token->expose()) : describe(token.error());
}

TEST(TokenResponse, GivesTheIdTokenOrWhatTheProviderSays) {
    EXPECT_EQ(outcome(200, R"({"access_token":"a","token_type":"Bearer","id_token":"x.y.z"})"),
              "x.y.z");
    struct Case {
        int status;
        std::string body;
        std::string outcome;
    };
    const Case cases[] = {
        {400, R"({"error":"invalid_grant","error_description":"code 4/0A of ada@example.com"})",
         "sign_in_refused: token endpoint: invalid_grant"},
        {401, R"({"error":"invalid_client"})",
         "sign_in_unavailable: token endpoint: invalid_client"},
        {400, R"({"error":"unauthorized_client"})",
         "sign_in_unavailable: token endpoint: unauthorized_client"},
        {503, R"({"error":"temporarily_unavailable"})",
         "sign_in_unavailable: token endpoint: temporarily_unavailable"},
        {400, R"({"error":"a\nb"})", "sign_in_refused: token endpoint: an error without a code"},
        {400, R"({"error":{"code":1}})",
         "sign_in_refused: token endpoint: an error without a code"},
        {400, R"({"error":")" + std::string(100, 'e') + R"("})",
         "sign_in_refused: token endpoint: " + std::string(64, 'e')},
        {400, "{}", "sign_in_unavailable: token endpoint: status 400"},
        {302, "", "sign_in_unavailable: token endpoint: status 302"},
        {500, "<html>secret</html>", "sign_in_unavailable: token endpoint: status 500"},
        {201, R"({"id_token":"x"})", "sign_in_unavailable: token endpoint: status 201"},
        {200, "<html>", "sign_in_unavailable: token endpoint: not JSON"},
        {200, R"({"id_token":"a","id_token":"b"})",
         "sign_in_unavailable: token endpoint: a key stands twice in one object"},
        {200, R"({"id_token":1})",
         "sign_in_unavailable: token endpoint: no ID token in its answer"},
        {200, R"({"access_token":"a"})",
         "sign_in_unavailable: token endpoint: no ID token in its answer"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(outcome(c.status, c.body), c.outcome) << c.body;
    }
}

TEST(ReturnTo, IsAPageOfOurs) {
    for (const std::string& good :
         {std::string("/app/"), std::string("/app/rack"), std::string("/app/apps/web?tab=env&x=1"),
          std::string("/app/a#b"), std::string("/app/a..b/.hidden/..."),
          std::string("/app/search?q=../x"), std::string("/app/%20"),
          "/app/" + std::string(2043, 'a')}) {
        EXPECT_TRUE(check_return_to(good)) << good;
    }
    for (const std::string& bad : {std::string(),
                                   std::string("/"),
                                   std::string("/app"),
                                   std::string("/apps/"),
                                   std::string("app/rack"),
                                   std::string(" /app/"),
                                   std::string("//app/"),
                                   std::string("///evil.example/app/"),
                                   std::string("https://evil.example/app/"),
                                   std::string("javascript:/app/"),
                                   std::string("/app//evil.example"),
                                   std::string("/app/?u=https://evil.example"),
                                   std::string("/app/\\evil.example"),
                                   std::string("\\app\\"),
                                   std::string("/app/../api/v1/auth/web/logout"),
                                   std::string("/app/.."),
                                   std::string("/app/a/./b"),
                                   std::string("/app/%2e%2e/x"),
                                   std::string("/app/%2E./x"),
                                   std::string("/app/.%2e?x"),
                                   std::string("/app/..#x"),
                                   std::string("/app/a b"),
                                   std::string("/app/a\tb"),
                                   std::string("/app/\r\nSet-Cookie: x"),
                                   std::string("/app/\0", 6),
                                   std::string("/app/\x7F"),
                                   std::string("/app/\xC3\xA9"),
                                   std::string("/App/"),
                                   "/app/" + std::string(2044, 'a')}) {
        EXPECT_FALSE(check_return_to(bad)) << bad;
    }
}

}  // namespace
}  // namespace rgw::identity
