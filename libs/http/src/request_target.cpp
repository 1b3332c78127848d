#include "request_target.hpp"

#include <cstddef>

#include "chars.hpp"

namespace rgw::http {
namespace {

bool all_or_encoded(chars::Class wanted, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (chars::is(wanted, text[i])) {
            continue;
        }
        const bool encoded = text[i] == '%' && text.size() - i > 2 &&
                             chars::is(chars::hex, text[i + 1]) &&
                             chars::is(chars::hex, text[i + 2]);
        if (!encoded) {
            return false;
        }
        i += 2;
    }
    return true;
}

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5) {
        return false;
    }
    unsigned value = 0;
    for (const char c : text) {
        if (!chars::is_digit(c)) {
            return false;
        }
        value = value * 10 + chars::hex_value(c);
    }
    return value <= 65535;
}

// "[" IPv6address "]": what may stand between the brackets; whether it is an address decides the
// resolver.
bool is_literal(std::string_view text) {
    if (text.size() < 4 || text.back() != ']') {
        return false;
    }
    for (const char c : text.substr(1, text.size() - 2)) {
        if (!chars::is(chars::hex, c) && c != ':' && c != '.') {
            return false;
        }
    }
    return true;
}

}  // namespace

bool is_origin_form(std::string_view target) {
    return !target.empty() && target.front() == '/' && all_or_encoded(chars::target, target);
}

bool is_host(std::string_view value) {
    std::string_view name = value;
    const std::size_t colon = value.rfind(':');
    const bool has_port = colon != std::string_view::npos && !value.ends_with(']');
    if (has_port) {
        name = value.substr(0, colon);
        if (!is_port(value.substr(colon + 1))) {
            return false;
        }
    }
    if (name.empty()) {
        return false;
    }
    return name.front() == '[' ? is_literal(name) : all_or_encoded(chars::host, name);
}

}  // namespace rgw::http
