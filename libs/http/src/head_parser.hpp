#pragma once

#include <cstddef>
#include <string_view>

#include "head_lines.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"

namespace rgw::http {

// A request head out of bytes as they arrive. Feed until true, then read it.
class RequestParser {
public:
    static constexpr std::size_t max_method_bytes = 32;

    void reset(HeadLimits limits) { lines_.reset(limits); }
    // See HeadLines::feed().
    Result<bool> feed(std::string_view bytes) { return lines_.feed(bytes); }
    [[nodiscard]] std::size_t size() const { return lines_.size(); }

    // The head as views into `bytes`. Errors: bad_request, bad_target, bad_header,
    // expectation_failed.
    Result<void> read(std::string_view bytes, RequestHead& out) const;

private:
    HeadLines lines_;
};

// The same for a response of the rack. The body's framing depends on the request's method
// (RFC 9112 §6.3). All errors are rack_answer_invalid.
class ResponseParser {
public:
    void reset(HeadLimits limits) { lines_.reset(limits); }
    Result<bool> feed(std::string_view bytes);
    [[nodiscard]] std::size_t size() const { return lines_.size(); }
    Result<void> read(std::string_view bytes, std::string_view request_method,
                      ResponseHead& out) const;

private:
    HeadLines lines_;
};

}  // namespace rgw::http
