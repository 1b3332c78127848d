#include "url.hpp"

#include <algorithm>
#include <charconv>

namespace rgw::identity {
namespace {

constexpr std::size_t longest_url = 2048;

bool is_url_character(char c) {
    return c > 0x20 && c < 0x7F &&
           std::string_view("\"#<>@\\^`{|}").find(c) == std::string_view::npos;
}

bool is_letter_or_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_host(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) {
        const std::string_view address = text.substr(1, text.size() - 2);
        return !address.empty() &&
               address.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
    }
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_';
    });
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port > 0 && port <= 65535;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
    constexpr std::string_view https = "https://";
    constexpr std::string_view http = "http://";
    if (text.size() > longest_url || !std::ranges::all_of(text, is_url_character)) {
        return std::nullopt;
    }
    Url url{};
    if (text.starts_with(https)) {
        url.scheme = UrlScheme::https;
        text.remove_prefix(https.size());
    } else if (text.starts_with(http)) {
        url.scheme = UrlScheme::http;
        text.remove_prefix(http.size());
    } else {
        return std::nullopt;
    }
    const std::size_t end = std::min(text.find_first_of("/?"), text.size());
    url.rest = text.substr(end);
    url.host = text.substr(0, end);
    const std::size_t colon = url.host.rfind(':');
    if (colon != std::string_view::npos && !url.host.ends_with(']')) {
        if (!is_port(url.host.substr(colon + 1))) {
            return std::nullopt;
        }
        url.host = url.host.substr(0, colon);
    }
    return is_host(url.host) ? std::optional(url) : std::nullopt;
}

bool is_loopback(const Url& url) {
    const bool digits = url.host.find_first_not_of("0123456789.") == std::string_view::npos;
    return url.host == "localhost" || url.host == "[::1]" ||
           (digits && url.host.starts_with("127."));
}

}  // namespace rgw::identity
