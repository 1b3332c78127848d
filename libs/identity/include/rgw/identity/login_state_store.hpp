#pragma once

#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::identity {

// Which sign-ins have come back already, for all replicas.
class LoginStateStore {
public:
    virtual ~LoginStateStore() = default;
    // True once for each state; forgets those used more than an hour ago: their cookies are over.
    // (A cookie lives login_lives_for, ten minutes.)
    virtual async::Task<Result<bool>> use_once(std::string state_hash, Timestamp now,
                                               Deadline deadline) = 0;
};

}  // namespace rgw::identity
