// Signing in machines without a browser (RFC 8628): what the machine asks (§3.1, §3.4), and what
// the person decides who typed its code into the web app.
#include <string>
#include <utility>

#include "call.hpp"
#include "cli_wire.hpp"
#include "form_body.hpp"
#include "handlers.hpp"
#include "login_events.hpp"
#include "refusals.hpp"
#include "rgw/identity/device_sign_in.hpp"
#include "sign_in_parts.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

using identity::DeviceFault;

constexpr std::string_view grant = "urn:ietf:params:oauth:grant-type:device_code";
constexpr std::size_t longest_client_id = 256;

struct DeviceAuthorization {
    std::optional<std::string> client_id;
    std::optional<std::string> scope;
    std::optional<std::string> device_id;
    std::optional<std::string> device_name;
    std::optional<std::string> device_os;
    std::optional<std::string> client_version;
};
RGW_WIRE(DeviceAuthorization, client_id, scope, device_id, device_name, device_os, client_version)

struct DeviceCodes {
    std::string device_code;
    std::string user_code;
    std::string verification_uri;
    std::string verification_uri_complete;
    std::int64_t expires_in = 0;
    std::int64_t interval = 0;
};
RGW_WIRE(DeviceCodes, device_code, user_code, verification_uri, verification_uri_complete,
         expires_in, interval)

struct DevicePoll {
    std::string grant_type;
    std::string device_code;
    std::optional<std::string> client_id;
};
RGW_WIRE(DevicePoll, grant_type, device_code, client_id)

struct DeviceToken {
    std::string access_token;
    std::string token_type;
    std::int64_t expires_in = 0;
    std::string email;
    std::string name;
    Timestamp expires_at{};
    std::int64_t session_id = 0;
    std::string channel;
    std::string device_id;
    std::string device_name;
    bool mfa_verified = false;
    bool mfa_required = false;
    bool enrollment_required = false;
};
RGW_WIRE(DeviceToken, access_token, token_type, expires_in, email, name, expires_at, session_id,
         channel, device_id, device_name, mfa_verified, mfa_required, enrollment_required)

struct UserCode {
    std::string user_code;
};
RGW_WIRE(UserCode, user_code)

// RFC 6749 §5.2.
Reply refuse(std::string_view code) {
    return json_reply(LoginError{std::string(code)}, 400);
}

DeviceToken token_of(const identity::CliSession& session, Timestamp now) {
    SessionMade made = made_of(session);
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(session.expires_at - now);
    return {.access_token = std::move(made.token),
            .token_type = "Bearer",
            .expires_in = left.count(),
            .email = std::move(made.email),
            .name = std::move(made.name),
            .expires_at = made.expires_at,
            .session_id = made.session_id,
            .channel = std::move(made.channel),
            .device_id = std::move(made.device_id),
            .device_name = std::move(made.device_name),
            .mfa_verified = made.mfa_verified,
            .mfa_required = made.mfa_required,
            .enrollment_required = made.enrollment_required};
}

async::Task<Result<Reply>> answer_authorize(GatewayCall call) {
    Services& services = call.services();
    const SignInAccess* access = services.sign_in;
    if (access == nullptr) {
        co_return Errc::sign_in_unavailable;
    }
    const Result<identity::Device> device =
        identity::checked_device({.id = form_value(call, "device_id"),
                                  .name = form_value(call, "device_name"),
                                  .os = form_value(call, "device_os"),
                                  .client_version = form_value(call, "client_version")});
    const bool sound = is_form(call) && form_value(call, "client_id").size() <= longest_client_id;
    if (!sound || !device) {
        co_return refuse("invalid_request");
    }
    const identity::AskingMachine machine = machine_of(call.call(), *device);
    const auto begun = co_await access->device.begin(machine, deadline_in(sign_in_patience));
    if (!begun) {
        co_return begun.error();
    }
    const Result<void> recorded = co_await record_refusal(
        services, call.call(),
        login_event(call.call(), "login.start", "", identity::LoginFlow::device, machine));
    if (!recorded) {
        co_return recorded.error();
    }
    const std::string page = access->base_url + "/app/device";
    co_return json_reply(DeviceCodes{
        .device_code = std::string(begun->device_code.expose()),
        .user_code = begun->user_code,
        .verification_uri = page,
        .verification_uri_complete = page + "?" + query_text("user_code", begun->user_code),
        .expires_in = begun->lives_for.count(),
        .interval = begun->interval.count()});
}

async::Task<Result<Reply>> refuse_poll(GatewayCall call, identity::DeviceRefusal refusal) {
    if (refusal.fault == DeviceFault::server_error) {
        co_return refusal.error;
    }
    if (refusal.fault != DeviceFault::authorization_pending) {
        const Result<void> recorded = co_await record_refusal(
            call.services(), call.call(),
            login_refused(call.call(), "login.denied", refusal.error, refusal.email, 400));
        if (!recorded) {
            co_return recorded.error();
        }
    }
    co_return refuse(id(refusal.fault));
}

async::Task<Result<Reply>> answer_token(GatewayCall call) {
    Services& services = call.services();
    const SignInAccess* access = services.sign_in;
    if (access == nullptr) {
        co_return Errc::sign_in_unavailable;
    }
    std::string code = form_value(call, "device_code");
    if (!is_form(call) || code.empty() ||
        form_value(call, "client_id").size() > longest_client_id) {
        co_return refuse("invalid_request");
    }
    if (form_value(call, "grant_type") != grant) {
        co_return refuse("unsupported_grant_type");
    }
    const auto polled =
        co_await access->device.poll(Secret(std::move(code)), machine_of(call.call()),
                                     mfa_required(services), deadline_in(sign_in_patience));
    if (!polled) {
        auto refused = co_await refuse_poll(call, polled.error());
        co_return refused;
    }
    // The record first, then the token; without a record there is no session.
    const Result<void> recorded = co_await record_session(
        services, login_completed(call.call(), *polled, identity::LoginFlow::device),
        NewlyMade{polled->user.id, polled->id});
    if (!recorded) {
        co_return recorded.error();
    }
    co_return json_reply(token_of(*polled, services.clock.now()));
}

// Only a browser's session decides: a command line that could let in others would outlive its own
// end.
Result<identity::CodeTyper> typer_of(const GatewayCall& call) {
    const identity::Principal& principal = *call.principal();
    if (call.services().sign_in == nullptr) {
        return Errc::sign_in_unavailable;
    }
    if (principal.session->channel != identity::Channel::web) {
        return Error(Errc::permission_denied, "a device is let in by a browser's session only");
    }
    return identity::CodeTyper{.user = principal.user_id,
                               .peer = call.call().client_address,
                               .mfa_verified_at = principal.session->mfa_verified_at};
}

void describe(GatewayCall& call, const identity::CliLogin& login) {
    call.add_detail("channel", R"("cli")");
    call.add_detail("flow", R"("device")");
    call.add_detail("machine", "{" + machine_members(login.machine) + "}");
}

async::Task<Result<Reply>> answer_request(GatewayCall call) {
    const Result<identity::CodeTyper> typer = typer_of(call);
    if (!typer) {
        co_return typer.error();
    }
    const auto found = co_await call.services().sign_in->device.find_request(
        call.query("user_code").value_or(""), *typer, deadline_in(sign_in_patience));
    if (!found) {
        co_return found.error();
    }
    describe(call, *found);
    co_return json_reply(request_of(*found));
}

async::Task<Result<Reply>> decide(GatewayCall call, std::string user_code,
                                  identity::CliDecision decision) {
    const Result<identity::CodeTyper> typer = typer_of(call);
    if (!typer) {
        co_return typer.error();
    }
    const auto decided = co_await call.services().sign_in->device.decide(
        std::move(user_code), *typer, decision, deadline_in(sign_in_patience));
    if (!decided) {
        co_return decided.error();
    }
    describe(call, *decided);
    co_return no_content();
}

async::Task<Result<Reply>> decide_as_json(GatewayCall call, identity::CliDecision decision) {
    const Result<UserCode> body = read_body<UserCode>(call);
    if (!body) {
        co_return body.error();
    }
    auto decided = co_await decide(call, body->user_code, decision);
    co_return decided;
}

async::Task<Result<Reply>> answer_approve(GatewayCall call) {
    return decide_as_json(call, identity::CliDecision::approved);
}
async::Task<Result<Reply>> answer_deny(GatewayCall call) {
    return decide_as_json(call, identity::CliDecision::denied);
}

// The page's buttons, one form each.
async::Task<Result<Reply>> decide_by_form(GatewayCall call, identity::CliDecision decision) {
    const auto decided = co_await decide(call, form_value(call, "user_code"), decision);
    if (!decided) {
        co_return decided.error();
    }
    const bool approved = decision == identity::CliDecision::approved;
    co_return redirect(approved ? "/app/cli/auth/success" : "/app/cli/auth/denied", 303);
}
async::Task<Result<Reply>> answer_approve_form(GatewayCall call) {
    return decide_by_form(call, identity::CliDecision::approved);
}
async::Task<Result<Reply>> answer_deny_form(GatewayCall call) {
    return decide_by_form(call, identity::CliDecision::denied);
}

constexpr QueryParameter code_query[] = {{"user_code", "as the device shows it"}};

}  // namespace

const Operation authorize_device{.handle = answer_authorize,
                                 .summary = "RFC 8628 §3.1: codes for a machine without a browser",
                                 .body = shape<DeviceAuthorization>,
                                 .body_type = form_type,
                                 .answer = shape<DeviceCodes>};
const Operation poll_device{.handle = answer_token,
                            .summary = "RFC 8628 §3.4: the session, once a person approved",
                            .body = shape<DevicePoll>,
                            .body_type = form_type,
                            .answer = shape<DeviceToken>};
const Operation get_device_request{.handle = answer_request,
                                   .summary = "Which machine shows a code",
                                   .query = code_query,
                                   .answer = shape<LoginRequest>};
const Operation approve_device{.handle = answer_approve,
                               .summary = "The person lets the machine in",
                               .body = shape<UserCode>,
                               .status = 204};
const Operation deny_device{.handle = answer_deny,
                            .summary = "The person does not let the machine in",
                            .body = shape<UserCode>,
                            .status = 204};
const Operation approve_device_by_form{.handle = answer_approve_form,
                                       .summary = "The same, from a page without script",
                                       .body = shape<UserCode>,
                                       .body_type = form_type,
                                       .status = 303};
const Operation deny_device_by_form{.handle = answer_deny_form,
                                    .summary = "The same, from a page without script",
                                    .body = shape<UserCode>,
                                    .body_type = form_type,
                                    .status = 303};

}  // namespace rgw::api
