#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rgw {

[[nodiscard]] constexpr char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::string to_lower(std::string_view text);
// Without spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);
// "a, b,,c" to {"a","b","c"}: trimmed, empty items dropped.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text, char separator = ',');

// Length of the well-formed UTF-8 sequence at the front of `text`, which is not empty (RFC 3629
// §4); 0 when there is none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);
// How many bytes at the front are printable ASCII that stands for itself in a JSON string.
[[nodiscard]] std::size_t plain_in_json(std::string_view text);
// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
// The same without the quotes.
void append_json_text(std::string& out, std::string_view text);
// The same text with every byte that is not valid UTF-8 (RFC 3629) replaced by U+FFFD, and NUL too.
[[nodiscard]] std::string valid_utf8(std::string_view text);
// How many code points valid UTF-8 has.
[[nodiscard]] std::size_t count_characters(std::string_view text);
// Cuts to at most `limit` bytes at a code point boundary; a cut text ends with "…[cut]".
// `limit` must be at least 16. Input must be valid UTF-8.
[[nodiscard]] std::string clip_utf8(std::string text, std::size_t limit);

}  // namespace rgw
