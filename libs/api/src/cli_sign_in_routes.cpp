// The command line's half of signing it in: start and complete (spec http-api §9.1, §9.5).
#include <string>
#include <utility>

#include "call.hpp"
#include "cli_wire.hpp"
#include "handlers.hpp"
#include "login_events.hpp"
#include "refusals.hpp"
#include "rgw/base/log.hpp"
#include "rgw/identity/cli_sign_in.hpp"
#include "sign_in_parts.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

using identity::CliFault;

struct CliStart {
    std::optional<std::string> device_id;
    std::optional<std::string> device_name;
    std::optional<std::string> device_os;
    std::optional<std::string> client_version;
};
RGW_WIRE(CliStart, device_id, device_name, device_os, client_version)

struct CliStarted {
    std::string auth_url;
    std::string state;
    std::string code_verifier;
};
RGW_WIRE(CliStarted, auth_url, state, code_verifier)

struct CliComplete {
    std::string state;
    std::string code_verifier;
    std::optional<std::string> device_id;
    std::optional<std::string> device_name;
    std::optional<std::string> device_os;
    std::optional<std::string> client_version;
};
RGW_WIRE(CliComplete, state, code_verifier, device_id, device_name, device_os, client_version)

template <class Body>
Result<identity::Device> device_of(const Body& body) {
    return identity::checked_device({.id = body.device_id,
                                     .name = body.device_name.value_or(""),
                                     .os = body.device_os.value_or(""),
                                     .client_version = body.client_version.value_or("")});
}

Reply say(int status, std::string_view error) {
    return json_reply(LoginError{std::string(error)}, status);
}

async::Task<Result<Reply>> answer_start(GatewayCall call) {
    Services& services = call.services();
    const SignInAccess* access = services.sign_in;
    if (access == nullptr) {
        co_return Errc::sign_in_unavailable;
    }
    const Result<CliStart> body =
        call.body().empty() ? Result<CliStart>(CliStart()) : read_body<CliStart>(call);
    const Result<identity::Device> device =
        body ? device_of(*body) : Result<identity::Device>(body.error());
    if (!device) {
        co_return say(400, "invalid request");
    }
    identity::AskingMachine machine = machine_of(call.call(), *device);
    const auto started =
        co_await async::on(access->loop, access->cli.start(machine, deadline_in(sign_in_patience)));
    if (!started) {
        log::warn("a command line's sign-in could not start",
                  {{"error", describe(started.error())}});
        co_return started.error();
    }
    const Result<void> recorded = co_await record_refusal(
        services, call.call(),
        login_event(call.call(), "login.start", "", identity::LoginFlow::browser, machine));
    if (!recorded) {
        co_return recorded.error();
    }
    co_return json_reply(CliStarted{.auth_url = started->auth_url,
                                    .state = started->state,
                                    .code_verifier = std::string(started->verifier.expose())});
}

int status_of(CliFault fault) {
    return fault == CliFault::unauthorized ? 401 : 400;
}

async::Task<Result<Reply>> refuse_completion(GatewayCall call, identity::CliRefusal refusal) {
    if (refusal.fault == CliFault::unavailable) {
        co_return refusal.error;
    }
    const int status = status_of(refusal.fault);
    const Result<void> recorded = co_await record_refusal(
        call.services(), call.call(),
        login_refused(call.call(), "login.denied", refusal.error, refusal.email, status));
    if (!recorded) {
        co_return recorded.error();
    }
    co_return say(status, identity::told(refusal.fault));
}

// The record first, then the token; without a record there is no session.
async::Task<Result<Reply>> answer_complete(GatewayCall call) {
    Services& services = call.services();
    const SignInAccess* access = services.sign_in;
    if (access == nullptr) {
        co_return Errc::sign_in_unavailable;
    }
    const Result<CliComplete> body = read_body<CliComplete>(call);
    const Result<identity::Device> device =
        body ? device_of(*body) : Result<identity::Device>(body.error());
    if (!device || body->state.empty() || body->code_verifier.empty()) {
        co_return say(400, "invalid request");
    }
    identity::CliSignIn::Completion completion{.state = body->state,
                                               .verifier = Secret(body->code_verifier),
                                               .machine = machine_of(call.call(), *device)};
    auto completed = co_await async::on(
        access->loop, access->cli.complete(std::move(completion), mfa_required(services),
                                           deadline_in(sign_in_patience)));
    if (!completed) {
        auto refused = co_await refuse_completion(call, completed.error());
        co_return refused;
    }
    if (!*completed) {
        co_return Reply{.status = 202, .body = R"({"status":"pending"})"};
    }
    const identity::CliSession& session = **completed;
    const Result<void> recorded = co_await record_session(
        services, login_completed(call.call(), session, identity::LoginFlow::browser),
        NewlyMade{session.user.id, session.id});
    if (!recorded) {
        co_return recorded.error();
    }
    co_return json_reply(made_of(session));
}

}  // namespace

const Operation start_cli_sign_in{.handle = answer_start,
                                  .summary = "Begins signing in a command line",
                                  .body = shape<CliStart>,
                                  .answer = shape<CliStarted>};
const Operation complete_cli_sign_in{
    .handle = answer_complete,
    .summary = "The session of a command line whose person has approved; 202 until then",
    .body = shape<CliComplete>,
    .answer = shape<SessionMade>};

}  // namespace rgw::api
