#pragma once

#include <string>

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"

namespace rgw::api {

// A release answer as the caller may see it (docs/adr/0006); a long one is masked on the CPU pool.
// Error: rack_answer_invalid.
async::Task<Result<std::string>> mask_answer(Services& services, const Call& call,
                                             std::string body);

}  // namespace rgw::api
