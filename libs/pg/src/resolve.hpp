#pragma once

#include "parameters.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"

namespace rgw::pg {

struct Host {
    std::string name;  // or a socket's folder
    std::string address;
    std::string port;
};

struct Reachable {
    Parameters parameters;     // for PQconnectStartParams, with hostaddr where names were resolved
    std::size_t attempts = 1;  // addresses to try
};

// Looks host names up on a thread of its own, because PQconnectPoll would do it on the loop. A name
// with several addresses becomes several hosts; a name that is not found is left out as long as
// another is. Errors: database_unavailable, database_timeout.
async::Task<Result<Reachable>> resolve(async::Loop& loop, const ConnInfo& info, Deadline deadline);

// The hosts of these parameters, as libpq pairs names, addresses and ports.
[[nodiscard]] std::vector<Host> hosts_of(const Parameters& parameters);

// Takes a host off the list. `effective`: what libpq completes the parameters from. False when no
// other is left.
[[nodiscard]] bool leave_out(Reachable& reachable, const Host& host, const Parameters& effective);

}  // namespace rgw::pg
