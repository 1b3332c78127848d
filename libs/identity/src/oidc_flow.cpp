#include "rgw/identity/oidc_flow.hpp"

#include <algorithm>

#include "form.hpp"
#include "rgw/base/json.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"

namespace rgw::identity {
namespace {

constexpr std::string_view scopes = "openid profile email";
constexpr JsonLimits token_response_limits{.bytes = 256UL * 1024};
constexpr std::size_t longest_error_code = 64;
constexpr std::size_t longest_return_to = 2048;

std::string random_text() {
    return std::string(crypto::random_token("").expose());
}

FetchField field(std::string name, std::string value) {
    return {.name = std::move(name), .value = Secret(std::move(value))};
}

// RFC 6749 §5.2 allows printable ASCII but '"' and '\'; what is no such code is not repeated.
std::string clipped_code(std::string_view code) {
    const bool plain = !code.empty() && std::ranges::all_of(code, [](char c) {
        return c > 0x20 && c < 0x7F && c != '"' && c != '\\';
    });
    return plain ? std::string(code.substr(0, longest_error_code)) : "an error without a code";
}

Error oauth_error(int status, std::string_view code) {
    // These say that our own credentials or settings are wrong: no other code would help.
    const bool ours = code == "invalid_client" || code == "unauthorized_client";
    return {status >= 500 || ours ? Errc::sign_in_unavailable : Errc::sign_in_refused,
            "token endpoint: " + clipped_code(code)};
}

std::string lower_dots(std::string_view segment) {
    std::string out = to_lower(segment);
    for (std::size_t at = out.find("%2e"); at != std::string::npos; at = out.find("%2e")) {
        out.replace(at, 3, ".");
    }
    return out;
}

bool has_dot_segment(std::string_view path) {
    while (true) {
        const std::size_t end = path.find('/');
        const std::string segment = lower_dots(path.substr(0, end));
        if (segment == "." || segment == "..") {
            return true;
        }
        if (end == std::string_view::npos) {
            return false;
        }
        path.remove_prefix(end + 1);
    }
}

}  // namespace

NewLogin new_login() {
    NewLogin login{.state = random_text(), .nonce = random_text(), .verifier = {}, .challenge = {}};
    login.verifier = crypto::random_token("");
    login.challenge = code_challenge(login.verifier.expose());
    return login;
}

std::string code_challenge(std::string_view verifier) {
    return crypto::base64url(crypto::text_of(crypto::sha256(verifier)));
}

std::string authorization_url(const OidcProvider& provider, const AuthorizationRequest& request) {
    std::string url = provider.authorization_endpoint;
    url += url.find('?') == std::string::npos ? "?" : "";  // it may bring a query of its own
    append_form_field(url, "client_id", request.client_id);
    append_form_field(url, "redirect_uri", request.redirect_uri);
    append_form_field(url, "response_type", "code");
    append_form_field(url, "scope", scopes);
    append_form_field(url, "state", request.state);
    append_form_field(url, "nonce", request.nonce);
    append_form_field(url, "code_challenge", request.challenge);
    append_form_field(url, "code_challenge_method", "S256");
    if (request.allowed_domains.size() == 1) {
        append_form_field(url, "hd", request.allowed_domains.front());
    }
    if (is_google(provider.issuer)) {  // others need not know these
        append_form_field(url, "prompt", "select_account");
        const bool online = request.access_type == AccessType::online;
        append_form_field(url, "access_type", online ? "online" : "offline");
    }
    return url;
}

FetchRequest token_request(const OidcProvider& provider, std::string_view client_id,
                           const Secret& client_secret, const CodeExchange& exchange) {
    std::string form;
    append_form_field(form, "grant_type", "authorization_code");
    append_form_field(form, "code", exchange.code.expose());
    append_form_field(form, "redirect_uri", exchange.redirect_uri);
    append_form_field(form, "code_verifier", exchange.verifier.expose());
    FetchRequest request;
    request.method = FetchMethod::post;
    request.url = provider.token_endpoint;
    request.fields.push_back(field("Content-Type", "application/x-www-form-urlencoded"));
    request.fields.push_back(field("Accept", "application/json"));
    switch (provider.client_auth) {
        case ClientAuth::basic:
            request.fields.push_back(field(
                "Authorization", "Basic " + crypto::base64(form_encode(client_id) + ":" +
                                                           form_encode(client_secret.expose()))));
            break;
        case ClientAuth::post:
            append_form_field(form, "client_id", client_id);
            append_form_field(form, "client_secret", client_secret.expose());
            break;
    }
    request.body = Secret(std::move(form));
    return request;
}

Result<Secret> parse_token_response(const FetchedPage& page) {
    const auto answer = parse_json_object(page.body, token_response_limits);
    if (answer && page.status >= 400 && answer->contains("error")) {
        return oauth_error(page.status, text_member(*answer, "error"));
    }
    if (page.status != 200) {
        return Error(Errc::sign_in_unavailable,
                     "token endpoint: status " + std::to_string(page.status));
    }
    if (!answer) {
        return Error(Errc::sign_in_unavailable,
                     "token endpoint: " + std::string(text(answer.error())));
    }
    const std::string_view token = text_member(*answer, "id_token");
    if (token.empty()) {
        return Error(Errc::sign_in_unavailable, "token endpoint: no ID token in its answer");
    }
    return Secret(std::string(token));
}

Result<void> check_return_to(std::string_view path) {
    const bool plain =
        std::ranges::all_of(path, [](char c) { return c > 0x20 && c < 0x7F && c != '\\'; });
    const std::string_view before_query = path.substr(0, path.find_first_of("?#"));
    if (!plain || path.size() > longest_return_to || !path.starts_with("/app/") ||
        path.find("//") != std::string_view::npos || has_dot_segment(before_query)) {
        return Error(Errc::invalid_value, "not a page of ours");
    }
    return {};
}

}  // namespace rgw::identity
