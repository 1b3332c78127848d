#pragma once

#include <string>
#include <vector>

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/http/message.hpp"

namespace rgw::api {

// What the rack is asked for, made from the match and never copied from the client: the canonical
// path with the allowed query …
[[nodiscard]] std::string rack_target(const Call& call);
// … and the allowed fields of the client's head, with the rack's own credential, the authenticated
// caller as its actor, and our request id.
[[nodiscard]] std::vector<http::OutField> rack_fields(const Call& call, const RackAccess& rack);

// Of those, the gateway's own: its credential, who asks, and under which id.
[[nodiscard]] std::vector<http::OutField> gateway_fields(const Call& call, const RackAccess& rack);

}  // namespace rgw::api
