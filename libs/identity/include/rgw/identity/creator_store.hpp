#pragma once

#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"

namespace rgw::identity {

// Who created what on the rack.
struct Creation {
    std::string resource_id;
    UserId user;
    std::string email;
    std::string name;
};

class CreatorStore {
public:
    virtual ~CreatorStore() = default;
    // Of these ids those whose creator is known; `type`: app, build, release.
    virtual async::Task<Result<std::vector<Creation>>> find_creators(std::string type,
                                                                     std::vector<std::string> ids,
                                                                     Deadline deadline) = 0;
};

}  // namespace rgw::identity
