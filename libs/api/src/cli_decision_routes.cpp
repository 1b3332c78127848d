// The person's decision about a command line, by a page.
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
    const Result<void> recorded =
        co_await record_decision(call, *decided, approves ? "login.approve" : "login.deny");
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
const Operation approve_cli_sign_in{.handle = answer_approve,
                                    .summary = "The person lets the command line in",
                                    .body = shape<CliDecisionBody>,
                                    .answer = shape<CliNext>};
const Operation deny_cli_sign_in{.handle = answer_deny,
                                 .summary = "The person does not let the command line in",
                                 .body = shape<CliDecisionBody>,
                                 .answer = shape<CliNext>};

}  // namespace rgw::api
