#include "rack_tunnel.hpp"

#include <exception>
#include <utility>

#include "answers.hpp"
#include "rack_request.hpp"
#include "rgw/api/live_sessions.hpp"
#include "rgw/base/log.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds dial_timeout{15};
constexpr std::uint16_t policy_violation = 1008;  // RFC 6455 §7.4.1
constexpr std::uint16_t going_away = 1001;
constexpr std::uint16_t gone_without_close = 1006;

http::CloseReason close_for(const Error& error) {
    return {.code = error.code == Errc::shutting_down ? going_away : policy_violation,
            .reason = public_message(error)};
}

std::string_view name(http::TunnelEnd::By by) {
    switch (by) {
        case http::TunnelEnd::By::client:
            return "client";
        case http::TunnelEnd::By::rack:
            return "rack";
        case http::TunnelEnd::By::gateway:
            return "gateway";
    }
    return "";
}

// A rack that answers a handshake with anything but 101 has said no in its own words.
ErrorAnswer answer_of_rack(const Call& call, http::WebSocketAnswer refused) {
    ErrorAnswer answer;
    answer.head.status = refused.status >= 400 ? refused.status : 502;
    add_common_fields(answer.head, call);
    answer.head.fields.push_back({"Content-Type", "text/plain; charset=utf-8"});
    answer.sentence = refused.refusal.empty()
                          ? "the rack answered with status " + std::to_string(refused.status)
                          : std::move(refused.refusal);
    answer.body = answer.sentence + "\n";
    return answer;
}

}  // namespace

async::Task<Result<void>> RackTunnel::run() {
    Result<Outcome> outcome = Errc::internal;
    try {
        outcome = co_await open_and_relay();
    } catch (const std::exception& e) {
        outcome = Error(Errc::internal, e.what());
    }
    const Result<void> closed =
        co_await entry_.close(outcome ? *outcome : outcome_of_error(outcome.error(), sent_));
    if (!outcome) {
        co_return outcome.error();
    }
    call_.answered_status = outcome->http_status;
    if (!closed) {
        log::warn("the end of a session is not recorded yet",
                  {{"request_id", call_.request_id}, {"error", describe(closed.error())}});
    }
    co_return Result<void>();
}

async::Task<Result<Outcome>> RackTunnel::open_and_relay() {
    auto dialled = co_await rack_.open_websocket(
        rack_target(call_), rack_fields(call_, services_.rack), deadline_in(dial_timeout));
    if (!dialled) {
        co_return dialled.error();
    }
    if (!dialled->socket) {
        Result<Outcome> refused = co_await relay_refusal(std::move(*dialled));
        co_return refused;
    }
    sent_ = Sent::yes;
    auto client = co_await call_.exchange.accept_websocket();
    if (!client) {
        co_return Error(Errc::client_gone, describe(client.error()));
    }
    Outcome outcome = co_await relay(**client, *dialled->socket);
    co_return outcome;
}

async::Task<Result<Outcome>> RackTunnel::relay_refusal(http::WebSocketAnswer refused) {
    if (refused.status == 401) {
        co_return Errc::rack_credential_refused;
    }
    const Outcome outcome = outcome_of_status(refused.status);
    const Result<void> recorded = co_await entry_.close(outcome);
    if (!recorded) {
        co_return recorded.error();
    }
    const Result<void> sent =
        co_await send_refusal(call_, answer_of_rack(call_, std::move(refused)));
    if (!sent) {
        co_return Error(Errc::client_gone, describe(sent.error()));
    }
    co_return outcome;
}

async::Task<Outcome> RackTunnel::relay(http::WebSocket& client, http::WebSocket& rack) {
    http::TunnelOptions options;
    if (tells_exit_code(*call_.rack->route)) {
        options.on_rack_text = [this](std::span<const char> text) { exit_code_.see(text); };
    }
    http::Tunnel tunnel(call_.exchange.loop(), client, rack, std::move(options));
    const LiveSessions::Lease lease =
        services_.sessions.open(call_.exchange.loop(), call_.principal,
                                call_.rack->route->permission, [this, &tunnel](const Error& why) {
                                    lease_ = why;
                                    tunnel.close(close_for(why));
                                });
    const http::TunnelEnd ended = co_await tunnel.run();
    Outcome outcome = outcome_of(ended);
    outcome.session = SessionFigures{.bytes_to_rack = tunnel.bytes_to_rack(),
                                     .bytes_to_client = tunnel.bytes_to_client(),
                                     .ended_by = name(ended.by),
                                     .close_code = ended.close.code,
                                     .exit_code = exit_code_.found()};
    co_return outcome;
}

Outcome RackTunnel::outcome_of(const http::TunnelEnd& end) const {
    Outcome outcome{.status = "success", .http_status = 101};
    if (!lease_) {
        outcome.reason = lease_.error().code;
        outcome.status = outcome.reason == Errc::shutting_down ? "success" : "failed";
    } else if (end.by == http::TunnelEnd::By::rack && end.close.code == gone_without_close) {
        outcome.reason = Errc::rack_connection_lost;
        outcome.status = "error";
    }
    return outcome;
}

}  // namespace rgw::api
