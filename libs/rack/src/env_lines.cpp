#include "env_lines.hpp"

#include <algorithm>

#include "rgw/base/text.hpp"
#include "rgw/rack/env_change.hpp"

namespace rgw::rack {
namespace {

constexpr std::string_view telling_asterisks = "********";

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

// Whether a line surely begins a variable, so that what stands before its '=' may be shown. What
// gives encoded secrets away: letters of both cases, or nothing but padding after the '='. An
// upper-case name with an empty value is common, so it is doubted only where an earlier line was
// surely the inside of a value.
bool begins_entry(std::string_view name, std::string_view value, bool inside_value) {
    const bool lower = std::ranges::any_of(name, is_lower);
    if (!is_name(name) || (lower && std::ranges::any_of(name, is_upper))) {
        return false;
    }
    return !is_padding(value) || (!lower && !inside_value);
}

// What follows an entry's first line, blank lines at its end aside when nothing else is there.
void end_entry(EnvText& out, std::string_view more) {
    if (more.find_first_not_of('\n') == std::string_view::npos) {
        return;
    }
    (out.entries.empty() ? out.orphans : out.entries.back().more) = more;
}

}  // namespace

bool EnvText::has_several_lines() const {
    return !orphans.empty() || std::ranges::any_of(entries, &EnvEntry::has_several_lines);
}

EnvText read_env_text(std::string_view text) {
    EnvText out;
    bool inside_value = false;
    std::size_t more = 0;  // where the lines after the entry's first one begin
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos &&
            begins_entry(line.substr(0, equals), line.substr(equals + 1), inside_value)) {
            // The newline before this line belongs to neither.
            end_entry(out, text.substr(more, at == more ? 0 : at - 1 - more));
            out.entries.push_back(
                {.name = line.substr(0, equals), .value = line.substr(equals + 1), .more = {}});
            more = end;
        } else if (!line.empty()) {
            inside_value = true;
        }
        at = end + 1;
    }
    const bool ends_with_newline = text.size() > more && text.ends_with('\n');
    end_entry(out, text.substr(more, text.size() - more - (ends_with_newline ? 1 : 0)));
    return out;
}

bool is_env_name(std::string_view name) {
    return is_name(name) && name.front() != '.' && name.front() != '-' &&
           name.size() <= most_env_name_bytes;
}

bool is_plain_value(std::string_view value) {
    const bool ascii =
        std::ranges::all_of(value, [](char c) { return (c >= ' ' && c < 0x7F) || c == '\t'; });
    const auto is_control = [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7F; };
    return (ascii || (std::ranges::none_of(value, is_control) && valid_utf8(value) == value)) &&
           !has_asterisks(value);
}

bool has_asterisks(std::string_view value) {
    return value.find(telling_asterisks) != std::string_view::npos;
}

bool can_be_posted(std::string_view name, std::string_view value) {
    return is_env_name(name) && name.size() + value.size() < most_env_line_bytes &&
           is_plain_value(value);
}

}  // namespace rgw::rack
