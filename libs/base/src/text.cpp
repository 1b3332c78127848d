#include "rgw/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace rgw {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view cut_mark = "\xE2\x80\xA6[cut]";

// How many bytes at the front need no second look: printable ASCII. Blocks are looked at without an
// early exit, which the compiler turns into a few instructions for sixteen bytes.
template <class Plain>
std::size_t plain_prefix(std::string_view text, Plain plain) {
    constexpr std::size_t block = 16;
    const auto is_plain_block = [&](const char* bytes) {
        bool all = true;
        for (std::size_t i = 0; i < block; ++i) {
            all &= plain(bytes[i]);
        }
        return all;
    };
    const char* at = text.data();
    const char* const end = at + text.size();
    while (static_cast<std::size_t>(end - at) >= block && is_plain_block(at)) {
        at += block;
    }
    return static_cast<std::size_t>(std::find_if_not(at, end, plain) - text.data());
}

constexpr bool is_plain_in_json(char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

constexpr bool is_plain_text(char c) {
    return c > 0;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0U) == 0x80; };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return tail(1) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (!tail(1) || !tail(2) || (lead == 0xE0 && byte(1) < 0xA0) ||
            (lead == 0xED && byte(1) > 0x9F)) {
            return 0;
        }
        return 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (!tail(1) || !tail(2) || !tail(3) || (lead == 0xF0 && byte(1) < 0x90) ||
            (lead == 0xF4 && byte(1) > 0x8F)) {
            return 0;
        }
        return 4;
    }
    return 0;
}

std::size_t plain_in_json(std::string_view text) {
    return plain_prefix(text, is_plain_in_json);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, ascii_lower, ascii_lower);
}

std::string to_lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), ascii_lower);
    return out;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> split_list(std::string_view text, char separator) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const auto end = text.find(separator);
        const std::string_view item = trim(text.substr(0, end));
        if (!item.empty()) {
            items.emplace_back(item);
        }
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    return items;
}

void append_json_text(std::string& out, std::string_view text) {
    while (true) {
        const std::size_t plain = plain_in_json(text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) {
            break;
        }
        const char c = text.front();
        std::size_t length = 1;
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c >= 0) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else if (const std::size_t sequence = utf8_length(text); sequence > 0) {
            out += text.substr(0, sequence);
            length = sequence;
        } else {
            out += replacement;
        }
        text.remove_prefix(length);
    }
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    append_json_text(out, text);
    out += '"';
}

std::string valid_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (true) {
        const std::size_t plain = plain_prefix(text, is_plain_text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) {
            break;
        }
        const std::size_t length = utf8_length(text);
        if (length == 0 || text.front() == '\0') {
            out += replacement;
            text.remove_prefix(1);
        } else {
            out += text.substr(0, length);
            text.remove_prefix(length);
        }
    }
    return out;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string clip_utf8(std::string text, std::size_t limit) {
    if (text.size() <= limit) {
        return text;
    }
    std::size_t end = limit - cut_mark.size();
    while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0U) == 0x80) {
        --end;
    }
    text.resize(end);
    text += cut_mark;
    return text;
}

}  // namespace rgw
