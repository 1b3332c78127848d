#include "rgw/identity/oidc_provider.hpp"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string>

#include "url.hpp"

namespace rgw::identity {
namespace {

namespace json = boost::json;

json::object google_document() {
    return {
        {"issuer", "https://accounts.google.com"},
        {"authorization_endpoint", "https://accounts.google.com/o/oauth2/v2/auth"},
        {"device_authorization_endpoint", "https://oauth2.googleapis.com/device/code"},
        {"token_endpoint", "https://oauth2.googleapis.com/token"},
        {"jwks_uri", "https://www.googleapis.com/oauth2/v3/certs"},
        {"response_types_supported", {"code", "token", "id_token"}},
        {"id_token_signing_alg_values_supported", {"RS256"}},
        {"token_endpoint_auth_methods_supported", {"client_secret_post", "client_secret_basic"}},
        {"code_challenge_methods_supported", {"plain", "S256"}}};
}

Result<OidcProvider> parsed(const json::object& document,
                            std::string_view issuer = "https://accounts.google.com") {
    return parse_provider(json::serialize(document), issuer);
}

Result<OidcProvider> parsed_with(std::string_view member, const json::value& value) {
    json::object document = google_document();
    document[member] = value;
    return parsed(document);
}

Result<OidcProvider> parsed_without(std::string_view member) {
    json::object document = google_document();
    document.erase(member);
    return parsed(document);
}

TEST(Provider, IsWhatItsDocumentSays) {
    const auto provider = parsed(google_document());
    ASSERT_TRUE(provider) << describe(provider.error());
    EXPECT_EQ(provider->issuer, "https://accounts.google.com");
    EXPECT_EQ(provider->authorization_endpoint, "https://accounts.google.com/o/oauth2/v2/auth");
    EXPECT_EQ(provider->token_endpoint, "https://oauth2.googleapis.com/token");
    EXPECT_EQ(provider->jwks_uri, "https://www.googleapis.com/oauth2/v3/certs");
    EXPECT_EQ(provider->device_authorization_endpoint, "https://oauth2.googleapis.com/device/code");
    EXPECT_EQ(provider->client_auth, ClientAuth::basic);
}

TEST(Provider, MissingListsStandForTheirDefaults) {
    for (const std::string_view list :
         {"response_types_supported", "id_token_signing_alg_values_supported",
          "token_endpoint_auth_methods_supported", "code_challenge_methods_supported",
          "device_authorization_endpoint"}) {
        EXPECT_TRUE(parsed_without(list)) << list;
    }
    EXPECT_EQ(parsed_without("token_endpoint_auth_methods_supported")->client_auth,
              ClientAuth::basic);
    EXPECT_EQ(parsed_with("token_endpoint_auth_methods_supported", {"client_secret_post", "none"})
                  ->client_auth,
              ClientAuth::post);
}

TEST(Provider, WhatCannotBeTrustedOrUsedIsRefused) {
    for (const std::string_view member :
         {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"}) {
        EXPECT_FALSE(parsed_without(member)) << member;
    }
    struct Case {
        std::string_view member;
        json::value value;
    };
    const Case cases[] = {
        {"issuer", "https://accounts.google.com/"},
        {"issuer", "https://evil.example"},
        {"issuer", 1},
        {"authorization_endpoint", "http://accounts.google.com/auth"},
        {"token_endpoint", "http://127.0.0.1/token"},
        {"token_endpoint", "ftp://oauth2.googleapis.com/token"},
        {"token_endpoint", "https://user:pass@oauth2.googleapis.com/token"},
        {"token_endpoint", "https:///token"},
        {"token_endpoint", "https://h:0/token"},
        {"token_endpoint", "https://h:65536/token"},
        {"token_endpoint", "/token"},
        {"token_endpoint", json::array{"https://oauth2.googleapis.com/token"}},
        {"jwks_uri", "file:///etc/passwd"},
        {"jwks_uri", "https://h/a b"},
        {"jwks_uri", "https://h/\r\nX: y"},
        {"authorization_endpoint", "https://h/auth#fragment"},
        {"authorization_endpoint", "javascript:alert(1)"},
        {"device_authorization_endpoint", "http://h/device"},
        {"response_types_supported", {"id_token"}},
        {"response_types_supported", "code"},
        {"code_challenge_methods_supported", {"plain"}},
        {"code_challenge_methods_supported", json::array{}},
        {"id_token_signing_alg_values_supported", {"HS256", "none"}},
        {"id_token_signing_alg_values_supported", json::array{}},
        {"id_token_signing_alg_values_supported", json::array{"RS256", 1}},
        {"token_endpoint_auth_methods_supported", {"private_key_jwt"}},
        {"token_endpoint_auth_methods_supported", 1},
    };
    for (const Case& c : cases) {
        const auto provider = parsed_with(c.member, c.value);
        ASSERT_FALSE(provider) << c.member << ' ' << c.value;
        EXPECT_EQ(provider.error().code, Errc::sign_in_unavailable);
    }
    EXPECT_FALSE(parse_provider("", "https://accounts.google.com"));
    EXPECT_FALSE(parse_provider("<html>", "https://accounts.google.com"));
    const std::string twice =
        R"({"issuer":"https://evil.example",)" + json::serialize(google_document()).substr(1);
    EXPECT_FALSE(parse_provider(twice, "https://accounts.google.com"));
}

TEST(Provider, PlainHttpIsForLoopbackOnly) {
    const std::string issuer = "http://127.0.0.1:4000";
    const auto document = [&](const std::string& token_endpoint) {
        return json::object{{"issuer", issuer},
                            {"authorization_endpoint", "http://localhost:4000/auth"},
                            {"token_endpoint", token_endpoint},
                            {"jwks_uri", "http://[::1]:4000/jwks"}};
    };
    EXPECT_TRUE(parsed(document("http://127.0.0.1:4000/token"), issuer));
    EXPECT_TRUE(parsed(document("https://idp.example.com/token"), issuer));
    EXPECT_FALSE(parsed(document("http://idp.example.com/token"), issuer));
    EXPECT_FALSE(parsed(document("http://127.0.0.1.evil.example/token"), issuer));
}

TEST(Issuer, MustBeAnHttpsUrl) {
    for (const std::string_view good :
         {"https://accounts.google.com", "https://tenant.example.com/",
          "https://login.example.com/tenant/v2.0", "https://h:8443", "http://localhost:4000",
          "http://127.0.0.1", "http://[::1]:4000"}) {
        EXPECT_TRUE(check_issuer(good)) << good;
    }
    for (const std::string_view bad :
         {"", "accounts.google.com", "http://accounts.google.com", "https://", "https://h?x=1",
          "https://h/?x", "https://h#x", "https://u@h", "HTTPS://h", "https://h/\n", "https://[h]",
          "http://localhost.evil.example"}) {
        EXPECT_FALSE(check_issuer(bad)) << bad;
    }
}

TEST(Issuer, TellsWhereItsDocumentIs) {
    EXPECT_EQ(discovery_url("https://a.example"),
              "https://a.example/.well-known/openid-configuration");
    EXPECT_EQ(discovery_url("https://a.example/t/"),
              "https://a.example/t/.well-known/openid-configuration");
}

TEST(Url, HasItsPartsTakenApart) {
    const auto url = parse_url("https://idp.example:8443/a?b=c");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "idp.example");
    EXPECT_EQ(url->rest, "/a?b=c");
    EXPECT_EQ(parse_url("http://[::1]:80")->host, "[::1]");
    EXPECT_EQ(parse_url("https://h?q")->rest, "?q");
    EXPECT_FALSE(parse_url("https://" + std::string(2048, 'h')));
}

}  // namespace
}  // namespace rgw::identity
