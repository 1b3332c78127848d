#include "support/proxy_handler.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "rgw/async/task_group.hpp"
#include "rgw/http/relay.hpp"

namespace rgw::http::test {
namespace {

constexpr std::size_t piece_size = 32 * 1024;

// What goes wrong with the rack shows when the answer is read.
async::Task<void> copy_up(Exchange& exchange, UpstreamCall& call) {
    const auto relayed = co_await relay_request_body(exchange, call);
    const bool client_failed = !relayed && !id(relayed.error().code).starts_with("rack_");
    if (client_failed) {
        call.abort();
    }
}

async::Task<Result<void>> copy_down(UpstreamCall& call, Exchange& exchange) {
    const auto piece = std::make_unique_for_overwrite<char[]>(piece_size);
    for (;;) {
        const auto got =
            co_await call.read_body({piece.get(), piece_size}, std::chrono::seconds(60));
        if (!got) {
            co_return got.error();
        }
        if (*got == 0) {
            break;
        }
        const auto sent = co_await exchange.write({piece.get(), *got});
        if (!sent) {
            co_return sent;
        }
    }
    const auto finished = co_await exchange.finish();
    co_return finished;
}

}  // namespace

async::Task<void> ProxyHandler::handle(Exchange& exchange) {
    OutRequest request;
    request.method = exchange.head().method;
    request.target = exchange.head().target;
    request.body = exchange.head().body;
    for (const Field& field : exchange.head().fields) {
        if (field.name == "Accept" || field.name == "Content-Type" || field.name == "User-Agent") {
            request.fields.push_back({std::string(field.name), std::string(field.value)});
        }
    }
    auto call = co_await upstream_.open(std::move(request), deadline_in(std::chrono::seconds(10)));
    if (!call) {
        OutHead head;
        head.status = info(call.error().code).http_status;
        co_await exchange.respond(std::move(head), public_message(call.error()));
        co_return;
    }
    async::TaskGroup group(exchange.loop());
    if (exchange.head().body.kind != BodyKind::none) {
        group.spawn(copy_up(exchange, **call));
    }
    co_await answer(exchange, **call);
    if (group.active() > 0) {
        (*call)->abort();  // an early answer: the rest of the upload is of no use
    }
    co_await group.join();
}

async::Task<void> ProxyHandler::on_bad_request(std::string_view, const Error&, std::string_view) {
    co_return;
}

async::Task<void> ProxyHandler::answer(Exchange& exchange, UpstreamCall& call) {
    auto answer = co_await call.read_head(std::chrono::seconds(60));
    OutHead head;
    if (!answer) {
        head.status = info(answer.error().code).http_status;
        co_await exchange.respond(std::move(head), public_message(answer.error()));
        co_return;
    }
    head.status = answer->status;
    std::optional<std::uint64_t> length;
    if (answer->body.kind == BodyKind::length || answer->body.kind == BodyKind::none) {
        length = answer->body.length;
    }
    for (const Field& field : answer->fields) {
        if (field.name == "Content-Type" || field.name == "ETag") {
            head.fields.push_back({std::string(field.name), std::string(field.value)});
        }
    }
    co_await exchange.begin(std::move(head), length);
    co_await copy_down(call, exchange);
}

}  // namespace rgw::http::test
