#pragma once

#include <string>

#include "rgw/base/clock.hpp"

namespace rgw::api {

// A ULID: 26 Crockford base32 characters, 48 bits of milliseconds and 80 random bits. Ids sort by
// time, so an event is found by its request id through the time index and the log needs no index on
// the id. Thread-safe. A client's X-Request-ID is never used (design §2.2).
[[nodiscard]] std::string new_request_id(Timestamp now);

}  // namespace rgw::api
