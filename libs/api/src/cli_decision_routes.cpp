// The person's decision about a command line, by a page or by a second factor (spec http-api §9.4).
#include <string>
#include <utility>

#include "call.hpp"
#include "cli_browser.hpp"
#include "cli_wire.hpp"
#include "form_body.hpp"
#include "handlers.hpp"
#include "login_events.hpp"
#include "rgw/identity/cli_sign_in.hpp"
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

struct CliNext {
    std::string redirect;
};
RGW_WIRE(CliNext, redirect)

struct CliDecisionBody {
    std::string state;
    std::string token;
};
RGW_WIRE(CliDecisionBody, state, token)

struct CliQuestion {
    LoginRequest request;
    std::string token;
};
RGW_WIRE(CliQuestion, request, token)

// What there is to decide, for the web app's page.
async::Task<Result<Reply>> answer_question(GatewayCall call) {
    const SignInAccess* access = call.services().sign_in;
    if (access == nullptr) {
        co_return Errc::sign_in_unavailable;
    }
    std::string state = call.query("state").value_or("");
    const auto view = co_await async::on(
        access->loop, access->cli.view(browser_of(call, state), mfa_required(call.services()),
                                       deadline_in(sign_in_patience)));
    if (!view) {
        const Result<void> recorded = co_await record_login_refusal(call, view.error(), 400);
        co_return recorded
            ? Result<Reply>(json_reply(LoginError{std::string(page_code(view.error().fault))}, 400))
            : recorded.error();
    }
    co_return json_reply(
        CliQuestion{.request = request_of(view->login), .token = access->cli.form_token(state)});
}

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

Reply word(int status, std::string_view code) {
    return json_reply(LoginError{std::string(code)}, status);
}

async::Task<Result<Reply>> answer_factor(GatewayCall call) {
    const SignInAccess* access = call.services().sign_in;
    const Result<CliFactor> body = read_body<CliFactor>(call);
    if (const std::string_view wrong = fault_of(body); !wrong.empty()) {
        co_return word(400, wrong);
    }
    if (access == nullptr) {
        co_return word(503, "service_unavailable");
    }
    const auto view =
        co_await async::on(access->loop, access->cli.view(browser_of(call, *body->state),
                                                          mfa_required(call.services()),
                                                          deadline_in(sign_in_patience)));
    if (!view) {
        const int status = factor_status(view.error().fault);
        const Result<void> recorded = co_await record_login_refusal(call, view.error(), status);
        co_return recorded ? Result<Reply>(word(status, factor_code(view.error().fault)))
                           : recorded.error();
    }
    if (view->step == CliStep::done) {
        co_return json_reply(CliNext{std::string(cli_success_page)});
    }
    co_return word(503, "service_unavailable");  // nothing can check a factor yet
}

async::Task<Result<Reply>> decide(GatewayCall call, identity::CliDecision decision) {
    const SignInAccess* access = call.services().sign_in;
    if (access == nullptr) {
        co_return Errc::sign_in_unavailable;
    }
    const bool approves = decision == identity::CliDecision::approved;
    const bool by_form = is_form(call);
    const Result<CliDecisionBody> body =
        by_form ? Result<CliDecisionBody>(CliDecisionBody{.state = form_value(call, "state"),
                                                          .token = form_value(call, "token")})
                : read_body<CliDecisionBody>(call);
    if (!body) {
        co_return body.error();
    }
    identity::CliBrowser browser = browser_of(call, body->state);
    browser.form_token = body->token;
    const auto decided =
        co_await async::on(access->loop, access->cli.decide(std::move(browser), decision,
                                                            mfa_required(call.services()),
                                                            deadline_in(sign_in_patience)));
    if (!decided) {
        const int status = by_form ? 303 : 400;
        const Result<void> recorded = co_await record_login_refusal(call, decided.error(), status);
        if (!recorded) {
            co_return recorded.error();
        }
        const std::string_view code = page_code(decided.error().fault);
        Reply refused = word(400, code);
        if (by_form) {
            refused = redirect("/app/auth/mfa/challenge?" + query_text("error", code), 303);
        }
        co_return refused;
    }
    const Result<audit::Receipt> recorded = co_await call.services().audit_log.append(
        login_event(call.call(), approves ? "login.approve" : "login.deny", decided->email,
                    identity::LoginFlow::browser, decided->machine),
        deadline_in(call.services().audit_timeout));
    if (!recorded) {
        co_return recorded.error();
    }
    const std::string page(approves ? cli_success_page : cli_denied_page);
    co_return by_form ? redirect(page, 303) : json_reply(CliNext{page});
}

async::Task<Result<Reply>> answer_approve(GatewayCall call) {
    return decide(call, identity::CliDecision::approved);
}
async::Task<Result<Reply>> answer_deny(GatewayCall call) {
    return decide(call, identity::CliDecision::denied);
}

constexpr QueryParameter state_query[] = {{"state", "the state of the sign-in"}};

}  // namespace

const Operation get_cli_request{.handle = answer_question,
                                .summary = "Which command line asks to be signed in",
                                .query = state_query,
                                .answer = shape<CliQuestion>};
const Operation approve_cli_by_factor{.handle = answer_factor,
                                      .summary = "Approves with a second factor",
                                      .body = shape<CliFactor>,
                                      .answer = shape<CliNext>};
const Operation approve_cli_sign_in{.handle = answer_approve,
                                    .summary = "The person lets the command line in",
                                    .body = shape<CliDecisionBody>,
                                    .answer = shape<CliNext>};
const Operation deny_cli_sign_in{.handle = answer_deny,
                                 .summary = "The person does not let the command line in",
                                 .body = shape<CliDecisionBody>,
                                 .answer = shape<CliNext>};

}  // namespace rgw::api
