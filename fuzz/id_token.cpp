#include "rgw/identity/id_token.hpp"

#include <algorithm>
#include <string>

#include "require.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/jws.hpp"
#include "targets.hpp"

namespace rgw::fuzz {
namespace {

using namespace rgw::identity;

// The public keys of RFC 7515 §A.3 and RFC 8037 §A.2.
constexpr std::string_view key_document =
    R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},)"
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

IdTokenExpectation expectation() {
    return {.issuer = "https://accounts.google.com",
            .client_id = "c",
            .nonce = "n",
            .now = Timestamp(std::chrono::seconds(1'800'000'000)),
            .allowed_domains = {"example.com"},
            .role_claim = "groups"};
}

void check_token(std::string_view token) {
    static const KeySet keys = KeySet::parse(key_document).value();
    // Whoever wrote these keys signed no token for us.
    require(!check_id_token(token, expectation(), keys));
    const auto jws = crypto::parse_jws(token);
    if (!jws) {
        return;
    }
    require(token.size() <= crypto::max_jws_bytes);
    require(crypto::find_jws_algorithm(name(jws->algorithm)) == jws->algorithm);
    // There is one spelling only of what was read.
    const std::string header = jws->signed_part.substr(0, jws->signed_part.find('.'));
    require(header + "." + crypto::base64url(jws->payload) + "." +
                crypto::base64url(jws->signature) ==
            token);
}

void check_payload(std::string_view payload) {
    const auto claims = check_claims(payload, expectation());
    if (!claims) {
        require(!id(claims.error()).empty());
        return;
    }
    require(!claims->subject.empty() && claims->subject.size() <= 255);
    require(std::ranges::count(claims->email, '@') == 1);
    require(claims->email.ends_with("@example.com"));
    require(claims->email == to_lower(claims->email));
    require(claims->name == valid_utf8(claims->name) && claims->name.size() <= 200);
    require(claims->groups.size() <= 256);
}

}  // namespace

void id_token(std::string_view input) {
    if (input.empty()) {
        return;
    }
    const auto choice = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    if (choice % 2 == 0) {
        check_token(input);
    } else {
        check_payload(input);
    }
}

}  // namespace rgw::fuzz
