#pragma once

#include <string>

namespace rgw::api {

// The gateway's own API as an OpenAPI 3.1 document, made from the route table: paths, parameters,
// bodies, answers, who may call (`x-permission`) and which second factor that takes (`x-mfa`).
[[nodiscard]] std::string openapi_document();

}  // namespace rgw::api
