#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rgw/crypto_testing/signing_key.hpp"
#include "rgw/identity/http_fetcher.hpp"

namespace rgw::identity {

// An OpenID provider at https://idp.example.com that takes every code, as somebody sees it through
// HttpFetcher. Used on the loop, looked at when it rests.
class FakeProvider final : public HttpFetcher {
public:
    async::Task<Result<FetchedPage>> fetch(FetchRequest request, Deadline) override {
        if (request.url.ends_with("openid-configuration")) {
            co_return FetchedPage{.status = 200,
                                  .body =
                                      R"({"issuer":"https://idp.example.com",)"
                                      R"("authorization_endpoint":"https://idp.example.com/auth",)"
                                      R"("token_endpoint":"https://idp.example.com/token",)"
                                      R"("jwks_uri":"https://idp.example.com/jwks"})"};
        }
        if (request.url.ends_with("jwks")) {
            co_return FetchedPage{.status = 200,
                                  .body = R"({"keys":[)" + key_.public_jwk("one") + "]}"};
        }
        ++exchanges;
        last_body = std::string(request.body.expose());
        if (refuses) {
            co_return FetchedPage{.status = 400, .body = R"({"error":"invalid_grant"})"};
        }
        if (is_away) {
            co_return Error(Errc::sign_in_unavailable, "idp.example.com: refused");
        }
        co_return FetchedPage{.status = 200, .body = R"({"id_token":")" + id_token() + R"("})"};
    }

    std::string email = "ada@example.com";
    std::string subject = "1";
    std::string nonce;  // of the authorization request
    std::chrono::sys_seconds now;
    bool refuses = false;
    bool is_away = false;
    int exchanges = 0;
    std::string last_body;

private:
    [[nodiscard]] std::string id_token() const {
        const auto seconds = now.time_since_epoch().count();
        const std::string payload = R"({"iss":"https://idp.example.com","aud":"client-1","sub":")" +
                                    subject + R"(","nonce":")" + nonce + R"(","email":")" + email +
                                    R"(","email_verified":true,"iat":)" + std::to_string(seconds) +
                                    R"(,"exp":)" + std::to_string(seconds + 3600) + "}";
        return key_.token(crypto::JwsAlgorithm::es256, R"({"alg":"ES256","kid":"one"})", payload);
    }

    crypto::testing::SigningKey key_{crypto::testing::KeyKind::p256};
};

}  // namespace rgw::identity
