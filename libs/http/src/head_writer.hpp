#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/http/exchange.hpp"
#include "rgw/http/message.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::http {

enum class AnswerEnd : std::uint8_t { no_body, length, chunked, until_close };

// What the session adds to an answer's head.
struct AnswerFrame {
    AnswerEnd end = AnswerEnd::no_body;
    std::uint64_t length = 0;
    std::string_view connection;  // "close", "keep-alive" or nothing
    std::string_view date;
};

// Writes a head into `out`, replacing what is there. A field that could break out of its line, or
// one that is ours to add, is a bug of the caller: Errc::internal, and nothing may be sent.
Result<void> write_answer_head(std::string& out, const OutHead& head, const AnswerFrame& frame);
// `host` is the Host field's value. Content-Length, Transfer-Encoding and Host are added;
// Connection is not, because HTTP/1.1 keeps alive by default.
Result<void> write_request_head(std::string& out, const OutRequest& request, std::string_view host);

}  // namespace rgw::http
