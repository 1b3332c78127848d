// The browser's half of signing in a command line: the return from the provider, and which page is
// next (spec http-api §9.2, §9.3).
#include <string>
#include <utility>

#include "call.hpp"
#include "cli_browser.hpp"
#include "handlers.hpp"
#include "login_events.hpp"
#include "rgw/base/log.hpp"
#include "rgw/identity/cli_sign_in.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/pending_login.hpp"
#include "sign_in_parts.hpp"

namespace rgw::api {
namespace {

using identity::CliFault;
using identity::CliRefusal;
using identity::CliStep;

constexpr std::size_t longest_code = 2048;

Reply to_challenge(std::string_view code) {
    return redirect("/app/auth/mfa/challenge?" + query_text("error", code), 307);
}

Reply say(int status, std::string_view text) {
    return {.status = status,
            .body = std::string(text) + "\n",
            .content_type = "text/plain; charset=utf-8"};
}

async::Task<Result<Reply>> answer_callback(GatewayCall call) {
    const Services& services = call.services();
    const SignInAccess* access = services.sign_in;
    if (access == nullptr) {
        co_return to_challenge("service_unavailable");
    }
    std::string state = call.query("state").value_or("");
    std::string code = call.query("code").value_or("");
    const bool unfit = code.empty() || code.size() > longest_code;
    if (state.empty() || code.size() > longest_code) {
        const CliRefusal refusal{
            .fault = CliFault::expired,
            .error = Error(Errc::sign_in_refused, "login: the provider's return is not sound"),
            .email = ""};
        const Result<void> recorded = co_await record_login_refusal(call, refusal, 400);
        co_return recorded ? Result<Reply>(say(400, "missing or unfit code or state"))
                           : recorded.error();
    }
    identity::CameBack back = co_await async::on(
        access->loop,
        access->cli.came_back(state, Secret(std::move(code)), deadline_in(sign_in_patience)));
    if (back.refusal) {
        const Result<void> recorded =
            co_await record_login_refusal(call, *back.refusal, unfit ? 400 : 307);
        if (!recorded) {
            co_return recorded.error();
        }
    }
    if (unfit) {
        co_return say(400, "the identity provider sent no code; start the login again");
    }
    Reply reply = redirect("/api/v1/auth/cli/mfa?" + query_text("state", state), 307);
    if (!back.cookie.empty()) {
        const auto lifetime = "; Max-Age=" + std::to_string(identity::login_lives_for.count());
        reply.fields.push_back({"Set-Cookie", set_cookie(services.site, back.cookie_name,
                                                         back.cookie, "/", lifetime)});
    }
    co_return reply;
}

// The session a browser needs to set up or show a factor: its own of the same person if it has one.
// Somebody else's stays what it is: a link that was sent must not change who a browser is.
async::Task<Result<Reply>> go_on_with_session(GatewayCall call, identity::CliView view,
                                              std::string target) {
    Services& services = call.services();
    const SignInAccess& access = *services.sign_in;
    if (const auto text = call.cookie(identity::session_cookie)) {
        const auto known = co_await services.authenticator.authenticate(
            *text, identity::Activity::background, deadline_in(sign_in_patience));
        if (known && (*known)->user_id == view.user.id) {
            co_return redirect(std::move(target), 307);
        }
        if (known) {
            const CliRefusal refusal{
                .fault = CliFault::denied,
                .error = Error(Errc::sign_in_refused, "login: somebody else is signed in here"),
                .email = view.user.email};
            const Result<void> recorded = co_await record_login_refusal(call, refusal, 307);
            co_return recorded ? Result<Reply>(to_challenge("session_failed")) : recorded.error();
        }
    }
    const auto opened = co_await async::on(
        access.loop, access.cli.open_browser_session(view.user.id, machine_of(call.call()),
                                                     deadline_in(sign_in_patience)));
    if (!opened) {
        log::warn("a browser's session could not be opened", {{"error", describe(opened.error())}});
        co_return to_challenge("session_failed");
    }
    audit::Event event = login_event(call.call(), "login.browser_session", view.user.email,
                                     identity::LoginFlow::browser, view.login.machine);
    const Result<void> recorded =
        co_await record_session(services, std::move(event), NewlyMade{view.user.id, opened->id});
    if (!recorded) {
        co_return recorded.error();
    }
    Reply reply = redirect(std::move(target), 307);
    reply.fields.push_back({"Set-Cookie", set_cookie(services.site, identity::session_cookie,
                                                     opened->text.expose(), "/", "")});
    co_return reply;
}

async::Task<Result<Reply>> go_to_enrollment(GatewayCall call, identity::CliView view) {
    const SignInAccess& access = *call.services().sign_in;
    const Result<void> failed = co_await async::on(
        access.loop, access.cli.fail_for_enrollment(view, deadline_in(sign_in_patience)));
    if (!failed) {
        co_return to_challenge("persist_failure");
    }
    std::string target = "/app/account/security?channel=cli&enrollment=required&" +
                         query_text("state", call.query("state").value_or(""));
    auto reply = co_await go_on_with_session(call, std::move(view), std::move(target));
    co_return reply;
}

async::Task<Result<Reply>> answer_next_page(GatewayCall call) {
    const SignInAccess* access = call.services().sign_in;
    std::string state = call.query("state").value_or("");
    if (access == nullptr || state.empty()) {
        co_return to_challenge(access == nullptr ? "service_unavailable" : "missing_state");
    }
    auto view = co_await async::on(
        access->loop, access->cli.view(browser_of(call, state), mfa_required(call.services()),
                                       deadline_in(sign_in_patience)));
    if (!view) {
        const Result<void> recorded = co_await record_login_refusal(call, view.error(), 307);
        co_return recorded ? Result<Reply>(to_challenge(page_code(view.error().fault)))
                           : recorded.error();
    }
    switch (view->step) {
        case CliStep::done:
            co_return redirect(std::string(cli_success_page), 307);
        case CliStep::approve:
            co_return redirect("/app/cli/auth/approve?" + query_text("state", state), 307);
        case CliStep::enroll:
        case CliStep::challenge:
            break;
    }
    const bool enrolls = view->step == CliStep::enroll;
    auto going = enrolls
                     ? go_to_enrollment(call, std::move(*view))
                     : go_on_with_session(call, std::move(*view),
                                          "/app/auth/mfa/challenge?" + query_text("state", state));
    Result<Reply> reply = co_await std::move(going);
    co_return reply;
}

constexpr QueryParameter callback_query[] = {
    {"code", "the provider's authorization code"},
    {"state", "the state of the sign-in"},
    {"error", "the provider's, instead of a code"},
};
constexpr QueryParameter state_query[] = {{"state", "the state of the sign-in"}};

}  // namespace

const Operation return_to_cli_sign_in{.handle = answer_callback,
                                      .summary = "Where the provider sends the browser back to",
                                      .query = callback_query,
                                      .status = 307};
const Operation show_cli_step{.handle = answer_next_page,
                              .summary = "To the page that is next for this browser",
                              .query = state_query,
                              .status = 307};
}  // namespace rgw::api
