#include "support/parsing.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "chunked.hpp"
#include "head_parser.hpp"

namespace rgw::http::test {
namespace {

constexpr HeadLimits limits{512, 8};

std::string describe_framing(const BodyFraming& framing) {
    switch (framing.kind) {
        case BodyKind::none:
            return " none";
        case BodyKind::length:
            return " length=" + std::to_string(framing.length);
        case BodyKind::chunked:
            return " chunked";
        case BodyKind::until_close:
            return " until_close";
    }
    return "";
}

void append_fields(std::string& out, const std::vector<Field>& fields) {
    for (const Field& field : fields) {
        out.append("; ").append(field.name).append("=").append(field.value);
    }
}

void append_rest(std::string& out, std::size_t rest) {
    if (rest > 0) {
        out += " +" + std::to_string(rest);
    }
}

// Each prefix is a copy of its own, so that a parser that kept a pointer into an earlier one is
// caught by the address sanitizer.
template <class Parser>
Result<bool> feed_in_steps(Parser& parser, std::string_view bytes, std::size_t step) {
    for (std::size_t end = std::min(step, bytes.size());;
         end = std::min(end + step, bytes.size())) {
        const auto copy = std::make_unique<std::string>(bytes.substr(0, end));
        Result<bool> complete = parser.feed(*copy);
        if (!complete || *complete || end == bytes.size()) {
            return complete;
        }
    }
}

}  // namespace

std::string describe_request(std::string_view bytes, std::size_t step) {
    RequestParser parser;
    parser.reset(limits);
    const Result<bool> complete = feed_in_steps(parser, bytes, step);
    if (!complete) {
        return std::string(id(complete.error().code));
    }
    if (!*complete) {
        return "more";
    }
    RequestHead head;
    if (auto read = parser.read(bytes, head); !read) {
        return std::string(id(read.error().code));
    }
    std::string out(head.method);
    out.append(" ").append(head.target).append(head.minor == 1 ? " 1.1" : " 1.0");
    out += describe_framing(head.body);
    out += head.keep_alive ? "" : " close";
    out += head.expects_continue ? " expects" : "";
    out += head.upgrade.empty() ? "" : " upgrade=" + std::string(head.upgrade);
    append_fields(out, head.fields);
    append_rest(out, bytes.size() - parser.size());
    return out;
}

std::string describe_response(std::string_view bytes, std::string_view method, std::size_t step) {
    ResponseParser parser;
    parser.reset(limits);
    const Result<bool> complete = feed_in_steps(parser, bytes, step);
    if (!complete) {
        return std::string(id(complete.error().code));
    }
    if (!*complete) {
        return "more";
    }
    ResponseHead head;
    if (auto read = parser.read(bytes, method, head); !read) {
        return std::string(id(read.error().code));
    }
    std::string out = std::to_string(head.status) + (head.minor == 1 ? " 1.1" : " 1.0");
    out += describe_framing(head.body);
    out += head.keep_alive ? "" : " close";
    append_fields(out, head.fields);
    append_rest(out, bytes.size() - parser.size());
    return out;
}

std::string describe_chunked(std::string_view bytes, std::size_t step, std::size_t room) {
    ChunkDecoder decoder;
    std::string decoded;
    std::size_t taken = 0;
    std::vector<char> out(room);
    while (taken < bytes.size() && !decoder.done()) {
        const std::string part(bytes.substr(taken, step));
        const auto decode = decoder.decode(part, out);
        if (!decode) {
            return "refused";
        }
        decoded.append(out.data(), decode->produced);
        taken += decode->consumed;
    }
    std::string text = decoded + (decoder.done() ? " done" : " more");
    append_rest(text, bytes.size() - taken);
    return text;
}

}  // namespace rgw::http::test
