// The person's yes to a command line by a second factor (spec http-api §9.4).
#include <string>
#include <utility>

#include "call.hpp"
#include "cli_browser.hpp"
#include "cli_wire.hpp"
#include "factor_answers.hpp"
#include "factor_events.hpp"
#include "handlers.hpp"
#include "people.hpp"
#include "rgw/identity/cli_sign_in.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/mfa/factor_check.hpp"
#include "sign_in_parts.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

using identity::CliFault;
using identity::CliStep;

struct CliFactor {
    std::optional<std::string> state;
    std::optional<std::string> method;
    std::optional<std::string> code;
    std::optional<std::string> session_data;
    std::optional<std::string> assertion_response;
};
RGW_WIRE(CliFactor, state, method, code, session_data, assertion_response)

// The word of spec http-api §9.4.
std::string_view factor_code(CliFault fault) {
    switch (fault) {
        case CliFault::incomplete:
            return "session_incomplete";
        case CliFault::exchange_failed:
            return "exchange_failed";
        case CliFault::unauthorized:
            return "user_not_authorized";
        case CliFault::unavailable:
            return "load_failure";
        case CliFault::expired:
        case CliFault::enrollment_required:
        case CliFault::factor_required:
        case CliFault::denied:
        case CliFault::decided:
            break;
    }
    return "session_expired";
}

int factor_status(CliFault fault) {
    if (fault == CliFault::unavailable) {
        return 500;
    }
    return fault == CliFault::unauthorized ? 401 : 400;
}

// What is missing or wrong in the body; "" for nothing.
std::string_view fault_of(const Result<CliFactor>& body) {
    if (!body) {
        return "invalid_request";
    }
    if (body->state.value_or("").empty()) {
        return "state_required";
    }
    const std::string method = body->method.value_or("totp");
    if (method != "totp" && method != "webauthn") {
        return "invalid_method";
    }
    return method == "totp" && body->code.value_or("").empty() ? "code_required" : "";
}

// The browser's own session, if it is the same person's: an assertion was begun with it, and it
// counts as verified, too.
async::Task<identity::PrincipalPtr> session_of(GatewayCall call, UserId user) {
    const auto text = call.cookie(identity::session_cookie);
    if (!text) {
        co_return nullptr;
    }
    const auto known = co_await call.services().authenticator.authenticate(
        *text, identity::Activity::background, deadline_in(sign_in_patience));
    const bool same = known && (*known)->user_id == user && (*known)->session;
    co_return same ? *known : nullptr;
}

mfa::ShownFactor shown_by(const CliFactor& body) {
    if (body.method.value_or("totp") == "webauthn") {
        return mfa::Assertion{.state = body.session_data.value_or(""),
                              .response_json = body.assertion_response.value_or("")};
    }
    return mfa::TypedCode{Secret(body.code.value_or(""))};
}

async::Task<Result<Reply>> refuse_factor(GatewayCall call, FactorHolder holder,
                                         mfa::FactorRefusal refusal) {
    const Errc code = refusal.error.code;
    const Result<void> recorded = co_await record_factor_failure(
        call.services(), call.call(), std::move(holder), std::move(refusal));
    if (!recorded) {
        co_return recorded.error();
    }
    co_return code == Errc::factor_refused ? Result<Reply>(word(400, "invalid_code"))
                                           : Result<Reply>(Error(code));
}

// A right factor is the person's yes.
async::Task<Result<Reply>> approve_by(GatewayCall call, identity::CliView view, CliFactor body) {
    Services& services = call.services();
    const FactorHolder who{.user = view.user.id, .email = view.user.email, .name = view.user.name};
    const identity::PrincipalPtr browser = co_await session_of(call, who.user);
    const bool rotates = browser != nullptr && !browser->session->mfa_verified_at;
    std::optional<identity::NewSessionText> next;
    if (rotates) {
        next = identity::rotated_session_text(call.cookie(identity::session_cookie).value_or(""));
    }
    const mfa::Holder holder{
        .user = who.user,
        .session = browser ? std::optional(browser->session->id) : std::nullopt,
        .ip_address = call.call().client_address,
        .user_agent = call.call().user_agent};
    mfa::Purpose purpose{
        .gain = browser ? mfa::Use::Gain::verified_and_step_up : mfa::Use::Gain::nothing,
        .new_session_hash = next ? std::optional(next->hash) : std::nullopt,
        .proof = std::nullopt};
    auto proven = co_await services.factors->check.verify(
        shown_by(body), holder, std::move(purpose), deadline_in(sign_in_patience));
    if (!proven) {
        auto refused = co_await refuse_factor(call, who, proven.error());
        co_return refused;
    }
    if (browser != nullptr) {
        rights_changed(services, browser->session->id);
    }
    Result<void> recorded = co_await record_proof(services, call.call(), who, *proven);
    if (!recorded) {
        co_return recorded.error();
    }
    const Timestamp proven_at = proven->at;
    const SignInAccess& access = *services.sign_in;
    const auto decided = co_await async::on(
        access.loop,
        access.cli.approve_by_factor(std::move(view), proven_at, deadline_in(sign_in_patience)));
    if (!decided) {
        const int status = factor_status(decided.error().fault);
        recorded = co_await record_login_refusal(call, decided.error(), status);
        co_return recorded ? Result<Reply>(word(status, factor_code(decided.error().fault)))
                           : recorded.error();
    }
    recorded = co_await record_decision(call, *decided, "login.approve");
    if (!recorded) {
        co_return recorded.error();
    }
    Reply reply = json_reply(CliNext{std::string(cli_success_page)});
    add_session_cookie(reply, services.site, next);
    co_return reply;
}

async::Task<Result<Reply>> answer_factor(GatewayCall call) {
    const SignInAccess* access = call.services().sign_in;
    Result<CliFactor> body = read_body<CliFactor>(call);
    if (const std::string_view wrong = fault_of(body); !wrong.empty()) {
        co_return word(400, wrong);
    }
    if (access == nullptr || call.services().factors == nullptr) {
        co_return word(503, "service_unavailable");
    }
    auto view = co_await async::on(access->loop, access->cli.view(browser_of(call, *body->state),
                                                                  mfa_required(call.services()),
                                                                  deadline_in(sign_in_patience)));
    if (!view) {
        const int status = factor_status(view.error().fault);
        const Result<void> recorded = co_await record_login_refusal(call, view.error(), status);
        co_return recorded ? Result<Reply>(word(status, factor_code(view.error().fault)))
                           : recorded.error();
    }
    switch (view->step) {
        case CliStep::done:
            co_return json_reply(CliNext{std::string(cli_success_page)});
        case CliStep::approve:  // no factor is asked for: the page is
        case CliStep::enroll:
            co_return word(400, "session_expired");
        case CliStep::challenge:
            break;
    }
    auto reply = co_await approve_by(call, std::move(*view), std::move(*body));
    co_return reply;
}

}  // namespace

const Operation approve_cli_by_factor{.handle = answer_factor,
                                      .summary = "Approves with a second factor",
                                      .body = shape<CliFactor>,
                                      .answer = shape<CliNext>};

}  // namespace rgw::api
