#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::audit {

struct LockedObject {
    std::string key;
    std::string body;
    std::string content_type;
    Timestamp retain_until{};  // nobody may change or delete it before
};

// Where copies of what the log says lie, out of reach of whoever runs the gateway: one bucket of
// object storage with a retention lock (libs/outbound implements it). From any loop.
// Errors: object_storage_unavailable "bucket: why", and what is said here.
class LockedObjectStore {
public:
    virtual ~LockedObjectStore() = default;

    // Writes an object that is not there yet; its version, if the bucket keeps versions. Error:
    // already_exists. After any other error it may have been written: get() tells.
    virtual async::Task<Result<std::optional<std::string>>> put(LockedObject object,
                                                                Deadline deadline) = 0;
    // The bytes of the newest version, 16 MiB at most; nullopt when there is no such object.
    virtual async::Task<Result<std::optional<std::string>>> get(std::string key,
                                                                Deadline deadline) = 0;
    // The keys that begin with `prefix` and come after `after` in byte order, a thousand at most.
    virtual async::Task<Result<std::vector<std::string>>> list(std::string prefix,
                                                               std::string after,
                                                               Deadline deadline) = 0;
};

}  // namespace rgw::audit
