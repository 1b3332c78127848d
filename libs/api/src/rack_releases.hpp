#pragma once

#include <string>
#include <string_view>

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::api {

// The environment an app has: that of its newest release.
struct AppEnv {
    std::string release;  // empty for an app without one
    Secret text;
};

// What the gateway itself asks the rack about the releases of one app, for a call's sake and with
// its request id. Errors: not_found (no such app or release), rack_answer_invalid, and those of
// http::UpstreamCall.
class RackReleases {
public:
    // `path`: "/apps/{app}/releases" as the rack will see it.
    RackReleases(Services& services, http::Upstream& rack, Call& call, std::string path)
        : services_(services), rack_(rack), call_(call), path_(std::move(path)) {}

    async::Task<Result<AppEnv>> load_newest();
    async::Task<Result<Secret>> load_env(std::string release);
    // The new release's id.
    async::Task<Result<std::string>> create(std::string form);

private:
    async::Task<Result<std::string>> get(std::string target);
    async::Task<Result<std::string>> answer_of(http::UpstreamCall& opened,
                                               std::chrono::milliseconds limit);

    Services& services_;
    http::Upstream& rack_;
    Call& call_;
    std::string path_;
};

}  // namespace rgw::api
