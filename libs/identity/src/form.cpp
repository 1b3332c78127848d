#include "form.hpp"

#include <cstdint>

namespace rgw::identity {
namespace {

bool stands_for_itself(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '*' ||
           c == '-' || c == '.' || c == '_';
}

}  // namespace

std::string form_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (stands_for_itself(c)) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            const auto byte = static_cast<std::uint8_t>(c);
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    return out;
}

void append_form_field(std::string& form, std::string_view name, std::string_view value) {
    if (!form.empty() && form.back() != '?') {
        form += '&';
    }
    form += form_encode(name);
    form += '=';
    form += form_encode(value);
}

}  // namespace rgw::identity
