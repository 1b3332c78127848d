#pragma once

#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"
#include "rgw/rack/pinned_certificate.hpp"

namespace rgw::api {

// The pin of the rack's certificate (design §8), as far as people may renew it.
class RackCertificate {
public:
    struct Renewed {
        std::string former_fingerprint;  // "" when none was pinned, "unreadable" when it was no pin
        rack::PinnedCertificate pinned;
    };
    virtual ~RackCertificate() = default;
    // Pins what the rack shows now; in force on this replica when it returns. From any loop.
    // Errors: rack_unreachable, rack_timeout, configuration_invalid (a rack without TLS),
    // database_*.
    virtual async::Task<Result<Renewed>> renew(UserId by) = 0;
};

}  // namespace rgw::api
