#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rgw::http::test {

// Outcomes as text, so that a table can state them exactly and two ways of feeding can be compared.
// The bytes are fed as the growing prefixes that end at multiples of `step`, and then whole.

// "GET /x 1.1 none; Host=h", " length=5", " chunked", then " close", " expects", "
// upgrade=websocket" before the fields; "more" for an incomplete head; the error's id for a refused
// one. " +3" at the end: that many bytes follow the head.
std::string describe_request(std::string_view bytes, std::size_t step);

// "200 1.1 length=5; Content-Length=5", " until_close", " close"; as above.
std::string describe_response(std::string_view bytes, std::string_view method, std::size_t step);

// "refused", or the decoded bytes and then " done" or " more", and " +3" for what follows the body.
// `room` is how much may be decoded at a time.
std::string describe_chunked(std::string_view bytes, std::size_t step, std::size_t room);

}  // namespace rgw::http::test
