#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"

namespace rgw::identity {

// How we prove who we are at the token endpoint (OpenID Connect Core §9).
enum class ClientAuth : std::uint8_t { basic, post };

// What its discovery document says about an OpenID provider, as far as we use it.
struct OidcProvider {
    std::string issuer;
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string jwks_uri;
    std::optional<std::string> device_authorization_endpoint;
    ClientAuth client_auth = ClientAuth::basic;
};

// An issuer is an https URL without query or fragment; http only on a loopback address, for tests
// and development. Error: configuration_invalid.
[[nodiscard]] Result<void> check_issuer(std::string_view issuer);
// Google puts the organisation into `hd` and wants `access_type`; nobody else does.
[[nodiscard]] bool is_google(std::string_view issuer);

// OpenID Connect Discovery §4: where the document is.
[[nodiscard]] std::string discovery_url(std::string_view issuer);

// Reads the document (§3) of exactly this issuer. Every endpoint must be https, or on a loopback
// address when the issuer is. What it lists must include what we need: the code flow, S256, one of
// our algorithms, a way to authenticate; a missing list stands for its default.
// Error: sign_in_unavailable with what is wrong.
[[nodiscard]] Result<OidcProvider> parse_provider(std::string_view document,
                                                  std::string_view issuer);

}  // namespace rgw::identity
