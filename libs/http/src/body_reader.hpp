#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include "body_decoder.hpp"
#include "in_buffer.hpp"
#include "link.hpp"

namespace rgw::http {

// Body bytes that have already been received; 0 when the wire must be read or the body is over.
Result<std::size_t> take_body(InBuffer& in, BodyDecoder& body, std::span<char> into);

// Body bytes from the wire, straight into `into` where no framing stands in between; 0 at the
// body's end. Errors: those of the decoder and of the link; connection_closed when the wire ends
// within the body.
async::Task<Result<std::size_t>> receive_body(Link& link, InBuffer& in, BodyDecoder& body,
                                              std::span<char> into,
                                              std::chrono::milliseconds limit);

}  // namespace rgw::http
