#include <string>
#include <utility>

#include "audit_entry.hpp"
#include "call.hpp"
#include "handlers.hpp"
#include "refusals.hpp"
#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/web_sign_in.hpp"
#include "rgw/mfa/trusted_devices.hpp"
#include "sign_in_parts.hpp"

namespace rgw::api {
namespace {

constexpr std::string_view sign_in_path = "/api/v1/auth/web";
constexpr std::string_view default_target = "/app/rack";

// The web app's own page says it in words of ours; a provider's never reach a page.
Reply to_error_page(const Error& error) {
    return redirect("/app/auth/error?" + query_text("message", public_message(error)));
}

std::string target_of(const identity::SignedIn& signed_in) {
    std::string target =
        signed_in.return_to.empty() ? std::string(default_target) : signed_in.return_to;
    switch (signed_in.next) {
        case identity::NextStep::enter:
            return target;
        case identity::NextStep::enroll:
            return "/app/account/security?" + query_text("redirect", target);
        case identity::NextStep::challenge:
            return "/app/auth/mfa/challenge?channel=web&" + query_text("redirect", target);
    }
    return target;
}

audit::Event completed(const Call& call, const identity::SignedIn& signed_in) {
    audit::Event event = sign_in_event(call, "login.complete", signed_in.user.email);
    event.user_name = signed_in.user.name;
    event.status = "success";
    event.http_status = 302;
    std::string details =
        R"({"channel":"web","session_id":)" + std::to_string(signed_in.session.value);
    if (signed_in.trust.device) {
        details += R"(,"trusted_device_id":)" + std::to_string(*signed_in.trust.device);
    }
    event.details = details + (signed_in.trust.betrayed ? R"(,"trusted_device":"revoked"})" : "}");
    return event;
}

audit::Event refused(const Call& call, const identity::SignInRefusal& refusal) {
    const bool known = !refusal.email.empty();
    audit::Event event = sign_in_event(
        call, known ? "login.user_not_authorized" : "login.oauth_failed", refusal.email);
    const bool ours = info(refusal.error.code).http_status >= 500;
    event.status = ours ? "error" : "denied";
    event.rbac_decision = ours ? std::nullopt : std::optional<std::string>("deny");
    event.http_status = 302;
    std::string details = R"({"reason":)";
    append_json_string(details, describe(refusal.error));
    event.details = details + "}";
    return event;
}

async::Task<Result<Reply>> enter(GatewayCall call, identity::SignedIn signed_in) {
    Services& services = call.services();
    const Result<void> recorded =
        co_await record_session(services, completed(call.call(), signed_in),
                                NewlyMade{signed_in.user.id, signed_in.session});
    if (!recorded) {
        co_return recorded.error();
    }
    Reply reply = redirect(target_of(signed_in));
    reply.fields.push_back({"Set-Cookie", set_cookie(services.site, identity::session_cookie,
                                                     signed_in.session_text.expose(), "/", "")});
    if (signed_in.trust.betrayed) {
        reply.fields.push_back({"Set-Cookie", set_cookie(services.site, mfa::trusted_device_cookie,
                                                         "", "/", "; Max-Age=0")});
    }
    co_return reply;
}

async::Task<Result<Reply>> answer_begin(GatewayCall call) {
    const SignInAccess* access = call.services().sign_in;
    if (access == nullptr) {
        co_return to_error_page(Errc::sign_in_unavailable);
    }
    const auto begun = co_await async::on(
        access->loop,
        access->web.begin(call.query("returnTo").value_or(""), deadline_in(sign_in_patience)));
    if (!begun) {
        log::warn("a sign-in could not begin", {{"error", describe(begun.error())}});
        co_return to_error_page(begun.error());
    }
    const std::string lifetime = "; Max-Age=" + std::to_string(identity::login_lives_for.count());
    Reply reply = redirect(begun->url);
    reply.fields.push_back({"Set-Cookie", set_cookie(call.services().site, begun->cookie_name,
                                                     begun->cookie, sign_in_path, lifetime)});
    co_return reply;
}

// No session to end where none can be made.
async::Task<Result<void>> end_session(Services& services, identity::PrincipalPtr who,
                                      std::string reason) {
    if (services.sign_in == nullptr) {
        co_return Errc::sign_in_unavailable;
    }
    const Result<bool> revoked = co_await services.sign_in->sessions.revoke(
        who->user_id, who->session->id, services.clock.now(), std::move(reason),
        deadline_in(sign_in_patience));
    if (!revoked) {
        co_return revoked.error();
    }
    services.authenticator.invalidate_session(who->session->id);
    co_return Result<void>();
}

// The session of the browser's cookie; null when there is none, or it is over already.
async::Task<identity::PrincipalPtr> session_of_cookie(GatewayCall call) {
    const auto text = call.cookie(identity::session_cookie);
    if (!text) {
        co_return nullptr;
    }
    const auto known = co_await call.services().authenticator.authenticate(
        *text, identity::Activity::background, deadline_in(sign_in_patience));
    co_return known && (*known)->session ? *known : nullptr;
}

// The cookie it has is about to be replaced: nobody would end that session any more.
async::Task<void> end_replaced_session(GatewayCall call) {
    const identity::PrincipalPtr who = co_await session_of_cookie(call);
    if (who == nullptr) {
        co_return;
    }
    const Result<void> ended = co_await end_session(call.services(), who, "signed in anew");
    if (!ended) {
        log::warn("a session that was replaced is left to its idle limit",
                  {{"session_id", who->session->id.value}, {"error", describe(ended.error())}});
    }
}

async::Task<Result<Reply>> answer_callback(GatewayCall call) {
    Services& services = call.services();
    const SignInAccess* access = services.sign_in;
    if (access == nullptr) {
        co_return to_error_page(Errc::sign_in_unavailable);
    }
    identity::SignInAnswer answer{
        .code = Secret(call.query("code").value_or("")),
        .state = call.query("state").value_or(""),
        .device_cookie = call.cookie(mfa::trusted_device_cookie).value_or(""),
        .ip_address = call.call().client_address,
        .user_agent = call.call().user_agent};
    const std::string cookie_name = identity::login_cookie_name(answer.state);
    answer.cookie = call.cookie(cookie_name).value_or("");
    auto finished = co_await async::on(access->loop,
                                       access->web.finish(std::move(answer), mfa_required(services),
                                                          deadline_in(sign_in_patience)));
    Result<Reply> reply = Errc::internal;
    if (finished) {
        reply = co_await enter(call, std::move(*finished));
        if (reply) {
            co_await end_replaced_session(call);
        }
    } else {
        const Result<void> recorded =
            co_await record_refusal(services, call.call(), refused(call.call(), finished.error()));
        reply = to_error_page(recorded ? finished.error().error : recorded.error());
    }
    if (reply) {
        reply->fields.push_back({"Set-Cookie", set_cookie(services.site, cookie_name, "",
                                                          sign_in_path, "; Max-Age=0")});
    }
    co_return reply;
}

// Ends the session for good, wherever it is used. A page of another site cannot do that to
// somebody: browsers say where a navigation comes from.
async::Task<Result<Reply>> answer_sign_out(GatewayCall call) {
    Services& services = call.services();
    const SignInAccess* access = services.sign_in;
    if (call.field("Sec-Fetch-Site") == "cross-site") {
        co_return Errc::origin_refused;
    }
    const identity::PrincipalPtr who = co_await session_of_cookie(call);
    if (access == nullptr || who == nullptr) {
        co_return redirect("/app/login");
    }
    const Result<void> ended = co_await end_session(services, who, "signed out");
    if (!ended) {
        co_return ended.error();
    }
    audit::Event event = sign_in_event(call.call(), "logout", who->email);
    event.user_name = who->name;
    event.status = "success";
    event.http_status = 302;
    const Result<audit::Receipt> recorded =
        co_await services.audit_log.append(std::move(event), deadline_in(services.audit_timeout));
    if (!recorded) {
        co_return recorded.error();
    }
    Reply reply = redirect("/app/login");
    reply.fields.push_back({"Set-Cookie", set_cookie(services.site, identity::session_cookie, "",
                                                     "/", "; Max-Age=0")});
    co_return reply;
}

// The same for whoever sends the credential along: a command line that signs out. Its record is the
// pipeline's.
async::Task<Result<Reply>> answer_end_session(GatewayCall call) {
    Services& services = call.services();
    const Result<void> ended = co_await end_session(services, call.principal(), "signed out");
    if (!ended) {
        co_return ended.error();
    }
    Reply reply = no_content();
    if (call.call().by_cookie) {
        reply.fields.push_back({"Set-Cookie", set_cookie(services.site, identity::session_cookie,
                                                         "", "/", "; Max-Age=0")});
    }
    co_return reply;
}

constexpr QueryParameter return_to[] = {
    {"returnTo", "the page to come back to, below /app/"},
};
constexpr QueryParameter callback_query[] = {
    {"code", "the provider's authorization code"},
    {"state", "the state of the sign-in"},
    {"error", "the provider's, instead of a code"},
    {"error_description", "the provider's; not used"},
};

}  // namespace

const Operation begin_web_sign_in{.handle = answer_begin,
                                  .summary = "To the provider, to sign in",
                                  .query = return_to,
                                  .status = 302};
const Operation finish_web_sign_in{.handle = answer_callback,
                                   .summary = "Where the provider sends the browser back to",
                                   .query = callback_query,
                                   .status = 302};
const Operation end_own_session{
    .handle = answer_end_session, .summary = "Ends the caller's own session", .status = 204};
const Operation sign_out{
    .handle = answer_sign_out, .summary = "Ends the browser's session", .status = 302};

}  // namespace rgw::api
