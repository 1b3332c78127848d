#include "rgw/base/percent.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rgw {
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
    const auto is_kept = [&](char c) { return kept[static_cast<std::uint8_t>(c)]; };
    while (!text.empty()) {
        const auto run =
            static_cast<std::size_t>(std::ranges::find_if_not(text, is_kept) - text.begin());
        out += text.substr(0, run);
        if (run == text.size()) {
            return;
        }
        const auto byte = static_cast<std::uint8_t>(text[run]);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 0x0FU];
        text.remove_prefix(run + 1);
    }
}

}  // namespace

bool percent_decode(std::string_view text, std::string& out) {
    while (true) {
        const std::size_t run = std::min(text.find('%'), text.size());
        out += text.substr(0, run);
        text.remove_prefix(run);
        if (text.empty()) {
            return true;
        }
        if (text.size() < 3) {
            return false;
        }
        const int high = hex_value(text[1]);
        const int low = hex_value(text[2]);
        if (high < 0 || low < 0) {
            return false;
        }
        out += static_cast<char>(high * 16 + low);
        text.remove_prefix(3);
    }
}

void append_path_segment(std::string& out, std::string_view segment) {
    append_encoded(out, segment, pchar);
}

void append_query_component(std::string& out, std::string_view component) {
    append_encoded(out, component, unreserved);
}

}  // namespace rgw
