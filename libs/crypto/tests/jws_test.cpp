#include "rgw/crypto/jws.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto_testing/signing_key.hpp"

namespace rgw::crypto {
namespace {

using testing::KeyKind;
using testing::SigningKey;

// The claims of RFC 7515 §A.1 to §A.5.
constexpr std::string_view rfc_payload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ";

std::string token_of(std::string_view header, std::string_view payload,
                     std::string_view signature) {
    return std::string(header) + "." + std::string(payload) + "." + std::string(signature);
}

// RFC 7515 §A.2 (RS256) and §A.3 (ES256), RFC 8037 §A.4 (EdDSA).
TEST(Jws, VerifiesThePublishedExamples) {
    struct Case {
        JwsAlgorithm algorithm;
        std::string jwk;
        std::string token;
        std::string_view payload_start;
    };
    const Case cases[] = {
        {JwsAlgorithm::rs256,
         R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw)"
         R"(-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb)"
         R"(_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4u)"
         R"(DZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDT)"
         R"(W9gb54h4FRWyuXpoQ","e":"AQAB"})",
         token_of("eyJhbGciOiJSUzI1NiJ9", rfc_payload,
                  "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_l"
                  "F5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75v"
                  "RK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWE"
                  "sqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVm"
                  "tVrBp0igcN_IoypGlUPQGe77Rw"),
         "{\"iss\":\"joe\""},
        {JwsAlgorithm::es256,
         R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
         R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
         token_of("eyJhbGciOiJFUzI1NiJ9", rfc_payload,
                  "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-"
                  "Kg6NU1Q"),
         "{\"iss\":\"joe\""},
        {JwsAlgorithm::eddsa,
         R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
         token_of("eyJhbGciOiJFZERTQSJ9", "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
                  "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_"
                  "MuM0KAg"),
         "Example of Ed25519 signing"},
    };
    for (const Case& c : cases) {
        const auto jws = parse_jws(c.token);
        ASSERT_TRUE(jws) << name(c.algorithm);
        EXPECT_EQ(jws->algorithm, c.algorithm);
        EXPECT_FALSE(jws->key_id);
        EXPECT_TRUE(jws->payload.starts_with(c.payload_start)) << jws->payload;
        const auto key = Jwk::parse(c.jwk);
        ASSERT_TRUE(key) << describe(key.error());
        EXPECT_TRUE(verifies(*key, *jws)) << name(c.algorithm);
    }
}

// RFC 7515 §A.1 (HS256), §A.4 (ES512, its signature shortened), §A.5 (none) and appendix E (crit).
TEST(Jws, RefusesThePublishedExamplesOfWhatWeDoNotTake) {
    const auto fault = [](const std::string& token) { return parse_jws(token).error(); };
    EXPECT_EQ(fault(token_of("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", rfc_payload,
                             "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
              JwsFault::algorithm_symmetric);
    EXPECT_EQ(fault(token_of("eyJhbGciOiJFUzUxMiJ9", "UGF5bG9hZA", "AdwMgeerwtHoh-l192l60hp9wA")),
              JwsFault::algorithm_unknown);
    EXPECT_EQ(fault(token_of("eyJhbGciOiJub25lIn0", rfc_payload, "")), JwsFault::algorithm_none);
    EXPECT_EQ(fault("eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sD"
                    "QogImh0dHA6Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA."),
              JwsFault::header_critical);
}

TEST(Jws, EverythingElseIsRefusedForItsOwnReason) {
    const auto with_header = [](std::string_view header) {
        return token_of(base64url(header), "e30", "AAAA");
    };
    struct Case {
        std::string token;
        JwsFault fault;
    };
    const Case cases[] = {
        {"", JwsFault::malformed},
        {".", JwsFault::malformed},
        {"e30.e30", JwsFault::malformed},
        {"e30.e30.AAAA.AAAA", JwsFault::malformed},
        {"e30.e30.AAAA.AAAA.AAAA", JwsFault::malformed},  // a JWE
        {"e30=.e30.AAAA", JwsFault::malformed},
        {"e30.e31.AAAA", JwsFault::malformed},
        {"e30.e30.AAA+", JwsFault::malformed},
        {"e30.e30.AAAA\n", JwsFault::malformed},
        {" e30.e30.AAAA", JwsFault::malformed},
        {"..", JwsFault::header_malformed},
        {"e30.e30.AAAA", JwsFault::header_malformed},
        {with_header("[]"), JwsFault::header_malformed},
        {with_header(R"({"alg":256})"), JwsFault::header_malformed},
        {with_header(R"({"alg":["RS256"]})"), JwsFault::header_malformed},
        {with_header(R"({"alg":""})"), JwsFault::header_malformed},
        {with_header(R"({"alg":"RS256","kid":7})"), JwsFault::header_malformed},
        {with_header(R"({"alg":"RS256","kid":""})"), JwsFault::header_malformed},
        {with_header(R"({"alg":"RS256","kid":")" + std::string(513, 'k') + R"("})"),
         JwsFault::header_malformed},
        {with_header(R"({"alg":"none","alg":"RS256"})"), JwsFault::header_duplicate_key},
        {with_header(R"({"alg":"RS256","crit":[]})"), JwsFault::header_critical},
        {with_header(R"({"alg":"none"})"), JwsFault::algorithm_none},
        {with_header(R"({"alg":"HS256"})"), JwsFault::algorithm_symmetric},
        {with_header(R"({"alg":"HS384"})"), JwsFault::algorithm_symmetric},
        {with_header(R"({"alg":"None"})"), JwsFault::algorithm_unknown},
        {with_header(R"({"alg":"RS512"})"), JwsFault::algorithm_unknown},
        {with_header(R"({"alg":"rs256"})"), JwsFault::algorithm_unknown},
        {with_header(R"({"alg":"RSA1_5","enc":"A128GCM"})"), JwsFault::algorithm_unknown},
        {token_of("e30", std::string(max_jws_bytes, 'A'), "AAAA"), JwsFault::too_large},
    };
    for (const Case& c : cases) {
        const auto jws = parse_jws(c.token);
        ASSERT_FALSE(jws) << c.token;
        EXPECT_EQ(jws.error(), c.fault) << c.token.substr(0, 100);
    }
}

TEST(Jws, AKeyThatTheHeaderBringsIsNotUsed) {
    const SigningKey ours(KeyKind::p256);
    const SigningKey theirs(KeyKind::p256);
    const std::string header =
        R"({"alg":"ES256","typ":"at+jwt","kid":"k","jku":"https://evil.example/keys",)"
        R"("x5u":"https://evil.example/c","x5c":["MIIB"],"jwk":)" +
        theirs.public_jwk("k") + "}";
    const auto jws = parse_jws(theirs.token(JwsAlgorithm::es256, header, "{}"));
    ASSERT_TRUE(jws);
    EXPECT_EQ(jws->key_id, "k");
    EXPECT_FALSE(verifies(Jwk::parse(ours.public_jwk("k")).value(), *jws));
    EXPECT_TRUE(verifies(Jwk::parse(theirs.public_jwk("k")).value(), *jws));
}

TEST(Jws, TheSignatureCoversHeaderAndPayloadAsTheyCame) {
    const SigningKey key(KeyKind::ed25519);
    const auto jwk = Jwk::parse(key.public_jwk()).value();
    const std::string token = key.token(JwsAlgorithm::eddsa, R"({"alg":"EdDSA"})", R"({"a":1})");
    EXPECT_TRUE(verifies(jwk, parse_jws(token).value()));
    const std::string signature = token.substr(token.rfind('.'));
    for (const std::string& input : {testing::signing_input(R"({"alg":"EdDSA"})", R"({"a":2})"),
                                     testing::signing_input(R"({"alg": "EdDSA"})", R"({"a":1})")}) {
        EXPECT_FALSE(verifies(jwk, parse_jws(input + signature).value()));
    }
}

}  // namespace
}  // namespace rgw::crypto
