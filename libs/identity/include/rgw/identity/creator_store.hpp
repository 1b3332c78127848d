#pragma once

#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"

namespace rgw::identity {

// A resource of the rack and its creator.
struct Creation {
    std::string resource_id;
    UserId user;
    std::string email;
    std::string name;
};

// What a call created: a type of spec proxy-rbac §1.13, the app it belongs to ("" for an app
// itself), its id on the rack.
struct Created {
    std::string type;  // app, build, release, object, process
    std::string app;
    std::string id;
};

// Who created what: recorded for the actor whose call created it, never for a reader.
class CreatorStore {
public:
    virtual ~CreatorStore() = default;
    // Whoever is recorded already stays.
    virtual async::Task<Result<void>> record(UserId user, Created created, Deadline deadline) = 0;
    // A release that a build made is its builder's; nobody's when the builder is not known.
    virtual async::Task<Result<void>> record_release_of_build(std::string app, std::string build,
                                                              std::string release,
                                                              Deadline deadline) = 0;
    // An app of the same name is somebody else's.
    virtual async::Task<Result<void>> forget_app(std::string app, Deadline deadline) = 0;
    // Of these ids those whose creator is known; `type`: app, build, release.
    virtual async::Task<Result<std::vector<Creation>>> find_creators(std::string type,
                                                                     std::vector<std::string> ids,
                                                                     Deadline deadline) = 0;
};

}  // namespace rgw::identity
