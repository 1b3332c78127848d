#include "rgw/api/pipeline.hpp"

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "audit_entry.hpp"
#include "browser_rules.hpp"
#include "call.hpp"
#include "env_turn.hpp"
#include "rack_proxy.hpp"
#include "rack_tunnel.hpp"
#include "rgw/api/metrics.hpp"
#include "rgw/api/request_id.hpp"
#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"
#include "rgw/settings/trusted_proxies.hpp"

namespace rgw::api {
namespace {

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

// A query that cannot be read holds nothing; only pages are shown all the same.
Result<void> read_query(Call& call) {
    const std::string_view target = call.exchange.head().target;
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) {
        return {};
    }
    auto pairs =
        rack::parse_urlencoded(target.substr(mark + 1), Errc::bad_query, rack::Repeated::allowed);
    if (!pairs) {
        const bool page = call.gateway_route->access.from == From::anyone;
        return page ? Result<void>() : pairs.error();
    }
    call.query = std::move(*pairs);
    return {};
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
    co_await end_env_turn(services_, call);
    services_.metrics.count_request(call.answered_status,
                                    std::chrono::steady_clock::now() - call.began);
}

// The numbered steps of docs/life-of-a-request.md.
async::Task<Result<void>> Pipeline::run_steps(Call& call) {
    // 2. Where does it lead? The mount decides who is asked; nothing unlisted is forwarded.
    const Result<void> matched = find_route(call);
    const Result<void> browser = check_browser(call);
    if (!browser) {
        co_return browser;
    }
    if (auto preflight = answer_preflight(call.exchange.head())) {
        call.answered_status = preflight->status;
        const Result<void> answered = co_await call.exchange.respond(std::move(*preflight), "");
        co_return answered;
    }
    if (call.destination == Destination::nowhere) {
        co_return Errc::route_unknown;
    }
    if (call.gateway_route != nullptr && call.gateway_route->access.from == From::anyone) {
        Result<void> served = co_await limit_rate(call);
        if (served) {
            served = co_await serve_gateway_route(call);
        }
        co_return served;
    }
    // 3. A peer that keeps failing is not listened to; 4. who is it?
    Result<void> step = limit_by_peer(call);
    if (step) {
        step = co_await authenticate(call);
    }
    if (step) {
        step = co_await limit_rate(call);
    }
    if (step) {
        step = matched;  // an unknown route is told only to those who are known, and recorded
    }
    // 5. May they? 6. Does policy allow it? Authorisation first: nobody is prompted for what is
    // refused.
    if (step) {
        step = authorise(call);
    }
    if (step) {
        step = co_await demand_second_factor(call);
    }
    if (step) {
        step = apply_policy(call);
    }
    if (!step) {
        co_return step;
    }
    if (call.rack) {
        step = co_await serve_rack_route(call);
    } else {
        step = co_await serve_gateway_route(call);
    }
    co_return step;
}

// What the row asks for is known from here on. An error is told once the caller is known.
Result<void> Pipeline::find_route(Call& call) {
    const http::RequestHead& head = call.exchange.head();
    Located located = locate(head.method, head.target);
    call.destination = located.destination;
    call.gateway_route = located.gateway_route;
    call.path = std::move(located.path);
    if (call.gateway_route != nullptr) {
        call.needed = call.gateway_route->access.permission;
        return read_query(call);
    }
    Result<void> matched = match_rack_route(call, located.rack_target);
    if (call.rack) {
        call.needed = call.rack->route->permission;
    }
    return matched;
}

Result<void> Pipeline::check_browser(const Call& call) const {
    if (call.gateway_route != nullptr && call.gateway_route->access.host == Host::any) {
        return {};
    }
    const http::RequestHead& head = call.exchange.head();
    const Result<void> host = check_host(head, services_.site);
    return host ? check_origin(head, services_.site) : host;
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

Result<void> Pipeline::apply_policy(const Call& call) const {
    if (call.rack && call.rack->route->destructive &&
        !services_.policy.current()->allow_destructive_actions) {
        return Errc::destructive_disabled;
    }
    return {};
}

}  // namespace rgw::api
