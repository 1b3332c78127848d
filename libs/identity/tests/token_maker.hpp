#pragma once

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "rgw/crypto_testing/signing_key.hpp"
#include "rgw/identity/id_token.hpp"

// Tokens that are good but for one thing, signed with keys made for this run.
namespace rgw::identity::test {

namespace json = boost::json;

inline constexpr std::int64_t now_seconds = 1'800'000'000;
inline constexpr std::string_view google = "https://accounts.google.com";

struct Keys {
    crypto::testing::SigningKey rsa{crypto::testing::KeyKind::rsa};
    crypto::testing::SigningKey p256{crypto::testing::KeyKind::p256};
    crypto::testing::SigningKey p384{crypto::testing::KeyKind::p384};
    crypto::testing::SigningKey ed25519{crypto::testing::KeyKind::ed25519};
    crypto::testing::SigningKey stranger{crypto::testing::KeyKind::rsa};

    [[nodiscard]] std::string document() const {
        return R"({"keys":[)" + rsa.public_jwk("rsa") + "," + p256.public_jwk("p256") + "," +
               p384.public_jwk("p384", R"(,"use":"enc")") + "," + ed25519.public_jwk("ed") + "]}";
    }
};

inline const Keys& keys() {
    static const Keys made;
    return made;
}

inline const KeySet& key_set() {
    static const KeySet set = KeySet::parse(keys().document()).value();
    return set;
}

inline IdTokenExpectation expectation() {
    return {.issuer = std::string(google),
            .client_id = "client-1",
            .nonce = "nonce-1",
            .now = Timestamp(std::chrono::seconds(now_seconds)),
            .allowed_domains = {"example.com", "Example.ORG"}};
}

inline json::object good_claims() {
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

inline std::string es256_token(std::string_view payload) {
    return keys().p256.token(crypto::JwsAlgorithm::es256, R"({"alg":"ES256","kid":"p256"})",
                             payload);
}

inline std::string good_payload() {
    return json::serialize(good_claims());
}

inline std::string reason_of(const TokenResult<IdTokenClaims>& result) {
    return result ? "accepted" : std::string(id(result.error()));
}

inline std::string reason(std::string_view token,
                          const IdTokenExpectation& expected = expectation()) {
    return reason_of(check_id_token(token, expected, key_set()));
}

// A good token but for what `change` does to its claims.
inline std::string reason_after(const std::function<void(json::object&)>& change,
                                const IdTokenExpectation& expected = expectation()) {
    json::object claims = good_claims();
    change(claims);
    return reason(es256_token(json::serialize(claims)), expected);
}

inline std::string reason_with(std::string_view claim, const json::value& value) {
    return reason_after([&](json::object& claims) { claims[claim] = value; });
}

inline std::string reason_without(std::string_view claim) {
    return reason_after([&](json::object& claims) { claims.erase(claim); });
}

}  // namespace rgw::identity::test
