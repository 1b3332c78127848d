#pragma once

#include <string>

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::api {

// Whether the rack says no to a promotion: why one failed may quote the release's environment.
[[nodiscard]] bool may_quote_env(const Call& call, const http::ResponseHead& head);

// What the rack said, without the values its caller may not see. Errors: rack_answer_invalid, when
// it is no text or the release cannot be read, and those of http::UpstreamCall; the status alone
// can be told then.
async::Task<Result<std::string>> read_without_env(Services& services, http::Upstream& rack,
                                                  Call& call, http::UpstreamCall& answer,
                                                  const http::ResponseHead& head);

}  // namespace rgw::api
