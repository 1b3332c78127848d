#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// The byte classes of RFC 9110 §5.5–5.6 and RFC 3986 §2–3.3, one table lookup each.
namespace rgw::http::chars {

enum Class : std::uint8_t {
    token = 1,       // tchar
    field_text = 2,  // VCHAR, SP, HTAB, obs-text
    target = 4,      // pchar without "%", and "/" and "?"
    host = 8,        // reg-name without "%"
    hex = 16,
};

consteval std::array<std::uint8_t, 256> make_table() {
    std::array<std::uint8_t, 256> table{};
    const auto mark = [&table](std::string_view bytes, int classes) {
        for (const char c : bytes) {
            auto& entry = table[static_cast<unsigned char>(c)];
            entry = static_cast<std::uint8_t>(entry | classes);
        }
    };
    constexpr std::string_view alphanumeric =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    mark(alphanumeric, token | target | host);
    mark("!#$%&'*+-.^_`|~", token);
    mark("-._~", target | host);  // reg-name has sub-delims too, but no name that anyone uses
    mark("!$&'()*+,;=", target);
    mark(":@/?", target);
    mark("0123456789abcdefABCDEF", hex);
    mark("\t", field_text);
    for (std::size_t c = 0x20; c < 256; ++c) {
        if (c != 0x7f) {
            table[c] = static_cast<std::uint8_t>(table[c] | field_text);
        }
    }
    return table;
}

inline constexpr std::array<std::uint8_t, 256> table = make_table();

[[nodiscard]] constexpr bool is(Class wanted, char c) {
    return (table[static_cast<unsigned char>(c)] & wanted) != 0;
}

[[nodiscard]] constexpr bool all(Class wanted, std::string_view text) {
    for (const char c : text) {
        if (!is(wanted, c)) {
            return false;
        }
    }
    return true;
}

[[nodiscard]] constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The value of a byte of class hex.
[[nodiscard]] constexpr unsigned hex_value(char c) {
    return static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

[[nodiscard]] constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

}  // namespace rgw::http::chars
