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
#include "rgw/rack/urlencoded.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds patience{15};
constexpr std::string_view sign_in_path = "/api/v1/auth/web";
constexpr std::string_view default_target = "/app/rack";

std::string set_cookie(const Site& site, std::string_view name, std::string_view value,
                       std::string_view path, std::string_view lifetime) {
    std::string cookie = std::string(name) + "=" + std::string(value) + "; Path=";
    cookie += path;
    cookie += "; HttpOnly; SameSite=Lax";
    cookie += lifetime;
    cookie += site.secure_cookies ? "; Secure" : "";
    return cookie;
}

std::string escaped(std::string_view name, std::string_view value) {
    const rack::Pair pair{std::string(name), std::string(value)};
    return rack::serialize_urlencoded(std::span(&pair, 1));
}

// The web app's own page says it in words of ours; a provider's never reach a page.
Reply to_error_page(const Error& error) {
    return redirect("/app/auth/error?" + escaped("message", public_message(error)));
}

std::string target_of(const identity::SignedIn& signed_in) {
    std::string target =
        signed_in.return_to.empty() ? std::string(default_target) : signed_in.return_to;
    switch (signed_in.next) {
        case identity::NextStep::enter:
            return target;
        case identity::NextStep::enroll:
            return "/app/account/security?" + escaped("redirect", target);
        case identity::NextStep::challenge:
            return "/app/auth/mfa/challenge?channel=web&" + escaped("redirect", target);
    }
    return target;
}

audit::Event completed(const Call& call, const identity::SignedIn& signed_in) {
    audit::Event event = sign_in_event(call, "login.complete", signed_in.user.email);
    event.user_name = signed_in.user.name;
    event.status = "success";
    event.http_status = 302;
    event.details =
        R"({"channel":"web","session_id":)" + std::to_string(signed_in.session.value) + "}";
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

// The record first, then the cookie; without a record there is no session.
async::Task<Result<Reply>> enter(GatewayCall call, identity::SignedIn signed_in) {
    Services& services = call.services();
    const Result<audit::Receipt> recorded = co_await services.audit_log.append(
        completed(call.call(), signed_in), deadline_in(services.audit_timeout));
    if (!recorded) {
        const Result<bool> revoked = co_await services.sign_in->sessions.revoke(
            signed_in.user.id, signed_in.session, services.clock.now(), "not recorded",
            deadline_in(patience));
        if (!revoked) {
            log::warn("a session nobody has was left to its idle limit",
                      {{"session_id", signed_in.session.value}});
        }
        co_return recorded.error();
    }
    Reply reply = redirect(target_of(signed_in));
    reply.fields.push_back({"Set-Cookie", set_cookie(services.site, identity::session_cookie,
                                                     signed_in.session_text.expose(), "/", "")});
    co_return reply;
}

identity::WebSignIn::MfaRequired mfa_required(const Services& services) {
    return services.policy.current()->mfa_require_all_users ? identity::WebSignIn::MfaRequired::yes
                                                            : identity::WebSignIn::MfaRequired::no;
}

async::Task<Result<Reply>> answer_begin(GatewayCall call) {
    const SignInAccess* access = call.services().sign_in;
    if (access == nullptr) {
        co_return to_error_page(Errc::sign_in_unavailable);
    }
    const auto begun = co_await async::on(
        access->loop,
        access->web.begin(call.query("returnTo").value_or(""), deadline_in(patience)));
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

async::Task<Result<Reply>> answer_callback(GatewayCall call) {
    Services& services = call.services();
    const SignInAccess* access = services.sign_in;
    if (access == nullptr) {
        co_return to_error_page(Errc::sign_in_unavailable);
    }
    identity::SignInAnswer answer{.code = Secret(call.query("code").value_or("")),
                                  .state = call.query("state").value_or(""),
                                  .ip_address = call.call().client_address,
                                  .user_agent = call.call().user_agent};
    const std::string cookie_name = identity::login_cookie_name(answer.state);
    answer.cookie = call.cookie(cookie_name).value_or("");
    auto finished = co_await async::on(
        access->loop,
        access->web.finish(std::move(answer), mfa_required(services), deadline_in(patience)));
    Result<Reply> reply = Errc::internal;
    if (finished) {
        reply = co_await enter(call, std::move(*finished));
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
    const auto text = call.cookie(identity::session_cookie);
    if (access == nullptr || !text) {
        co_return redirect("/app/login");
    }
    const auto known = co_await services.authenticator.authenticate(
        *text, identity::Activity::background, deadline_in(patience));
    if (!known || !(*known)->session) {
        co_return redirect("/app/login");  // over already
    }
    const identity::PrincipalPtr& who = *known;
    audit::Event event = sign_in_event(call.call(), "logout", who->email);
    event.user_name = who->name;
    event.status = "success";
    event.http_status = 302;
    const Result<audit::Receipt> recorded =
        co_await services.audit_log.append(std::move(event), deadline_in(services.audit_timeout));
    if (!recorded) {
        co_return recorded.error();
    }
    const Result<bool> revoked = co_await access->sessions.revoke(
        who->user_id, who->session->id, services.clock.now(), "signed out", deadline_in(patience));
    if (!revoked) {
        co_return revoked.error();
    }
    services.authenticator.invalidate_session(who->session->id);
    Reply reply = redirect("/app/login");
    reply.fields.push_back({"Set-Cookie", set_cookie(services.site, identity::session_cookie, "",
                                                     "/", "; Max-Age=0")});
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
const Operation sign_out{
    .handle = answer_sign_out, .summary = "Ends the browser's session", .status = 302};

}  // namespace rgw::api
