#pragma once

#include <string>

#include "call.hpp"
#include "rack_releases.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/upstream.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::api {

// A release creation that brings an environment (docs/adr/0006): what it changes is judged against
// the rack's newest release and merged with it.
class ReleaseEnv {
public:
    ReleaseEnv(Services& services, http::Upstream& rack, Call& call)
        : services_(services), call_(call), releases_(services, rack, call, call.rack->path) {}

    // The body the rack is sent; until the call ends it is its turn to change the app's
    // environment. What changes is noted in the call for its record; each variable the caller may
    // not touch is an event of its own. Errors: bad_body, permission_denied, env_change_refused,
    // env_conflict, not_found, audit_unavailable, and those of the rack and the database.
    async::Task<Result<std::string>> plan(rack::ReleaseForm form);

private:
    async::Task<Result<void>> check_up_to_date(const AppEnv& newest);

    Services& services_;
    Call& call_;
    RackReleases releases_;
};

// What the caller may see of the environments in this route's answers.
[[nodiscard]] rack::EnvView env_view(const Call& call, const access::PolicySettings& policy);

}  // namespace rgw::api
