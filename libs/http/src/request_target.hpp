#pragma once

#include <string_view>

namespace rgw::http {

// Origin-form (RFC 9112 §3.2.1) of pchar, "/", "?" and well-formed %XX only: no byte that two
// readers could understand differently.
[[nodiscard]] bool is_origin_form(std::string_view target);

// uri-host [ ":" port ] (RFC 9110 §7.2), not empty.
[[nodiscard]] bool is_host(std::string_view value);

}  // namespace rgw::http
