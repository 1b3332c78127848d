#include "rgw/api/pipeline.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "answers.hpp"
#include "audit_entry.hpp"
#include "call.hpp"
#include "rack_proxy.hpp"
#include "rack_tunnel.hpp"
#include "rgw/access/decision.hpp"
#include "rgw/api/metrics.hpp"
#include "rgw/api/refusal_meter.hpp"
#include "rgw/api/request_id.hpp"
#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/settings/trusted_proxies.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds authentication_timeout{5};
constexpr std::size_t user_agent_bytes = 512;

// A list that came in several lines is one list (RFC 9110 §5.3).
std::optional<std::string> forwarded_for(const http::RequestHead& head) {
    std::optional<std::string> all;
    for (const http::Field& field : head.fields) {
        if (equals_ignoring_case(field.name, "X-Forwarded-For")) {
            all = all ? *all + ", " + std::string(field.value) : std::string(field.value);
        }
    }
    return all;
}

std::optional<std::string> user_agent(const http::RequestHead& head) {
    const auto agent = head.find("User-Agent");
    return agent ? std::optional<std::string>(agent->substr(0, user_agent_bytes)) : std::nullopt;
}

bool asks_for_session(const http::RequestHead& head) {
    return !head.upgrade.empty() && http::check_websocket_request(head).has_value();
}

Call start_call(http::Exchange& exchange, const Services& services) {
    const Timestamp now = services.clock.now();
    return {.exchange = exchange,
            .request_id = new_request_id(now),
            .started = now,
            .began = std::chrono::steady_clock::now(),
            .client_address = settings::client_address(
                exchange.peer_address(), forwarded_for(exchange.head()), services.trusted_proxies),
            .user_agent = user_agent(exchange.head()),
            .opens_session = asks_for_session(exchange.head())};
}

// A browser's session must not ride on a command line's credential (spec http-api §3.6).
bool has_session_cookie(const http::RequestHead& head) {
    return std::ranges::any_of(head.fields, [](const http::Field& field) {
        return equals_ignoring_case(field.name, "Cookie") &&
               identity::has_session_cookie(field.value);
    });
}

bool takes_cookies(const Call& call) {
    return call.gateway_route != nullptr && call.gateway_route->from == From::anybody_known;
}

// The Authorization header decides alone where there is one; a cookie counts only on the routes of
// the web app (spec http-api §3.1).
Result<identity::Credential> read_credential(const Call& call) {
    const http::RequestHead& head = call.exchange.head();
    if (head.count("Authorization") > 1) {
        return Errc::credential_malformed;
    }
    Result<identity::Credential> credential =
        identity::parse_authorization(head.find("Authorization"));
    if (!credential) {
        return credential;
    }
    if (!takes_cookies(call) && has_session_cookie(head)) {
        return Errc::credential_ambiguous;
    }
    if (!credential->presented && takes_cookies(call)) {
        if (auto text = identity::find_cookie(head.find("Cookie"), identity::session_cookie)) {
            return identity::Credential{.presented = true, .token = std::move(*text)};
        }
    }
    if (!credential->presented) {
        return Errc::credential_missing;
    }
    return credential;
}

// The web app marks what it asks by itself.
identity::Activity activity_of(const http::RequestHead& head) {
    return head.find("X-Background-Request") ? identity::Activity::background
                                             : identity::Activity::person;
}

constexpr std::chrono::minutes step_up_window{10};

}  // namespace

async::Task<void> Pipeline::handle(http::Exchange& exchange) {
    Call call = start_call(exchange, services_);
    Result<void> served;
    try {
        served = co_await run_steps(call);
    } catch (const std::exception& e) {
        served = Error(Errc::internal, e.what());  // a bug of ours is recorded like any refusal
    }
    if (!served && call.exchange.answer_begun()) {
        call.exchange.abort();
    } else if (!served) {
        co_await refuse(call, served.error());
    }
    services_.metrics.count_request(call.answered_status,
                                    std::chrono::steady_clock::now() - call.began);
}

// The numbered steps of docs/life-of-a-request.md.
async::Task<Result<void>> Pipeline::run_steps(Call& call) {
    // 2. Where does it lead? The mount decides who is asked; nothing unlisted is forwarded.
    const Located located = locate(call.exchange.head().method, call.exchange.head().target);
    call.destination = located.destination;
    call.gateway_route = located.gateway_route;
    if (call.destination == Destination::nowhere) {
        co_return Errc::route_unknown;
    }
    if (call.destination == Destination::gateway && call.gateway_route->from == From::anyone) {
        const Result<void> served = co_await serve_gateway_route(call);
        co_return served;
    }
    const Result<void> matched = match_rack_route(call, located.rack_target);
    // 3. A peer that keeps failing is not listened to; 4. who is it?
    Result<void> step = limit_by_peer(call);
    if (step) {
        step = co_await authenticate(call);
    }
    if (!step) {
        co_return step;
    }
    if (call.destination == Destination::gateway) {
        const Result<void> served = co_await serve_gateway_route(call);
        co_return served;
    }
    if (!matched) {
        co_return matched;  // an unknown route is told only to those who are known, and recorded
    }
    // 5. May they? 6. Does policy allow it? Authorisation first: nobody is prompted for what is
    // refused.
    step = authorise(call);
    if (step) {
        step = demand_second_factor(call);
    }
    if (step) {
        step = apply_policy(call);
    }
    if (!step) {
        co_return step;
    }
    const Result<void> served = co_await serve_rack_route(call);
    co_return served;
}

async::Task<Result<void>> Pipeline::serve_rack_route(Call& call) {
    // 7. The body, only where the route inspects it.
    Result<std::string> body = co_await inspect_body(call);
    if (!body) {
        co_return body.error();
    }
    // 8. The record first; 9. the call; 10. the record's end, whatever happened.
    AuditEntry entry(services_, call);
    const Result<void> opened = co_await entry.open();
    if (!opened) {
        co_return opened;
    }
    if (call.opens_session) {
        RackTunnel tunnel(services_, rack_, call, entry);
        const Result<void> ended = co_await tunnel.run();
        co_return ended;
    }
    RackProxy proxy(services_, rack_, call, entry);
    const Result<void> done = co_await proxy.run(std::move(body.value()));
    if (!done && call.exchange.answer_begun()) {
        // The client sees a cut answer; the record holds the outcome.
        log::warn("an answer was cut",
                  {{"request_id", call.request_id}, {"error", describe(done.error())}});
        services_.metrics.count_refusal(done.error().code);
        call.exchange.abort();
    } else if (!done) {
        co_await refuse(call, done.error());
    }
    co_await proxy.end_upload();
    co_return Result<void>();
}

async::Task<Result<void>> Pipeline::serve_gateway_route(Call& call) {
    Result<Reply> reply = co_await call.gateway_route->handler(GatewayCall(services_, call));
    if (!reply) {
        co_return reply.error();
    }
    http::OutHead head{.status = reply->status, .fields = std::move(reply->fields)};
    add_common_fields(head, call);
    head.fields.push_back({"Referrer-Policy", "strict-origin-when-cross-origin"});
    if (services_.sign_in != nullptr && services_.sign_in->secure_cookies) {
        head.fields.push_back({"Strict-Transport-Security", "max-age=63072000"});
    }
    head.fields.push_back({"Content-Type", std::string(reply->content_type)});
    head.fields.push_back({"Cache-Control", "no-store"});
    call.answered_status = head.status;
    const Result<void> answered = co_await call.exchange.respond(std::move(head), reply->body);
    if (!answered) {
        services_.metrics.count_refusal(answered.error().code);
    }
    co_return Result<void>();
}

Result<void> Pipeline::limit_by_peer(const Call& call) const {
    if (services_.refusals.exhausted(call.client_address, call.started)) {
        return Errc::peer_rate_limited;
    }
    return {};
}

async::Task<Result<void>> Pipeline::authenticate(Call& call) {
    Result<identity::Credential> credential = read_credential(call);
    if (!credential) {
        co_return credential.error();
    }
    const auto principal = co_await services_.authenticator.authenticate(
        std::move(credential->token), activity_of(call.exchange.head()),
        deadline_in(authentication_timeout));
    if (!principal) {
        call.principal = principal.error().known;
        co_return principal.error().error;
    }
    call.principal = principal.value();
    co_return Result<void>();
}

Result<void> Pipeline::authorise(const Call& call) const {
    if (call.rack->route->callers == rack::Callers::people && call.principal->api_token_id) {
        return Errc::person_required;
    }
    return access::decide(call.principal->permissions, call.rack->route->permission);
}

// Of people, once they may (spec proxy-rbac §3.4); API tokens are judged by their permissions
// alone. A session that has not shown its factor can do nothing here, whatever the level.
Result<void> Pipeline::demand_second_factor(const Call& call) const {
    const auto& session = call.principal->session;
    if (!session || !(session->mfa_enforced || services_.policy.current()->mfa_require_all_users)) {
        return {};
    }
    if (!session->mfa_verified_at) {
        return session->mfa_enrolled ? Errc::mfa_required : Errc::mfa_enrollment_required;
    }
    switch (access::mfa_level(call.rack->route->permission)) {
        case access::MfaLevel::none:
            return {};
        case access::MfaLevel::step_up:
            if (session->recent_step_up_at &&
                call.started < *session->recent_step_up_at + step_up_window) {
                return {};
            }
            return Errc::mfa_required;
        case access::MfaLevel::always:
            return Errc::mfa_required;  // no request can bring a factor yet
    }
    return Errc::mfa_required;
}

Result<void> Pipeline::apply_policy(const Call& call) const {
    if (call.rack->route->destructive && !services_.policy.current()->allow_destructive_actions) {
        return Errc::destructive_disabled;
    }
    return {};
}

}  // namespace rgw::api
