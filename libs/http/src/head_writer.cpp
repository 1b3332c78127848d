#include "head_writer.hpp"

#include <array>
#include <charconv>
#include <span>

#include "chars.hpp"
#include "request_target.hpp"
#include "rgw/base/text.hpp"

namespace rgw::http {
namespace {

constexpr std::string_view line_end = "\r\n";

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits{};
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

bool is_ours(std::string_view name) {
    constexpr std::array<std::string_view, 5> ours{"content-length", "transfer-encoding",
                                                   "connection", "date", "host"};
    for (const std::string_view own : ours) {
        if (equals_ignoring_case(name, own)) {
            return true;
        }
    }
    return false;
}

Result<void> append_fields(std::string& out, std::span<const OutField> fields) {
    for (const OutField& field : fields) {
        const bool sound = !field.name.empty() && chars::all(chars::token, field.name) &&
                           chars::all(chars::field_text, field.value);
        if (!sound || is_ours(field.name)) {
            return Error(Errc::internal, "a header that must not be sent");
        }
        out += field.name;
        out += ": ";
        out += field.value;
        out += line_end;
    }
    return {};
}

void append_length(std::string& out, std::uint64_t length) {
    out += "Content-Length: ";
    append_number(out, length);
    out += line_end;
}

constexpr std::string_view chunked_line = "Transfer-Encoding: chunked\r\n";

}  // namespace

Result<void> write_answer_head(std::string& out, const OutHead& head, const AnswerFrame& frame) {
    out = "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(head.status));
    out += ' ';
    out += reason_phrase(head.status);
    out += "\r\nDate: ";
    out += frame.date;
    out += line_end;
    if (auto fields = append_fields(out, head.fields); !fields) {
        return fields;
    }
    if (frame.end == AnswerEnd::length) {
        append_length(out, frame.length);
    } else if (frame.end == AnswerEnd::chunked) {
        out += chunked_line;
    }
    if (!frame.connection.empty()) {
        out += "Connection: ";
        out += frame.connection;
        out += line_end;
    }
    out += line_end;
    return {};
}

Result<void> write_request_head(std::string& out, const OutRequest& request,
                                std::string_view host) {
    const bool method_sound = !request.method.empty() && chars::all(chars::token, request.method);
    if (!method_sound || !is_origin_form(request.target)) {
        return Error(Errc::internal, "a request line that must not be sent");
    }
    out = request.method;
    out += ' ';
    out += request.target;
    out += " HTTP/1.1\r\nHost: ";
    out += host;
    out += line_end;
    if (auto fields = append_fields(out, request.fields); !fields) {
        return fields;
    }
    switch (request.body.kind) {
        case BodyKind::none:
            // RFC 9110 §8.6: methods that usually carry a body say that there is none.
            if (request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
                append_length(out, 0);
            }
            break;
        case BodyKind::length:
            append_length(out, request.body.length);
            break;
        case BodyKind::chunked:
            out += chunked_line;
            break;
        case BodyKind::until_close:
            return Error(Errc::internal, "a request body cannot end with the connection");
    }
    out += line_end;
    return {};
}

}  // namespace rgw::http
