#pragma once

#include <string>
#include <vector>

namespace rgw::test {

// What a reader is meant to run, or to put into a file.
struct Block {
    enum class Kind : unsigned char { shell, sql, environment, file };
    std::string section;  // the heading it stands under
    int line = 0;         // of its first line
    Kind kind = Kind::shell;
    std::string language;  // of a fenced one; "" for an indented one
    std::string text;
};

struct Heading {
    int level = 0;
    std::string text;
    int line = 0;
};

// The parts of a page of Markdown that a test looks at. Throws std::runtime_error for a fence that
// is never closed, and for one of a language that no kind is known for.
struct Page {
    explicit Page(const std::string& text);
    std::vector<Heading> headings;
    std::vector<Block> blocks;
};

// As a link names a heading: "Key metrics" is key-metrics.
[[nodiscard]] std::string anchor(const std::string& heading);

}  // namespace rgw::test
