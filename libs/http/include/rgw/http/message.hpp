#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"

namespace rgw::http {

// A field line as it stood in the head; name case kept. Views into the head's buffer.
struct Field {
    std::string_view name;
    std::string_view value;  // without optional white space at its ends
};

// How a body ends (RFC 9112 §6.3).
enum class BodyKind : std::uint8_t { none, length, chunked, until_close };

struct BodyFraming {
    BodyKind kind = BodyKind::none;
    std::uint64_t length = 0;  // for BodyKind::length
};

// A parsed request head. Views stay valid until the exchange ends.
struct RequestHead {
    std::string_view method;  // a token; case-sensitive
    std::string_view
        target;     // origin-form, raw, beginning with '/'; asterisk-form only for OPTIONS
    int minor = 1;  // HTTP/1.x
    std::vector<Field> fields;
    BodyFraming body;
    bool keep_alive = true;
    bool expects_continue = false;
    // The protocol asked for when Connection lists "upgrade" (RFC 9110 §7.8); empty otherwise.
    std::string_view upgrade;

    // The value of the only field of that name; empty when there is none. Names compare without
    // case. A field that occurs twice counts as absent here: use count() where that matters.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
};

// A parsed response head of the rack.
struct ResponseHead {
    int status = 0;
    int minor = 1;
    std::vector<Field> fields;
    BodyFraming body;  // already adjusted for HEAD, 1xx, 204, 304
    bool keep_alive = true;

    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
};

// A field to send; values with CR, LF or NUL are a bug of ours and assert.
struct OutField {
    std::string name;
    std::string value;
};

[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace rgw::http
