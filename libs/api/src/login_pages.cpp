// The pages on which a person lets a command line in, until the web app has them: no script, and
// everything that came from elsewhere escaped.
#include <string>
#include <string_view>
#include <utility>

#include "call.hpp"
#include "handlers.hpp"
#include "login_events.hpp"
#include "refusals.hpp"
#include "rgw/identity/cli_sign_in.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/device_sign_in.hpp"
#include "rgw/identity/user_code.hpp"
#include "sign_in_parts.hpp"

namespace rgw::api {
namespace {

using std::chrono::seconds;

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

Reply page(std::string_view body) {
    Reply reply{.content_type = "text/html; charset=utf-8"};
    reply.body =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Rack "
        "Gateway</title></head><body><h1>Rack Gateway</h1>\n";
    reply.body += body;
    reply.body += "</body></html>\n";
    reply.fields.push_back({"Content-Security-Policy",
                            "default-src 'none'; base-uri 'none'; form-action 'self'; "
                            "frame-ancestors 'none'"});
    return reply;
}

std::string row(std::string_view name, std::string_view value) {
    return "<tr><th>" + std::string(name) + "</th><td>" +
           (value.empty() ? "not said" : escaped(value)) + "</td></tr>\n";
}

std::string age_of(const identity::CliLogin& login, Timestamp now) {
    const auto age = std::chrono::duration_cast<seconds>(now - login.created_at);
    return std::to_string(age.count()) + " seconds ago";
}

std::string table_of(const identity::CliLogin& login, Timestamp now) {
    const identity::Device& device = login.machine.device;
    return "<table>\n" + row("Machine", device.name) + row("System", device.os) +
           row("Program", device.client_version) +
           row("Address", login.machine.ip_address.value_or("")) +
           row("Says it is", login.machine.user_agent.value_or("")) +
           row("Asked", age_of(login, now)) + "</table>\n";
}

std::string hidden(std::string_view name, std::string_view value) {
    return "<input type=\"hidden\" name=\"" + std::string(name) + "\" value=\"" + escaped(value) +
           "\">";
}

std::string form(std::string_view action, const std::string& fields, std::string_view button) {
    return "<form method=\"post\" action=\"" + std::string(action) + "\">" + fields +
           "<button type=\"submit\">" + std::string(button) + "</button></form>\n";
}

constexpr std::string_view warning =
    "<p>Say yes only if you started this yourself just now, on that machine. Whoever sent you here "
    "gets in with your rights otherwise.</p>\n";

async::Task<Result<Reply>> answer_approval_page(GatewayCall call) {
    const Services& services = call.services();
    const SignInAccess* access = services.sign_in;
    std::string state = call.query("state").value_or("");
    if (access == nullptr) {
        co_return redirect("/app/auth/mfa/challenge?error=service_unavailable");
    }
    identity::CliBrowser browser{
        .state = state,
        .cookie = call.cookie(identity::cli_cookie_name(state)).value_or(""),
        .form_token = ""};
    const auto view = co_await async::on(
        access->loop, access->cli.view(std::move(browser), mfa_required(services),
                                       deadline_in(sign_in_patience)));
    if (!view || view->step != identity::CliStep::approve) {
        // That route knows which page it is, and records a refusal.
        co_return redirect("/api/v1/auth/cli/mfa?" + query_text("state", state));
    }
    const std::string fields =
        hidden("state", state) + hidden("token", access->cli.form_token(state));
    co_return page("<p>A command line asks to be signed in as <b>" + escaped(view->user.email) +
                   "</b>.</p>\n" + table_of(view->login, services.clock.now()) +
                   std::string(warning) +
                   form("/api/v1/auth/cli/approve", fields, "Yes, it is me") +
                   form("/api/v1/auth/cli/deny", fields, "No"));
}

std::string code_form() {
    return "<form method=\"get\" action=\"/app/device\"><label>The code your device shows: "
           "<input name=\"user_code\" autocomplete=\"off\"></label>"
           "<button type=\"submit\">Continue</button></form>\n";
}

// A code as it was typed comes back on the page only if it can be one.
std::string sign_in_link(const std::string& typed) {
    const auto code = identity::parse_user_code(typed);
    std::string target = "/app/device";
    if (code) {
        target += "?" + query_text("user_code", identity::shown_user_code(*code));
    }
    return "<p><a href=\"/api/v1/auth/web/login?" + escaped(query_text("returnTo", target)) +
           "\">Sign in</a> to let a device in.</p>\n";
}

bool may_decide(const identity::Principal& who, const Services& services) {
    const bool owes =
        who.session->mfa_enforced || mfa_required(services) == identity::MfaRequired::yes;
    return who.session->channel == identity::Channel::web &&
           (who.session->mfa_verified_at || !owes);
}

async::Task<Result<Reply>> show_device(GatewayCall call, identity::PrincipalPtr who,
                                       std::string session_text, std::string typed) {
    const Services& services = call.services();
    const identity::CodeTyper typer{.user = who->user_id,
                                    .peer = call.call().client_address,
                                    .mfa_verified_at = who->session->mfa_verified_at};
    const auto found =
        co_await services.sign_in->device.find_request(typed, typer, deadline_in(sign_in_patience));
    if (!found) {
        const int status = info(found.error().code).http_status;
        const Result<void> recorded = co_await record_refusal(
            call.services(), call.call(),
            login_refused(call.call(), "login.denied", found.error(), who->email, status));
        if (!recorded) {
            co_return recorded.error();
        }
        co_return page("<p>" + escaped(public_message(found.error())) + ".</p>\n" + code_form());
    }
    const std::string fields =
        hidden("user_code", typed) +
        hidden("csrf_token", identity::csrf_token(services.site.csrf_key, session_text));
    co_return page("<p>A machine asks to be signed in as <b>" + escaped(who->email) +
                   "</b>.</p>\n" + table_of(*found, services.clock.now()) + std::string(warning) +
                   form("/api/v1/auth/device/approve-form", fields, "Yes, it is mine") +
                   form("/api/v1/auth/device/deny-form", fields, "No"));
}

async::Task<Result<Reply>> answer_device_page(GatewayCall call) {
    Services& services = call.services();
    const std::string typed = call.query("user_code").value_or("");
    const auto text = call.cookie(identity::session_cookie);
    if (services.sign_in == nullptr || !text) {
        co_return page(sign_in_link(typed));
    }
    const auto known = co_await services.authenticator.authenticate(
        *text, identity::Activity::person, deadline_in(sign_in_patience));
    if (!known || !(*known)->session) {
        co_return page(sign_in_link(typed));
    }
    if (!may_decide(**known, services)) {
        co_return page("<p>Show your second factor first, then let the device in.</p>\n");
    }
    if (typed.empty()) {
        co_return page(code_form());
    }
    auto shown = co_await show_device(call, *known, *text, typed);
    co_return shown;
}

async::Task<Result<Reply>> answer_success_page(GatewayCall) {
    co_return page("<p>Done: you may close this window and go back.</p>\n");
}

async::Task<Result<Reply>> answer_denied_page(GatewayCall) {
    co_return page(
        "<p>Nobody was let in. If you did not start this, somebody tried to use your account: tell "
        "your administrators.</p>\n");
}

}  // namespace

const Operation get_cli_success_page{.handle = answer_success_page,
                                     .summary = "The command line is signed in"};
const Operation get_cli_denied_page{.handle = answer_denied_page,
                                    .summary = "The command line is not signed in"};
const Operation get_cli_approval_page{.handle = answer_approval_page,
                                      .summary = "Asks whether to let a command line in"};
const Operation get_device_page{.handle = answer_device_page,
                                .summary = "Asks which device to let in, and whether to"};

}  // namespace rgw::api
