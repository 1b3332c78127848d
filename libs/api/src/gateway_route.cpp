// The part of the pipeline that serves a route of the gateway's own.
#include <exception>
#include <string>
#include <utility>

#include "answers.hpp"
#include "audit_entry.hpp"
#include "call.hpp"
#include "gateway_call.hpp"
#include "rgw/api/metrics.hpp"
#include "rgw/api/pipeline.hpp"
#include "rgw/base/log.hpp"

namespace rgw::api {
namespace {

bool has_field(const http::OutHead& head, std::string_view name) {
    for (const http::OutField& field : head.fields) {
        if (field.name == name) {
            return true;
        }
    }
    return false;
}

http::OutHead head_of(Reply& reply, const Call& call, const Site& site) {
    http::OutHead head{.status = reply.status, .fields = std::move(reply.fields)};
    add_common_fields(head, call);
    add_browser_fields(head, site);
    if (!reply.content_type.empty()) {
        head.fields.push_back({"Content-Type", std::string(reply.content_type)});
    }
    if (!has_field(head, "Cache-Control")) {
        head.fields.push_back({"Cache-Control", "no-store"});
    }
    return head;
}

async::Task<Result<void>> stream(http::Exchange& exchange, http::OutHead head, BodySource& source) {
    Result<void> step = co_await exchange.begin(std::move(head), std::nullopt);
    while (step) {
        const Result<std::string> piece = co_await source.next();
        if (!piece) {
            co_return piece.error();
        }
        if (piece->empty()) {
            break;
        }
        step = co_await exchange.write(*piece);
    }
    if (step) {
        step = co_await exchange.finish();
    }
    co_return step;
}

Outcome outcome_of(const Result<Reply>& reply, const Call& call) {
    if (reply) {
        return outcome_of_status(reply->status);
    }
    return call.rack_acted ? outcome_of_error(reply.error(), Sent::yes)
                           : outcome_of_refusal(reply.error());
}

// A bug of ours in a handler must not leave its intent without an outcome.
async::Task<Result<Reply>> run_operation(const Operation& operation, GatewayCall call) {
    Result<Reply> reply = Errc::internal;
    try {
        reply = co_await operation.handle(call);
    } catch (const std::exception& e) {
        reply = Error(Errc::internal, e.what());
    }
    co_return reply;
}

}  // namespace

async::Task<Result<void>> Pipeline::serve_gateway_route(Call& call) {
    const GatewayRoute& route = *call.gateway_route;
    // 7. The body, only where the operation takes one.
    if (route.operation->body != nullptr) {
        Result<std::string> body =
            co_await call.exchange.read_whole_body(route.operation->body_limit);
        if (!body) {
            co_return body.error();
        }
        call.body = std::move(*body);
    }
    const Result<void> from_page = check_form(call);
    if (!from_page) {
        co_return from_page;
    }
    // 8. The record first; 9. the operation; 10. the record's end, whatever happened.
    AuditEntry entry(services_, call);
    const bool recorded = !route.record.action.empty();
    if (recorded && route.record.intent == Intent::by_pipeline) {
        const Result<void> opened = co_await entry.open();
        if (!opened) {
            co_return opened;
        }
    }
    Result<Reply> reply =
        co_await run_operation(*route.operation, GatewayCall(services_, rack_, entry, call));
    if (recorded) {
        const Result<void> closed = co_await entry.close(outcome_of(reply, call));
        if (!closed) {
            co_return closed;
        }
    }
    if (!reply) {
        co_return reply.error();
    }
    const Result<void> answered = co_await answer(call, std::move(*reply));
    if (!answered) {
        services_.metrics.count_refusal(answered.error().code);
    }
    co_return Result<void>();
}

async::Task<Result<void>> Pipeline::answer(Call& call, Reply reply) {
    http::OutHead head = head_of(reply, call, services_.site);
    call.answered_status = head.status;
    if (reply.stream == nullptr) {
        const std::string_view body =
            reply.constant_body.empty() ? reply.body : reply.constant_body;
        const Result<void> sent = co_await call.exchange.respond(std::move(head), body);
        co_return sent;
    }
    const Result<void> streamed = co_await stream(call.exchange, std::move(head), *reply.stream);
    if (!streamed) {
        log::warn("an answer was cut",
                  {{"request_id", call.request_id}, {"error", describe(streamed.error())}});
        call.exchange.abort();
    }
    co_return streamed;
}

}  // namespace rgw::api
