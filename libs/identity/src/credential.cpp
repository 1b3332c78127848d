#include "rgw/identity/credential.hpp"

#include <algorithm>

#include "rgw/base/percent.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"

namespace rgw::identity {
namespace {

bool is_token_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

Result<Credential> credential_of(std::string token) {
    if (token.empty() || !std::ranges::all_of(token, is_token_character)) {
        return Errc::credential_malformed;
    }
    Credential credential{.presented = true, .token = std::move(token), .factor = std::nullopt};
    const std::size_t first = credential.token.find('.');
    if (first == std::string::npos || credential.token.starts_with(api_token_prefix)) {
        return credential;
    }
    // A third part that is missing is an empty factor, which proves nothing.
    const std::string rest = credential.token.substr(first + 1);
    const std::size_t second = std::min(rest.find('.'), rest.size());
    credential.factor =
        InlineFactor{.kind = rest.substr(0, second),
                     .value = Secret(rest.substr(std::min(second + 1, rest.size())))};
    credential.token.resize(first);
    if (credential.token.empty()) {
        return Errc::credential_malformed;
    }
    return credential;
}

Result<Credential> parse_basic(std::string_view encoded) {
    const auto userinfo = crypto::parse_base64(encoded);
    if (!userinfo) {
        return Errc::credential_malformed;
    }
    const std::size_t colon = userinfo->find(':');
    std::string token;
    if (colon == std::string::npos ||
        !percent_decode(std::string_view(*userinfo).substr(colon + 1), token)) {
        return Errc::credential_malformed;
    }
    return credential_of(std::move(token));
}

}  // namespace

Result<Credential> parse_authorization(std::optional<std::string_view> header) {
    const std::string_view value = header ? trim(*header) : std::string_view();
    if (value.empty()) {
        return Credential();
    }
    const std::size_t space = std::min(value.find(' '), value.size());
    const std::string_view scheme = value.substr(0, space);
    const std::string_view rest = trim(value.substr(space));
    if (equals_ignoring_case(scheme, "Basic")) {
        return parse_basic(rest);
    }
    if (equals_ignoring_case(scheme, "Bearer")) {
        return credential_of(std::string(rest));
    }
    return Errc::credential_malformed;
}

bool has_session_cookie(std::optional<std::string_view> header) {
    if (!header) {
        return false;
    }
    return std::ranges::any_of(split_list(*header, ';'), [](std::string_view pair) {
        const std::size_t equals = std::min(pair.find('='), pair.size());
        return trim(pair.substr(0, equals)) == session_cookie &&
               !trim(pair.substr(std::min(equals + 1, pair.size()))).empty();
    });
}

std::optional<std::string> find_cookie(std::optional<std::string_view> header,
                                       std::string_view name) {
    std::optional<std::string> found;
    for (const std::string& pair : split_list(header.value_or(""), ';')) {
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (trim(std::string_view(pair).substr(0, equals)) != name) {
            continue;
        }
        if (found) {
            return std::nullopt;
        }
        found = trim(std::string_view(pair).substr(std::min(equals + 1, pair.size())));
    }
    return found && !found->empty() ? found : std::nullopt;
}

NewTokenText create_token() {
    Secret text = crypto::random_token(api_token_prefix);
    std::string hash = token_hash(text.expose());
    return {.text = std::move(text), .hash = std::move(hash)};
}

std::string token_hash(std::string_view token) {
    return crypto::hex(crypto::sha256(token));
}

}  // namespace rgw::identity
