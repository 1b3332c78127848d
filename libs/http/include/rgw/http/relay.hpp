#pragma once

#include <chrono>
#include <cstdint>

#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/exchange.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::http {

// Bodies that pass through, in pieces of 32 KiB. A piece is taken only when the one before is on
// its way, so a slow reader holds the writer back.

// Sends what is left of the request's body to the rack and ends it there. Returns how many bytes
// passed. Errors: as Exchange::read_body and UpstreamCall::write_body; the ids of those of the rack
// begin with "rack_". After one of the client's the call is of no use: abort it.
async::Task<Result<std::uint64_t>> relay_request_body(Exchange& exchange, UpstreamCall& call);

// Sends what is left of the response's body to the client and ends the answer, which must have
// begun. `framing` is the response's. Returns how many bytes passed. Errors: as
// UpstreamCall::read_body and Exchange::write.
async::Task<Result<std::uint64_t>> relay_response_body(UpstreamCall& call, BodyFraming framing,
                                                       Exchange& exchange,
                                                       std::chrono::milliseconds idle_limit);

}  // namespace rgw::http
