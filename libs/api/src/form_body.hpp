#pragma once

#include <string>
#include <string_view>

#include "gateway_call.hpp"

// Bodies of forms: a page's without script, and what OAuth's endpoints are sent.
namespace rgw::api {

// Whether the body is said to be application/x-www-form-urlencoded.
[[nodiscard]] bool is_form(const GatewayCall& call);
// A field of such a body; "" when there is none, or the body cannot be read.
[[nodiscard]] std::string form_value(std::string_view body, std::string_view name);
[[nodiscard]] inline std::string form_value(const GatewayCall& call, std::string_view name) {
    return form_value(call.body(), name);
}

}  // namespace rgw::api
