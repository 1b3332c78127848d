#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rgw::identity {

enum class UrlScheme : std::uint8_t { http, https };

// As far as a provider's addresses are looked at; the views point into the text.
struct Url {
    UrlScheme scheme;
    std::string_view host;  // an IPv6 address with its brackets
    std::string_view rest;  // path and query; may be empty
};

// An absolute http or https URL (RFC 3986) of the characters that may stand in one, without user
// name and fragment.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);
// "localhost", 127.0.0.0/8 or [::1].
[[nodiscard]] bool is_loopback(const Url& url);

}  // namespace rgw::identity
