#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"

namespace rgw::http {

struct HeadLimits {
    std::size_t bytes = 64UL * 1024;
    std::size_t fields = 100;
};

// Splits a head (RFC 9112 §2.1) into its start line and its fields while it arrives. Lines end with
// CR LF exactly; folded lines, white space before the colon, names that are no tokens and control
// characters in values are errors: what a second reader might split differently is refused here.
class HeadLines {
public:
    void reset(HeadLimits limits);

    // `bytes` is all that has been received since the head's first byte; it may lie elsewhere than
    // at the last call, and may go on behind the head. Only what is new is looked at. True when the
    // head is complete. Errors: bad_request, bad_header, head_too_large.
    Result<bool> feed(std::string_view bytes);

    // After feed() returned true: the head's length with its empty line, and its parts, as views
    // into `bytes`, which must begin as at the last call.
    [[nodiscard]] std::size_t size() const { return line_begin_; }
    [[nodiscard]] std::string_view start_line(std::string_view bytes) const;
    void copy_fields(std::string_view bytes, std::vector<Field>& out) const;

private:
    struct Span {
        std::uint32_t name = 0;
        std::uint32_t name_size = 0;
        std::uint32_t value = 0;
        std::uint32_t value_size = 0;
    };

    Result<void> take_line(std::string_view line);
    Result<void> take_field(std::string_view line);

    HeadLimits limits_;
    std::vector<Span> fields_;
    std::size_t scanned_ = 0;     // no LF before this offset that is not accounted for
    std::size_t line_begin_ = 0;  // where the line under way begins
    std::size_t start_size_ = 0;
    bool complete_ = false;
};

}  // namespace rgw::http
