#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::rack {

// Lets one change of an app's environment happen at a time, over all replicas: the rack compares
// nothing when it takes an environment (docs/adr/0006-environment-changes.md).
class EnvChangeStore {
public:
    virtual ~EnvChangeStore() = default;
    // Whether `holder` may change the app's environment now, and for how long nobody else may;
    // false while somebody else does.
    virtual async::Task<Result<bool>> begin(std::string app, std::string holder,
                                            std::chrono::seconds lifetime, Deadline deadline) = 0;
    // Of a change whose end is known. Does nothing when it is somebody else's by now.
    virtual async::Task<Result<void>> end(std::string app, std::string holder,
                                          Deadline deadline) = 0;
};

}  // namespace rgw::rack
