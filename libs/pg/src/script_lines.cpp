#include "script_lines.hpp"

#include <algorithm>

namespace rgw::pg {
namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::size_t line_at(std::string_view sql, std::size_t offset) {
    const std::string_view before = sql.substr(0, offset);
    return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

std::size_t after(std::string_view sql, std::string_view mark, std::size_t from) {
    const std::size_t found = sql.find(mark, from);
    return found == std::string_view::npos ? sql.size() : found + mark.size();
}

// Past a quoted text whose opening quote is at `at`. Doubled quotes look like two texts in a row,
// which comes to the same; a backslash counts only in E'…'.
std::size_t after_quoted(std::string_view sql, std::size_t at) {
    const char quote = sql[at];
    const bool escapes = quote == '\'' && at > 0 && (sql[at - 1] == 'E' || sql[at - 1] == 'e') &&
                         (at < 2 || !is_word(sql[at - 2]));
    for (std::size_t i = at + 1; i < sql.size(); ++i) {
        if (escapes && sql[i] == '\\') {
            ++i;
        } else if (sql[i] == quote) {
            return i + 1;
        }
    }
    return sql.size();
}

std::size_t after_block_comment(std::string_view sql, std::size_t at) {
    std::size_t depth = 1;  // PostgreSQL nests them
    std::size_t i = at + 2;
    while (i < sql.size() && depth > 0) {
        const std::string_view two = sql.substr(i, 2);
        depth += two == "/*" ? 1 : 0;
        depth -= two == "*/" ? 1 : 0;
        i += two == "/*" || two == "*/" ? 2 : 1;
    }
    return i;
}

// Past $tag$ … $tag$, or one past the `$` when it opens none.
std::size_t after_dollar(std::string_view sql, std::size_t at) {
    std::size_t end = at + 1;
    while (end < sql.size() && is_word(sql[end])) {
        ++end;
    }
    const bool opens = end < sql.size() && sql[end] == '$' && (at == 0 || !is_word(sql[at - 1]));
    return opens ? after(sql, sql.substr(at, end - at + 1), end + 1) : at + 1;
}

// Where the text, comment or single character at `at` ends.
std::size_t after_token(std::string_view sql, std::size_t at) {
    if (sql.substr(at, 2) == "--") {
        return after(sql, "\n", at);
    }
    if (sql.substr(at, 2) == "/*") {
        return after_block_comment(sql, at);
    }
    switch (sql[at]) {
        case '\'':
        case '"':
            return after_quoted(sql, at);
        case '$':
            return after_dollar(sql, at);
        default:  // a character, not an enumerator
            return at + 1;
    }
}

bool is_blank_or_comment(std::string_view sql, std::size_t at) {
    const std::string_view two = sql.substr(at, 2);
    return two == "--" || two == "/*" ||
           std::string_view(" \t\r\n").find(sql[at]) != std::string_view::npos;
}

}  // namespace

std::size_t line_of_position(std::string_view sql, std::size_t position) {
    std::size_t offset = 0;
    for (std::size_t characters = 1; offset < sql.size(); ++offset) {
        const bool continues = (static_cast<unsigned char>(sql[offset]) & 0xC0U) == 0x80U;
        if (!continues && characters++ == position) {
            break;
        }
    }
    return line_at(sql, offset);
}

std::size_t line_of_statement(std::string_view sql, std::size_t index) {
    std::size_t finished = 0;
    bool inside = false;
    for (std::size_t at = 0; at < sql.size(); at = after_token(sql, at)) {
        if (sql[at] == ';') {
            finished += inside ? 1 : 0;  // an empty statement is none
            inside = false;
        } else if (!inside && !is_blank_or_comment(sql, at)) {
            inside = true;
            if (finished == index) {
                return line_at(sql, at);
            }
        }
    }
    return line_at(sql, sql.size());
}

}  // namespace rgw::pg
