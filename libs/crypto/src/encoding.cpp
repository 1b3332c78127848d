#include "rgw/crypto/encoding.hpp"

#include <array>
#include <cstdint>

namespace rgw::crypto {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::int8_t no_digit = -1;
using Values = std::array<std::int8_t, 256>;

constexpr Values values_of(std::string_view alphabet) {
    Values values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return values;
}

constexpr Values standard_values = values_of(standard);
constexpr Values url_safe_values = values_of(url_safe);

constexpr Values hex_values = [] {
    Values values = values_of(hex_digits);
    for (std::uint8_t i = 10; i < 16; ++i) {
        values[static_cast<std::uint8_t>("ABCDEF"[i - 10])] = static_cast<std::int8_t>(i);
    }
    return values;
}();

std::string encode(std::string_view bytes, std::string_view alphabet) {
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    unsigned available = 0;
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<std::uint8_t>(c);
        available += 8;
        while (available >= 6) {
            available -= 6;
            out += alphabet[(bits >> available) & 63U];
        }
    }
    if (available > 0) {
        out += alphabet[(bits << (6 - available)) & 63U];
    }
    return out;
}

// Digits without padding. A length of 4n+1 carries no whole byte, and unused bits that are not zero
// would make a second spelling of the same bytes: both are refused.
std::optional<std::string> decode(std::string_view digits, const Values& values) {
    if (digits.size() % 4 == 1) {
        return std::nullopt;
    }
    std::string out;
    out.reserve(digits.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned available = 0;
    for (const char c : digits) {
        const std::int8_t value = values[static_cast<std::uint8_t>(c)];
        if (value == no_digit) {
            return std::nullopt;
        }
        bits = (bits << 6U) | static_cast<std::uint8_t>(value);
        available += 6;
        if (available >= 8) {
            available -= 8;
            out += static_cast<char>((bits >> available) & 255U);
        }
    }
    if ((bits & ((1U << available) - 1)) != 0) {
        return std::nullopt;
    }
    return out;
}

}  // namespace

std::string hex(std::span<const std::byte> bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        const auto value = std::to_integer<unsigned>(byte);
        out += hex_digits[value >> 4U];
        out += hex_digits[value & 15U];
    }
    return out;
}

std::optional<std::string> parse_hex(std::string_view text) {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const std::int8_t high = hex_values[static_cast<std::uint8_t>(text[i])];
        const std::int8_t low = hex_values[static_cast<std::uint8_t>(text[i + 1])];
        if (high == no_digit || low == no_digit) {
            return std::nullopt;
        }
        out += static_cast<char>(high * 16 + low);
    }
    return out;
}

std::string base64(std::string_view bytes) {
    std::string out = encode(bytes, standard);
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

std::optional<std::string> parse_base64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    for (int i = 0; i < 2 && text.ends_with('='); ++i) {
        text.remove_suffix(1);
    }
    return decode(text, standard_values);
}

std::string base64url(std::string_view bytes) {
    return encode(bytes, url_safe);
}

std::optional<std::string> parse_base64url(std::string_view text) {
    return decode(text, url_safe_values);
}

}  // namespace rgw::crypto
