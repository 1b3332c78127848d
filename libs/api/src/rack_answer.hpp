#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::api {

// Whether an answer is of this media type and not encoded in any way.
[[nodiscard]] bool is_plain(const http::ResponseHead& head, std::string_view wanted_type);

// The whole body of an answer that must be plain JSON of at most 8 MiB. Errors:
// rack_answer_invalid, and those of UpstreamCall.
async::Task<Result<std::string>> read_json_answer(http::UpstreamCall& call,
                                                  const http::ResponseHead& head,
                                                  std::chrono::milliseconds idle_limit);

}  // namespace rgw::api
