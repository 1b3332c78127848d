#pragma once

#include <optional>

#include "rgw/api/services.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/exchange.hpp"

// What browsers are held to (spec http-api §2.4–2.6): nothing here rests on what a User-Agent or
// another field of the caller's choice says.
namespace rgw::api {

// A page that was led to another name for this address (DNS rebinding) speaks to nobody. Every name
// will do while the gateway has none of its own. Error: host_refused.
[[nodiscard]] Result<void> check_host(const http::RequestHead& head, const Site& site);

// A page of another site asks nothing. Clients that are no browser send no Origin, or the gateway's
// own. Error: origin_refused.
[[nodiscard]] Result<void> check_origin(const http::RequestHead& head, const Site& site);

// The answer to a CORS preflight whose host and origin were checked; empty for any other call.
[[nodiscard]] std::optional<http::OutHead> answer_preflight(const http::RequestHead& head);

}  // namespace rgw::api
