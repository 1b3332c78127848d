#include "rgw/identity/oidc_provider.hpp"

#include <algorithm>

#include "rgw/base/json.hpp"
#include "rgw/crypto/jwk.hpp"
#include "url.hpp"

namespace rgw::identity {
namespace {

namespace json = boost::json;

constexpr JsonLimits limits{.bytes = 256UL * 1024};

Error refusal(std::string_view why) {
    return {Errc::sign_in_unavailable, "discovery: " + std::string(why)};
}

Error refusal(std::string_view member, std::string_view why) {
    return refusal(std::string(member) + " " + std::string(why));
}

bool is_trustworthy(const Url& url, const Url& issuer) {
    return url.scheme == UrlScheme::https || (issuer.scheme == UrlScheme::http && is_loopback(url));
}

Result<std::string> endpoint(const json::object& document, std::string_view member,
                             const Url& issuer) {
    const std::string_view text = text_member(document, member);
    const auto url = parse_url(text);
    if (!url) {
        return refusal(member, "is no URL");
    }
    if (!is_trustworthy(*url, issuer)) {
        return refusal(member, "is not https");
    }
    return std::string(text);
}

// What a document says it supports: whether `wanted` holds for any of it. A list that is not there
// stands for the standard's default, which `otherwise` gives.
enum class Support : std::uint8_t { yes, no, malformed };

template <class Wanted>
Support supports(const json::object& document, std::string_view member, Support otherwise,
                 Wanted wanted) {
    const json::value* value = document.if_contains(member);
    if (value == nullptr) {
        return otherwise;
    }
    const json::array* list = value->if_array();
    if (list == nullptr || !std::ranges::all_of(*list, &json::value::is_string)) {
        return Support::malformed;
    }
    const bool found = std::ranges::any_of(*list, [&](const json::value& item) {
        const json::string& text = item.get_string();
        return wanted(std::string_view(text.data(), text.size()));
    });
    return found ? Support::yes : Support::no;
}

auto equal_to(std::string_view wanted) {
    return [wanted](std::string_view text) { return text == wanted; };
}

Result<void> check_lists(const json::object& document) {
    if (supports(document, "response_types_supported", Support::yes, equal_to("code")) !=
        Support::yes) {
        return refusal("no authorization code flow");
    }
    if (supports(document, "code_challenge_methods_supported", Support::yes, equal_to("S256")) !=
        Support::yes) {
        return refusal("no PKCE with S256");
    }
    const auto is_ours = [](std::string_view name) {
        return crypto::find_jws_algorithm(name).has_value();
    };
    if (supports(document, "id_token_signing_alg_values_supported", Support::yes, is_ours) !=
        Support::yes) {
        return refusal("no signature algorithm of ours");
    }
    return {};
}

Result<ClientAuth> choose_client_auth(const json::object& document) {
    constexpr std::string_view methods = "token_endpoint_auth_methods_supported";
    if (supports(document, methods, Support::yes, equal_to("client_secret_basic")) ==
        Support::yes) {
        return ClientAuth::basic;
    }
    if (supports(document, methods, Support::no, equal_to("client_secret_post")) == Support::yes) {
        return ClientAuth::post;
    }
    return refusal("no authentication with a client secret");
}

}  // namespace

Result<void> check_issuer(std::string_view issuer) {
    const auto url = parse_url(issuer);
    if (!url || url->rest.find('?') != std::string_view::npos) {
        return Error(Errc::configuration_invalid, "the issuer must be a URL without a query");
    }
    if (!is_trustworthy(*url, *url)) {
        return Error(Errc::configuration_invalid, "the issuer must be an https URL");
    }
    return {};
}

bool is_google(std::string_view issuer) {
    return issuer == "https://accounts.google.com";
}

std::string discovery_url(std::string_view issuer) {
    if (issuer.ends_with('/')) {
        issuer.remove_suffix(1);
    }
    return std::string(issuer) + "/.well-known/openid-configuration";
}

Result<OidcProvider> parse_provider(std::string_view text, std::string_view issuer) {
    const auto issuer_url = parse_url(issuer);
    if (!issuer_url || !check_issuer(issuer)) {
        return refusal("the issuer is no https URL");
    }
    const auto document = parse_json_object(text, limits);
    if (!document) {
        return refusal(rgw::text(document.error()));
    }
    if (text_member(*document, "issuer") != issuer) {
        return refusal("the document is another issuer's");
    }
    OidcProvider provider{.issuer = std::string(issuer)};
    struct Endpoint {
        std::string_view member;
        std::string& into;
    };
    for (const Endpoint& wanted :
         {Endpoint{"authorization_endpoint", provider.authorization_endpoint},
          Endpoint{"token_endpoint", provider.token_endpoint},
          Endpoint{"jwks_uri", provider.jwks_uri}}) {
        auto found = endpoint(*document, wanted.member, *issuer_url);
        if (!found) {
            return found.error();
        }
        wanted.into = std::move(*found);
    }
    if (document->contains("device_authorization_endpoint")) {
        auto found = endpoint(*document, "device_authorization_endpoint", *issuer_url);
        if (!found) {
            return found.error();
        }
        provider.device_authorization_endpoint = std::move(*found);
    }
    if (const auto lists = check_lists(*document); !lists) {
        return lists.error();
    }
    const auto client_auth = choose_client_auth(*document);
    if (!client_auth) {
        return client_auth.error();
    }
    provider.client_auth = *client_auth;
    return provider;
}

}  // namespace rgw::identity
