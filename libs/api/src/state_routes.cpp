#include "handlers.hpp"
#include "rgw/api/readiness.hpp"
#include "rgw/identity/oidc_client.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

struct Health {
    std::string status;
    std::string service;
};
RGW_WIRE(Health, status, service)

struct ReadyState {
    std::string status;
    std::string service;
    std::string sign_in;
};
RGW_WIRE(ReadyState, status, service, sign_in)

constexpr const char* service_name = "rack-gateway";

// People who cannot sign in are told so here, too; calls with API tokens are served all the same.
async::Task<std::string> sign_in_state(const SignInAccess& access) {
    const Result<void> state = access.client.status();
    co_return state ? "available" : "unavailable";
}

async::Task<Result<Reply>> answer_health(GatewayCall) {
    co_return json_reply(Health{.status = "ok", .service = service_name});
}

async::Task<Result<Reply>> answer_readiness(GatewayCall call) {
    const Result<void> ready = co_await call.services().readiness.check();
    std::string sign_in = "not configured";
    if (const SignInAccess* access = call.services().sign_in; access != nullptr) {
        sign_in = co_await async::on(access->loop, sign_in_state(*access));
    }
    const ReadyState state{.status = ready ? "ok" : "unavailable",
                           .service = service_name,
                           .sign_in = std::move(sign_in)};
    co_return json_reply(state, ready ? 200 : 503);
}

async::Task<Result<Reply>> answer_empty_list(GatewayCall) {
    co_return Reply{.body = "[]\n"};
}

}  // namespace

const Operation get_health{
    .handle = answer_health, .summary = "Whether the process is up", .answer = shape<Health>};
const Operation get_readiness{.handle = answer_readiness,
                              .summary = "Whether calls can be served: 503 while they cannot",
                              .answer = shape<ReadyState>};
const Operation get_empty_list{.handle = answer_empty_list,
                               .summary = "What the SDK asks a rack before a session; empty here",
                               .answer = shape<std::vector<std::string>>};

}  // namespace rgw::api
