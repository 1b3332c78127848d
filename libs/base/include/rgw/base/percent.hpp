#pragma once

#include <string>
#include <string_view>

// Percent-encoding (RFC 3986 §2): strict reading, one canonical way of writing.
namespace rgw {

// Appends the decoded text; false for a '%' without two hex digits after it.
[[nodiscard]] bool percent_decode(std::string_view text, std::string& out);

// Appends a path segment: pchar (§3.3) stays, everything else becomes %XX in upper case.
void append_path_segment(std::string& out, std::string_view segment);
// Appends a query name or value: only unreserved characters stay.
void append_query_component(std::string& out, std::string_view component);

[[nodiscard]] constexpr bool is_control_character(char c) {
    return (c >= 0 && c < 0x20) || c == 0x7F;
}

}  // namespace rgw
