#pragma once

#include "parameters.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"

namespace rgw::pg {

struct Reachable {
    Parameters parameters;     // for PQconnectStartParams, with hostaddr where names were resolved
    std::size_t attempts = 1;  // addresses to try
};

// Looks host names up on a thread of its own, because PQconnectPoll would do it on the loop. A name
// with several addresses becomes several hosts; a name that is not found is left out as long as
// another is. Errors: database_unavailable, database_timeout.
async::Task<Result<Reachable>> resolve(async::Loop& loop, const ConnInfo& info, Deadline deadline);

}  // namespace rgw::pg
