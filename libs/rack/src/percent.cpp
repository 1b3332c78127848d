#include "percent.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rgw::rack {
namespace {

using ByteSet = std::array<bool, 256>;

consteval ByteSet bytes(std::string_view extra) {
    ByteSet set{};
    for (const std::string_view range :
         {std::string_view("AZ"), std::string_view("az"), std::string_view("09")}) {
        for (char c = range[0]; c <= range[1]; ++c) {
            set[static_cast<std::uint8_t>(c)] = true;
        }
    }
    for (const char c : extra) {
        set[static_cast<std::uint8_t>(c)] = true;
    }
    return set;
}

constexpr ByteSet unreserved = bytes("-._~");
constexpr ByteSet pchar = bytes("-._~!$&'()*+,;=:@");

int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void append_encoded(std::string& out, std::string_view text, const ByteSet& kept) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (kept[byte]) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 0x0FU];
        }
    }
}

}  // namespace

bool percent_decode(std::string_view text, std::string& out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (text.size() - i < 3) {
            return false;
        }
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) {
            return false;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return true;
}

void append_path_segment(std::string& out, std::string_view segment) {
    append_encoded(out, segment, pchar);
}

void append_query_component(std::string& out, std::string_view component) {
    append_encoded(out, component, unreserved);
}

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<std::uint8_t>(c);
        return byte < 0x20 || byte == 0x7F;
    });
}

}  // namespace rgw::rack
