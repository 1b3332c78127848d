#pragma once

#include <cstdint>

#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/exchange.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::http {

// Sends what is left of the request's body to the rack, in pieces of 32 KiB, and ends it there. A
// piece is taken only when the one before is on its way, so a slow rack holds the client back.
// Returns how many bytes passed. Errors: as Exchange::read_body and UpstreamCall::write_body; the
// ids of those of the rack begin with "rack_". After one of the client's the call is of no use:
// abort it.
async::Task<Result<std::uint64_t>> relay_request_body(Exchange& exchange, UpstreamCall& call);

}  // namespace rgw::http
