#pragma once

#include <optional>
#include <string>

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"

namespace rgw::api {

// Which release of the call's app its caller was last shown through the rack's routes, or made
// since: a posted environment was most likely made from that one. The audit log says it, for every
// replica and at no cost to whoever reads. Nothing when the newest events of the log do not tell,
// as of who never reads and sends what stands in a file. Errors: those of the database.
async::Task<Result<std::optional<std::string>>> find_last_seen_release(Services& services,
                                                                       const Call& call);

}  // namespace rgw::api
