#include <algorithm>

#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_name(std::string_view text) {
    return !text.empty() && !is_digit(text.front()) && std::ranges::all_of(text, [](char c) {
        return is_digit(c) || is_upper(c) || is_lower(c) || c == '_' || c == '.' || c == '-';
    });
}

bool is_padding(std::string_view text) {
    return text.find_first_not_of('=') == std::string_view::npos;
}

// Whether what stands before '=' may be shown. The rack stores values of several lines as they are,
// so a line can be the inside of one. What gives encoded secrets away: letters of both cases, or
// nothing but padding after the '='. An upper-case name with an empty value is common, so it is
// hidden only where an earlier line was surely the inside of a value.
bool shows_name(std::string_view name, std::string_view value, bool inside_value) {
    const bool lower = std::ranges::any_of(name, is_lower);
    if (!is_name(name) || (lower && std::ranges::any_of(name, is_upper))) {
        return false;
    }
    return !is_padding(value) || (!lower && !inside_value);
}

}  // namespace

std::string mask_env_text(std::string_view env) {
    std::string out;
    bool inside_value = false;
    while (!env.empty()) {
        const std::size_t end = std::min(env.find('\n'), env.size());
        const std::string_view line = env.substr(0, end);
        const std::size_t equals = line.find('=');
        if (!line.empty()) {
            const bool shown =
                equals != std::string_view::npos &&
                shows_name(line.substr(0, equals), line.substr(equals + 1), inside_value);
            if (shown) {
                out += line.substr(0, equals + 1);
            } else {
                inside_value = true;
            }
            out += env_placeholder;
        }
        if (end < env.size()) {
            out += '\n';
        }
        env.remove_prefix(std::min(end + 1, env.size()));
    }
    return out;
}

}  // namespace rgw::rack
