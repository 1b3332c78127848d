#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rgw::rack {

// One variable of an environment text, views into it. The rack stores values of several lines as
// they are, so a line can be the inside of one; those that may be (and what follows them up to the
// next line that surely begins a variable) are in `more`.
struct EnvEntry {
    std::string_view name;
    std::string_view value;  // of its first line
    std::string_view more;   // further lines, each with the newline before it; "" for nearly all
    bool has_lower = false;  // a lower-case letter in its name

    [[nodiscard]] bool has_several_lines() const { return !more.empty(); }
};

// How an environment text is read, by whoever masks and by whoever merges.
struct EnvText {
    std::string_view orphans;  // lines before the first variable that belong to none
    std::vector<EnvEntry> entries;

    // Any line that may be the inside of a value: what stands after it may be, too.
    [[nodiscard]] bool has_several_lines() const;
};

[[nodiscard]] EnvText read_env_text(std::string_view text);

// A name a caller may set: [A-Za-z_][A-Za-z0-9_.-]*, at most most_env_name_bytes.
[[nodiscard]] bool is_env_name(std::string_view name);

// Whether a value can be shown and sent back as it is: no control characters but tabs, valid
// UTF-8, and no run of asterisks that could be taken for a piece of the placeholder.
[[nodiscard]] bool is_plain_value(std::string_view value);
[[nodiscard]] bool has_asterisks(std::string_view value);
// All of it, and the line not too long: what is shown can be sent back.
[[nodiscard]] bool can_be_posted(std::string_view name, std::string_view value);
[[nodiscard]] bool can_be_posted(const EnvEntry& entry);

}  // namespace rgw::rack
