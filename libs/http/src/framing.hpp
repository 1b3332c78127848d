#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"

namespace rgw::http {

// What the fields say about the message itself, gathered in one pass.
struct MessageFacts {
    std::size_t hosts = 0;
    std::size_t content_lengths = 0;
    std::size_t transfer_encodings = 0;
    std::size_t upgrades = 0;
    std::size_t expectations = 0;
    std::string_view host;
    std::string_view content_length;
    std::string_view transfer_encoding;
    std::string_view upgrade;
    std::string_view expectation;
    bool says_close = false;
    bool says_keep_alive = false;
    bool says_upgrade = false;
    bool bad_connection = false;  // a Connection that is no list of tokens
};

[[nodiscard]] MessageFacts gather_facts(std::span<const Field> fields);

// The length that Content-Length and Transfer-Encoding declare, BodyKind::none when neither is
// there. Anything two readers could read differently is an error: both fields, repeated or list
// lengths, codings other than one `chunked`, codings in HTTP/1.0 (RFC 9112 §6). The error carries
// `code`.
Result<BodyFraming> declared_framing(const MessageFacts& facts, int minor, Errc code);

[[nodiscard]] bool keeps_alive(const MessageFacts& facts, int minor);

}  // namespace rgw::http
