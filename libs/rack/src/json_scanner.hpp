#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rgw::rack {

// Reads a JSON text (RFC 8259) strictly and piece by piece, for a caller that knows which piece may
// come next. Strings are read in runs: a parser that goes through them byte by byte takes longer
// than masking a long answer may.
class JsonScanner {
public:
    explicit JsonScanner(std::string_view text) : rest_(text) {}

    // What begins the next piece; 0 when there is none.
    [[nodiscard]] char peek();
    // Steps over the next piece if it is `c`.
    [[nodiscard]] bool take(char c);
    // Steps over the next piece if it is spelled like this, which last_spelled() once said.
    [[nodiscard]] bool take(std::string_view spelled);
    [[nodiscard]] bool at_end() { return peek() == 0 && rest_.empty(); }

    // The next piece as a string, its escapes resolved; good until the next string is read. None
    // for anything else, bad UTF-8 and half a surrogate pair included.
    [[nodiscard]] std::optional<std::string_view> string();
    // How the last string is spelled, quotes included.
    [[nodiscard]] std::string_view last_spelled() const { return last_spelled_; }
    // The next piece as a number, true, false or null, as it is spelled.
    [[nodiscard]] std::optional<std::string_view> scalar();

private:
    bool take_quote();
    bool collect_rest_of_string();
    bool collect_escape();
    std::optional<unsigned> take_hex();
    std::optional<char32_t> take_code_point();
    [[nodiscard]] std::size_t number_length() const;
    std::string_view step(std::size_t n);

    std::string_view rest_;
    std::string_view last_spelled_;
    std::string collected_;  // of the string being read
};

}  // namespace rgw::rack
