#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"

namespace rgw::identity {

// A second factor that rides on a request (spec http-api §5.3): its kind as the client names it,
// and what it shows.
struct InlineFactor {
    std::string kind;  // "totp" stands for whatever can be typed; "webauthn"
    Secret value;
};

// The password of Basic or the value of Bearer, as text. `presented` is false when there is no
// Authorization header, or only a blank one.
struct Credential {
    bool presented = false;
    std::string token;
    std::optional<InlineFactor> factor;
};

// Basic's user name is ignored and its password percent-decoded: the Convox SDK sends the escaped
// form of its URL. What remains must be a token (RFC 6750 §2.1: letters, digits and - . _ ~ + / =).
// A session may carry a factor behind it, "session.kind.value"; an API token never does.
// Error: credential_malformed, which never repeats the header.
[[nodiscard]] Result<Credential> parse_authorization(std::optional<std::string_view> header);

inline constexpr std::string_view session_cookie = "session_token";

// Whether a Cookie header carries a session, which may not stand beside an Authorization header.
[[nodiscard]] bool has_session_cookie(std::optional<std::string_view> header);
// A cookie's value; empty when there is none of that name, an empty one, or more than one: somebody
// who can plant a second one must not choose which counts.
[[nodiscard]] std::optional<std::string> find_cookie(std::optional<std::string_view> header,
                                                     std::string_view name);

inline constexpr std::string_view api_token_prefix = "rgw_";

// A new API token: the text is shown once and never stored, the hash is stored and looked up.
struct NewTokenText {
    Secret text;  // "rgw_" and 43 characters of base64url: 256 random bits
    std::string hash;
};
[[nodiscard]] NewTokenText create_token();

// How a token is stored: lower-case hex SHA-256 of the whole text. A plain hash is enough because
// the text is 256 random bits: there is nothing to guess, so nothing to slow down or to salt.
[[nodiscard]] std::string token_hash(std::string_view token);

}  // namespace rgw::identity
