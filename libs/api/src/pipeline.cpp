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
#include "rgw/api/readiness.hpp"
#include "rgw/api/refusal_meter.hpp"
#include "rgw/api/request_id.hpp"
#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/settings/trusted_proxies.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds authentication_timeout{5};
constexpr std::string_view healthy_body = R"({"status":"ok","service":"rack-gateway"})";
constexpr std::string_view unavailable_body =
    R"({"status":"unavailable","service":"rack-gateway"})";
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
    if (call.destination == Destination::gateway && !call.gateway_route->authenticated) {
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
    http::OutHead head;
    std::string_view body;
    switch (call.gateway_route->action) {
        case GatewayAction::empty_list:
            body = "[]\n";
            break;
        case GatewayAction::health:
            body = healthy_body;
            break;
        case GatewayAction::ready: {
            const Result<void> ready = co_await services_.readiness.check();
            head.status = ready ? 200 : 503;
            body = ready ? healthy_body : unavailable_body;
            break;
        }
    }
    add_common_fields(head, call);
    head.fields.push_back({"Content-Type", "application/json; charset=utf-8"});
    head.fields.push_back({"Cache-Control", "no-store"});
    call.answered_status = head.status;
    const Result<void> answered = co_await call.exchange.respond(std::move(head), body);
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
    const http::RequestHead& head = call.exchange.head();
    if (head.count("Authorization") > 1) {
        co_return Errc::credential_malformed;
    }
    Result<identity::Credential> credential =
        identity::parse_authorization(head.find("Authorization"));
    if (!credential) {
        co_return credential.error();
    }
    if (has_session_cookie(head)) {
        co_return Errc::credential_ambiguous;
    }
    if (!credential->presented) {
        co_return Errc::credential_missing;
    }
    const auto principal = co_await services_.authenticator.authenticate(
        std::move(credential->token), identity::Activity::person,
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

Result<void> Pipeline::apply_policy(const Call& call) const {
    if (call.rack->route->destructive && !services_.policy.current()->allow_destructive_actions) {
        return Errc::destructive_disabled;
    }
    return {};
}

}  // namespace rgw::api
