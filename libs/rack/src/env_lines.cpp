#include "env_lines.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "rgw/base/text.hpp"
#include "rgw/rack/env_change.hpp"

namespace rgw::rack {
namespace {

constexpr std::string_view telling_asterisks = "********";
constexpr std::size_t usual_line_bytes = 32;

// The characters of names.
enum Kind : std::uint8_t { digit = 1, upper = 2, lower = 4, mark = 8, other = 16 };

constexpr auto kinds = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(other);
    for (unsigned char c = 0; c < 0x80; ++c) {
        if (c >= '0' && c <= '9') {
            table[c] = digit;
        } else if (c >= 'A' && c <= 'Z') {
            table[c] = upper;
        } else if (c >= 'a' && c <= 'z') {
            table[c] = lower;
        } else if (c == '_' || c == '.' || c == '-') {
            table[c] = mark;
        }
    }
    return table;
}();

unsigned kind_of(char c) {
    return kinds[static_cast<unsigned char>(c)];
}

bool is_padding(std::string_view text) {
    return text.find_first_not_of('=') == std::string_view::npos;
}

// The longest run of a name's characters at the front of a line.
struct FrontName {
    std::string_view text;
    unsigned kinds = 0;

    [[nodiscard]] bool is_name() const { return !text.empty() && kind_of(text.front()) != digit; }
    [[nodiscard]] bool has(unsigned kind) const { return (kinds & kind) != 0; }
};

FrontName name_at_front(std::string_view line) {
    unsigned seen = 0;
    std::size_t size = 0;
    for (; size < line.size() && kind_of(line[size]) != other; ++size) {
        seen |= kind_of(line[size]);
    }
    return {.text = line.substr(0, size), .kinds = seen};
}

// Whether a line surely begins a variable, so that what stands before its '=' may be shown. What
// gives encoded secrets away: letters of both cases, or nothing but padding after the '='. An
// upper-case name with an empty value is common, so it is doubted only where an earlier line was
// surely the inside of a value.
bool begins_entry(const FrontName& name, std::string_view after_name, bool inside_value) {
    if (!name.is_name() || !after_name.starts_with('=') || (name.has(lower) && name.has(upper))) {
        return false;
    }
    return !is_padding(after_name) || (!name.has(lower) && !inside_value);
}

// What follows an entry's first line, blank lines at its end aside when nothing else is there.
void end_entry(EnvText& out, std::string_view more) {
    if (more.find_first_not_of('\n') == std::string_view::npos) {
        return;
    }
    (out.entries.empty() ? out.orphans : out.entries.back().more) = more;
}

// What a name must be besides, for a caller to set it.
bool is_settable(std::string_view name) {
    return name.front() != '.' && name.front() != '-' && name.size() <= most_env_name_bytes;
}

bool fits_in_a_line(std::string_view name, std::string_view value) {
    return name.size() + value.size() < most_env_line_bytes;
}

}  // namespace

bool EnvText::has_several_lines() const {
    return !orphans.empty() || std::ranges::any_of(entries, &EnvEntry::has_several_lines);
}

EnvText read_env_text(std::string_view text) {
    EnvText out;
    out.entries.reserve(text.size() / usual_line_bytes);
    bool inside_value = false;
    std::size_t more = 0;  // where the lines after the entry's first one begin
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        const FrontName name = name_at_front(line);
        const std::string_view after_name = line.substr(name.text.size());
        if (begins_entry(name, after_name, inside_value)) {
            // The newline before this line belongs to neither.
            end_entry(out, text.substr(more, at == more ? 0 : at - 1 - more));
            EnvEntry& entry = out.entries.emplace_back();
            entry.name = name.text;
            entry.value = after_name.substr(1);
            entry.has_lower = name.has(lower);
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

bool is_env_name(std::string_view text) {
    const FrontName name = name_at_front(text);
    return name.is_name() && name.text.size() == text.size() && is_settable(text);
}

bool is_plain_value(std::string_view value) {
    bool ascii = true;
    bool control = false;
    bool asterisk = false;
    for (const char c : value) {  // to the end, which is faster than to stop early
        ascii &= c >= 0;
        control |= (c >= 0 && c < ' ' && c != '\t') || c == 0x7F;
        asterisk |= c == '*';
    }
    return !control && (ascii || valid_utf8(value) == value) && !(asterisk && has_asterisks(value));
}

bool has_asterisks(std::string_view value) {
    return value.find(telling_asterisks) != std::string_view::npos;
}

bool can_be_posted(std::string_view name, std::string_view value) {
    return is_env_name(name) && fits_in_a_line(name, value) && is_plain_value(value);
}

bool can_be_posted(const EnvEntry& entry) {
    return is_settable(entry.name) && fits_in_a_line(entry.name, entry.value) &&
           is_plain_value(entry.value);
}

}  // namespace rgw::rack
