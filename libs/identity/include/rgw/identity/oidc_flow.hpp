#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/identity/http_fetcher.hpp"
#include "rgw/identity/oidc_provider.hpp"

namespace rgw::identity {

// The authorization code flow (OpenID Connect Core §3.1) with PKCE (RFC 7636), as pure functions.

// What one sign-in is known by: 256 random bits each, 43 characters of base64url.
struct NewLogin {
    std::string state;      // comes back in the callback's query
    std::string nonce;      // comes back inside the ID token
    Secret verifier;        // shown at the token endpoint only
    std::string challenge;  // its SHA-256, for the authorization endpoint
};
[[nodiscard]] NewLogin new_login();
// RFC 7636 §4.2, method S256.
[[nodiscard]] std::string code_challenge(std::string_view verifier);

// Google's `access_type`.
enum class AccessType : std::uint8_t { online, offline };

struct AuthorizationRequest {
    std::string client_id;
    std::string redirect_uri;
    std::string state;
    std::string nonce;
    std::string challenge;
    std::vector<std::string> allowed_domains;  // exactly one becomes the `hd` hint
    AccessType access_type = AccessType::online;
};
// Where to send the browser.
[[nodiscard]] std::string authorization_url(const OidcProvider& provider,
                                            const AuthorizationRequest& request);

struct CodeExchange {
    Secret code;
    Secret verifier;
    std::string redirect_uri;  // the same as in the authorization request
};
// The call that turns a code into an ID token. Both halves of Basic are form-encoded first (RFC
// 6749 §2.3.1).
[[nodiscard]] FetchRequest token_request(const OidcProvider& provider, std::string_view client_id,
                                         const Secret& client_secret, const CodeExchange& exchange);

// The ID token of the answer. Errors: sign_in_refused when the provider does not take the code;
// sign_in_unavailable when it fails or does not take us. Of an OAuth error (RFC 6749 §5.2) the
// detail has the code, clipped, and never the text.
[[nodiscard]] Result<Secret> parse_token_response(const FetchedPage& page);

// Whether a browser may be sent to `path` after signing in: below /app/, at most 2048 printable
// ASCII characters, no "//", no backslash, no dot segments, also not as %2e. Error: invalid_value.
[[nodiscard]] Result<void> check_return_to(std::string_view path);

}  // namespace rgw::identity
