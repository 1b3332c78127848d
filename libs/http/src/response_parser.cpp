#include "chars.hpp"
#include "framing.hpp"
#include "head_parser.hpp"

namespace rgw::http {
namespace {

// HTTP-version SP 3DIGIT SP [ reason-phrase ] (RFC 9112 §4).
Result<void> read_status_line(std::string_view line, ResponseHead& out) {
    constexpr std::size_t version_size = 8;
    constexpr std::size_t fixed_size = version_size + 1 + 3 + 1;
    const bool versioned = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
    if (!versioned || line.size() < fixed_size || line[fixed_size - 1] != ' ') {
        return Error(Errc::rack_answer_invalid, "the status line is malformed");
    }
    out.minor = line[version_size - 1] - '0';
    out.status = 0;
    for (const char digit : line.substr(version_size + 1, 3)) {
        if (!chars::is_digit(digit)) {
            return Error(Errc::rack_answer_invalid, "the status is not a number");
        }
        out.status = out.status * 10 + (digit - '0');
    }
    if (out.status < 100 || out.status > 599) {
        return Error(Errc::rack_answer_invalid, "the status is out of range");
    }
    if (!chars::all(chars::field_text, line.substr(fixed_size))) {
        return Error(Errc::rack_answer_invalid, "a control character in the reason phrase");
    }
    return {};
}

bool never_has_body(int status, std::string_view request_method) {
    return request_method == "HEAD" || status < 200 || status == 204 || status == 304;
}

}  // namespace

Result<bool> ResponseParser::feed(std::string_view bytes) {
    auto complete = lines_.feed(bytes);
    if (!complete) {
        return Error(Errc::rack_answer_invalid, complete.error().detail);
    }
    return complete;
}

Result<void> ResponseParser::read(std::string_view bytes, std::string_view request_method,
                                  ResponseHead& out) const {
    if (auto line = read_status_line(lines_.start_line(bytes), out); !line) {
        return line;
    }
    lines_.copy_fields(bytes, out.fields);
    const MessageFacts facts = gather_facts(out.fields);
    auto framing = declared_framing(facts, out.minor, Errc::rack_answer_invalid);
    if (!framing) {
        return framing.error();
    }
    out.body = *framing;
    out.keep_alive = keeps_alive(facts, out.minor);
    if (never_has_body(out.status, request_method)) {
        out.body = BodyFraming();
    } else if (facts.content_lengths == 0 && facts.transfer_encodings == 0) {
        out.body.kind = BodyKind::until_close;
        out.keep_alive = false;
    }
    return {};
}

}  // namespace rgw::http
