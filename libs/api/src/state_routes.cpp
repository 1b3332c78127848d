#include "handlers.hpp"
#include "rgw/api/readiness.hpp"
#include "rgw/base/text.hpp"
#include "rgw/identity/oidc_client.hpp"

namespace rgw::api {
namespace {

// People who cannot sign in are told so here, too; calls with API tokens are served all the same.
async::Task<std::string> sign_in_state(const SignInAccess& access) {
    const Result<void> state = access.client.status();
    co_return state ? "available" : "unavailable";
}

}  // namespace

async::Task<Result<Reply>> get_health(GatewayCall) {
    co_return Reply{.body = R"({"status":"ok","service":"rack-gateway"})"};
}

async::Task<Result<Reply>> get_readiness(GatewayCall call) {
    const Result<void> ready = co_await call.services().readiness.check();
    std::string sign_in = "not configured";
    if (const SignInAccess* access = call.services().sign_in; access != nullptr) {
        sign_in = co_await async::on(access->loop, sign_in_state(*access));
    }
    Reply reply{.status = ready ? 200 : 503};
    reply.body = ready ? R"({"status":"ok")" : R"({"status":"unavailable")";
    reply.body += R"(,"service":"rack-gateway","sign_in":)";
    append_json_string(reply.body, sign_in);
    reply.body += "}";
    co_return reply;
}

async::Task<Result<Reply>> get_empty_list(GatewayCall) {
    co_return Reply{.body = "[]\n"};
}

}  // namespace rgw::api
