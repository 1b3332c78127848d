// The half of the pipeline that reads a call for the rack: what is listed, in the one form the rack
// will see.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "call.hpp"
#include "release_env.hpp"
#include "rgw/api/pipeline.hpp"
#include "rgw/base/text.hpp"
#include "rgw/rack/body.hpp"
#include "rgw/rack/headers.hpp"

namespace rgw::api {
namespace {

constexpr std::size_t most_form_bytes = 1024UL * 1024;
constexpr std::string_view socket_method = "SOCKET";  // as the route table calls a WebSocket

// Only a handshake leads to the SOCKET rows, whatever the method is called.
std::string_view route_method(const Call& call) {
    const std::string_view method = call.exchange.head().method;
    if (call.opens_session) {
        return socket_method;
    }
    return method == socket_method ? std::string_view() : method;
}

bool has_body(const http::BodyFraming& body) {
    return body.kind == http::BodyKind::chunked ||
           (body.kind == http::BodyKind::length && body.length > 0);
}

// The web app reads, scales a service and stops a process (spec http-api §7, §13). Sessions,
// uploads and downloads are the command line's: a browser adds its cookie too easily.
bool has_use_for_web_app(const rack::Route& route) {
    using access::Permission;
    if (route.kind != rack::Kind::json && route.kind != rack::Kind::text) {
        return false;
    }
    return route.method == "GET" ||
           (route.method == "PUT" && route.pattern == "/apps/{app}/services/{service}") ||
           (route.method == "DELETE" && route.permission == Permission::convox_process_terminate);
}

}  // namespace

Result<void> Pipeline::match_rack_route(Call& call, std::string_view rack_target) {
    if (rack_target.empty()) {
        return {};
    }
    const http::RequestHead& head = call.exchange.head();
    if (call.destination == Destination::rack_by_browser && head.method == "PUT") {
        // The web app scales with a query; what the rack is told stands in one form (§13).
        const std::size_t mark = std::min(rack_target.find('?'), rack_target.size());
        call.body = rack_target.substr(std::min(mark + 1, rack_target.size()));
        rack_target = rack_target.substr(0, mark);
    }
    Result<rack::Match> match = rack::match(route_method(call), rack_target);
    if (!match) {
        return match.error();
    }
    if (call.destination == Destination::rack_by_browser && !has_use_for_web_app(*match->route)) {
        return Errc::route_unknown;
    }
    call.rack = std::move(match.value());
    if (!head.upgrade.empty() && !call.opens_session) {
        return equals_ignoring_case(head.upgrade, "websocket")
                   ? http::check_websocket_request(head)
                   : Result<void>(Errc::upgrade_refused);
    }
    return check_options(call);
}

// A rack takes the first of several values, somebody who inspects perhaps the last: one is allowed.
Result<void> Pipeline::check_options(Call& call) {
    const http::RequestHead& head = call.exchange.head();
    for (const std::string_view option : call.rack->route->headers) {
        if (head.count(option) > 1) {
            return Error(Errc::bad_header, std::string(option) + " occurs twice");
        }
    }
    if (std::ranges::count(call.rack->route->headers, "Command") == 0) {
        return {};
    }
    call.command = head.find("Command");
    for (const http::Field& field : head.fields) {
        if (rack::sets_environment(field.name)) {
            return Error(Errc::env_change_refused, std::string(field.name));
        }
    }
    return {};
}

async::Task<Result<std::string>> Pipeline::inspect_body(Call& call) {
    const http::RequestHead& head = call.exchange.head();
    const rack::Route& route = *call.rack->route;
    if (!has_body(head.body)) {
        co_return call.body.empty() ? Result<std::string>(std::string())
                                    : rack::pin_body(route, call.body);
    }
    if (route.body == rack::BodyRule::none) {
        co_return Error(Errc::bad_body, "this route takes none");
    }
    if (head.count("Content-Type") > 1) {
        co_return Error(Errc::bad_header, "Content-Type occurs twice");
    }
    if (auto type = rack::check_content_type(route, head.find("Content-Type")); !type) {
        co_return type.error();
    }
    if (!rack::is_form(route.body)) {
        co_return std::string();
    }
    Result<std::string> body = co_await call.exchange.read_whole_body(most_form_bytes);
    if (!body) {
        co_return body.error();
    }
    if (route.body != rack::BodyRule::release_form) {
        co_return rack::pin_body(route, body.value());
    }
    Result<rack::ReleaseForm> form = rack::read_release_form(body.value());
    if (!form) {
        co_return form.error();
    }
    if (!form->env) {
        co_return std::move(form->others);
    }
    ReleaseEnv env(services_, rack_, call);
    Result<std::string> planned = co_await env.plan(std::move(*form));
    co_return planned;
}

}  // namespace rgw::api
