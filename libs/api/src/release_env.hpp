#pragma once

#include <string>
#include <string_view>

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/upstream.hpp"
#include "rgw/rack/env_change.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::api {

// A release creation that brings an environment (docs/adr/0006): what it changes is judged against
// the rack's newest release and merged with it.
class ReleaseEnv {
public:
    ReleaseEnv(Services& services, http::Upstream& rack, Call& call)
        : services_(services), rack_(rack), call_(call) {}

    // The body the rack is sent. What changes is noted in the call for its record; each variable
    // the caller may not touch is an event of its own. Errors: bad_body, permission_denied,
    // env_change_refused, not_found, audit_unavailable, and those of the rack.
    async::Task<Result<std::string>> plan(rack::ReleaseForm form);

private:
    async::Task<Result<Secret>> load_base();
    async::Task<Result<std::string>> get(std::string target);
    async::Task<void> record_refused(const rack::EnvRefusal& refusal);
    void note(const rack::EnvDifference& difference);

    Services& services_;
    http::Upstream& rack_;
    Call& call_;
};

// What the caller may see of the environments in this route's answers.
[[nodiscard]] rack::EnvView env_view(const Call& call, const access::PolicySettings& policy);

}  // namespace rgw::api
