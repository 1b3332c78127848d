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
constexpr std::string_view of_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

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
constexpr Values of_32_values = values_of(of_32);

constexpr Values hex_values = [] {
    Values values = values_of(hex_digits);
    for (std::uint8_t i = 10; i < 16; ++i) {
        values[static_cast<std::uint8_t>("ABCDEF"[i - 10])] = static_cast<std::int8_t>(i);
    }
    return values;
}();

// A digit stands for 6 bits (base64) or 5 (base32).
template <unsigned digit_bits>
std::string encode(std::string_view bytes, std::string_view alphabet) {
    constexpr std::uint32_t mask = (1U << digit_bits) - 1;
    std::string out;
    out.reserve((bytes.size() * 8 + digit_bits - 1) / digit_bits);
    std::uint32_t bits = 0;
    unsigned available = 0;
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<std::uint8_t>(c);
        available += 8;
        while (available >= digit_bits) {
            available -= digit_bits;
            out += alphabet[(bits >> available) & mask];
        }
    }
    if (available > 0) {
        out += alphabet[(bits << (digit_bits - available)) & mask];
    }
    return out;
}

// Digits without padding. A last digit that adds no whole byte, and unused bits that are not zero,
// would make a second spelling of the same bytes: both are refused.
template <unsigned digit_bits>
std::optional<std::string> decode(std::string_view digits, const Values& values) {
    std::string out;
    out.reserve(digits.size() * digit_bits / 8);
    std::uint32_t bits = 0;
    unsigned available = 0;
    for (const char c : digits) {
        const std::int8_t value = values[static_cast<std::uint8_t>(c)];
        if (value == no_digit) {
            return std::nullopt;
        }
        bits = (bits << digit_bits) | static_cast<std::uint8_t>(value);
        available += digit_bits;
        if (available >= 8) {
            available -= 8;
            out += static_cast<char>((bits >> available) & 255U);
        }
    }
    if (available >= digit_bits || (bits & ((1U << available) - 1)) != 0) {
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
    std::string out = encode<6>(bytes, standard);
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
    return decode<6>(text, standard_values);
}

std::string base64url(std::string_view bytes) {
    return encode<6>(bytes, url_safe);
}

std::optional<std::string> parse_base64url(std::string_view text) {
    return decode<6>(text, url_safe_values);
}

std::string base32(std::string_view bytes) {
    return encode<5>(bytes, of_32);
}

std::optional<std::string> parse_base32(std::string_view text) {
    return decode<5>(text, of_32_values);
}

}  // namespace rgw::crypto
