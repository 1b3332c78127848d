#pragma once

#include <string>
#include <string_view>

#include "call.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/exchange.hpp"

namespace rgw::api {

struct ErrorAnswer {
    http::OutHead head;
    std::string body;
};

// The answer to a refused or failed call, in the shapes clients know (spec http-api §6): plain text
// for refusals below the rack mount, JSON {"error", "code", "request_id"} elsewhere. Always with
// the request id.
[[nodiscard]] ErrorAnswer error_answer(const Call& call, const Error& error);

// Fields every answer of ours carries.
void add_common_fields(http::OutHead& head, const Call& call);
[[nodiscard]] bool is_common_field(std::string_view name);

}  // namespace rgw::api
