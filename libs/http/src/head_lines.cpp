#include "head_lines.hpp"

#include <cstring>

#include "chars.hpp"

namespace rgw::http {

void HeadLines::reset(HeadLimits limits) {
    limits_ = limits;
    fields_.clear();
    scanned_ = 0;
    line_begin_ = 0;
    start_size_ = 0;
    complete_ = false;
}

Result<bool> HeadLines::feed(std::string_view bytes) {
    if (bytes.empty()) {
        return false;
    }
    // Said at once and not at the first line end, so that a TLS client on a plain port is told
    // quickly.
    if (!chars::is(chars::token, bytes.front())) {
        return Error(Errc::bad_request, "it does not begin with a method or a version");
    }
    const std::string_view window = bytes.substr(0, limits_.bytes);
    while (!complete_) {
        const void* found = std::memchr(window.data() + scanned_, '\n', window.size() - scanned_);
        if (found == nullptr) {
            scanned_ = window.size();
            if (window.size() == limits_.bytes) {
                return Error(Errc::head_too_large, "more bytes than allowed");
            }
            return false;
        }
        const auto end =
            static_cast<std::size_t>(static_cast<const char*>(found) - window.data()) + 1;
        if (auto taken = take_line(window.substr(line_begin_, end - line_begin_)); !taken) {
            return taken.error();
        }
        line_begin_ = end;
        scanned_ = end;
    }
    return true;
}

Result<void> HeadLines::take_line(std::string_view line) {
    if (line.size() < 2 || line[line.size() - 2] != '\r') {
        return Error(Errc::bad_request, "a line of the head ends without CR LF");
    }
    line.remove_suffix(2);
    if (line_begin_ == 0) {
        if (line.empty()) {
            return Error(Errc::bad_request, "an empty line before the head");
        }
        start_size_ = line.size();
        return {};
    }
    if (line.empty()) {
        complete_ = true;
        return {};
    }
    return take_field(line);
}

Result<void> HeadLines::take_field(std::string_view line) {
    if (fields_.size() == limits_.fields) {
        return Error(Errc::head_too_large, "more header fields than allowed");
    }
    if (chars::is_blank(line.front())) {
        return Error(Errc::bad_header, "a folded header line");
    }
    std::size_t colon = 0;
    while (colon < line.size() && chars::is(chars::token, line[colon])) {
        ++colon;
    }
    if (colon == line.size() || line[colon] != ':') {
        return Error(Errc::bad_header, "a header name is not a token directly before a colon");
    }
    if (colon == 0) {
        return Error(Errc::bad_header, "an empty header name");
    }
    std::size_t begin = colon + 1;
    std::size_t end = line.size();
    while (begin < end && chars::is_blank(line[begin])) {
        ++begin;
    }
    while (end > begin && chars::is_blank(line[end - 1])) {
        --end;
    }
    if (!chars::all(chars::field_text, line.substr(begin, end - begin))) {
        return Error(Errc::bad_header, "a control character in a header value");
    }
    Span& field = fields_.emplace_back();
    field.name = static_cast<std::uint32_t>(line_begin_);
    field.name_size = static_cast<std::uint32_t>(colon);
    field.value = static_cast<std::uint32_t>(line_begin_ + begin);
    field.value_size = static_cast<std::uint32_t>(end - begin);
    return {};
}

std::string_view HeadLines::start_line(std::string_view bytes) const {
    return bytes.substr(0, start_size_);
}

void HeadLines::copy_fields(std::string_view bytes, std::vector<Field>& out) const {
    out.clear();
    out.reserve(fields_.size());
    for (const Span& field : fields_) {
        Field& copy = out.emplace_back();
        copy.name = bytes.substr(field.name, field.name_size);
        copy.value = bytes.substr(field.value, field.value_size);
    }
}

}  // namespace rgw::http
