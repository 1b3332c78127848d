#include "json_scanner.hpp"

#include <algorithm>
#include <charconv>

#include "rgw/base/text.hpp"

namespace rgw::rack {
namespace {

constexpr bool is_white(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// What a backslash and `c` stand for; 0 when it takes more, or nothing does.
constexpr char meant_by(char c) {
    switch (c) {
        case '"':
        case '\\':
        case '/':
            return c;
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return '\0';
    }
}

std::size_t digits_at(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(std::min(at, text.size()));
    return std::min(rest.find_first_not_of("0123456789"), rest.size());
}

void append_utf8(std::string& out, char32_t c) {
    const auto tail = [&](unsigned shift) {
        out += static_cast<char>(0x80U | ((c >> shift) & 0x3FU));
    };
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0U | (c >> 6U));
        tail(0);
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0U | (c >> 12U));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0U | (c >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace

std::string_view JsonScanner::step(std::size_t n) {
    const std::string_view passed = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return passed;
}

char JsonScanner::peek() {
    while (!rest_.empty() && is_white(rest_.front())) {
        step(1);
    }
    return rest_.empty() ? '\0' : rest_.front();
}

bool JsonScanner::take(char c) {
    if (peek() != c || rest_.empty()) {
        return false;
    }
    step(1);
    return true;
}

bool JsonScanner::take(std::string_view spelled) {
    (void)peek();
    if (spelled.empty() || !rest_.starts_with(spelled)) {
        return false;
    }
    step(spelled.size());
    return true;
}

std::optional<std::string_view> JsonScanner::string() {
    (void)peek();
    const std::string_view from = rest_;
    if (!take('"')) {
        return std::nullopt;
    }
    std::string_view text = step(plain_in_json(rest_));
    if (!take_quote()) {
        collected_ = text;
        if (!collect_rest_of_string()) {
            return std::nullopt;
        }
        text = collected_;
    }
    last_spelled_ = from.substr(0, from.size() - rest_.size());
    return text;
}

// Unlike take(), which would step over the string's own white space.
bool JsonScanner::take_quote() {
    const bool found = rest_.starts_with('"');
    step(found ? 1 : 0);
    return found;
}

bool JsonScanner::collect_rest_of_string() {
    while (!take_quote()) {
        if (rest_.empty()) {
            return false;
        }
        const char c = rest_.front();
        if (c == '\\') {
            if (!collect_escape()) {
                return false;
            }
        } else {
            const std::size_t length = utf8_length(rest_);
            if (length == 0 || (c >= 0 && c < ' ')) {
                return false;
            }
            collected_ += step(length);
        }
        collected_ += step(plain_in_json(rest_));
    }
    return true;
}

bool JsonScanner::collect_escape() {
    if (rest_.size() < 2) {
        return false;
    }
    const char c = step(2).back();
    if (const char meant = meant_by(c); meant != 0) {
        collected_ += meant;
        return true;
    }
    const auto code_point = c == 'u' ? take_code_point() : std::nullopt;
    if (code_point) {
        append_utf8(collected_, *code_point);
    }
    return code_point.has_value();
}

std::optional<unsigned> JsonScanner::take_hex() {
    constexpr std::size_t digits = 4;
    if (rest_.size() < digits) {
        return std::nullopt;
    }
    const std::string_view text = step(digits);
    unsigned unit = 0;
    const auto [end, problem] = std::from_chars(text.begin(), text.end(), unit, 16);
    if (problem != std::errc() || end != text.end()) {
        return std::nullopt;
    }
    return unit;
}

// What follows "\u"; two of them where it takes a surrogate pair (RFC 8259 §7).
std::optional<char32_t> JsonScanner::take_code_point() {
    const auto first = take_hex();
    if (!first || (*first >= 0xDC00 && *first <= 0xDFFF)) {
        return std::nullopt;
    }
    if (*first < 0xD800 || *first > 0xDBFF) {
        return static_cast<char32_t>(*first);
    }
    if (!rest_.starts_with("\\u")) {
        return std::nullopt;
    }
    step(2);
    const auto second = take_hex();
    if (!second || *second < 0xDC00 || *second > 0xDFFF) {
        return std::nullopt;
    }
    return static_cast<char32_t>(0x10000U + ((*first - 0xD800U) << 10U) + (*second - 0xDC00U));
}

// 0 when there is no number at the front (RFC 8259 §6).
std::size_t JsonScanner::number_length() const {
    const std::size_t start = rest_.starts_with('-') ? 1 : 0;
    std::size_t digits = digits_at(rest_, start);
    if (digits == 0 || (digits > 1 && rest_[start] == '0')) {
        return 0;
    }
    std::size_t end = start + digits;
    if (end < rest_.size() && rest_[end] == '.') {
        digits = digits_at(rest_, end + 1);
        if (digits == 0) {
            return 0;
        }
        end += 1 + digits;
    }
    if (end < rest_.size() && ascii_lower(rest_[end]) == 'e') {
        ++end;
        end += end < rest_.size() && (rest_[end] == '+' || rest_[end] == '-') ? 1 : 0;
        digits = digits_at(rest_, end);
        if (digits == 0) {
            return 0;
        }
        end += digits;
    }
    return end;
}

std::optional<std::string_view> JsonScanner::scalar() {
    (void)peek();
    for (const std::string_view word : {"true", "false", "null"}) {
        if (rest_.starts_with(word)) {
            return step(word.size());
        }
    }
    const std::size_t length = number_length();
    return length == 0 ? std::nullopt : std::optional(step(length));
}

}  // namespace rgw::rack
