#include "support/proxy_handler.hpp"

#include <memory>
#include <string>

#include "rgw/async/task_group.hpp"

namespace rgw::http::test {
namespace {

constexpr std::size_t chunk_size = 64 * 1024;

// Copies the request's body to the rack; what goes wrong shows when the answer is read.
async::Task<void> copy_up(Exchange& exchange, UpstreamCall& call) {
    auto buffer = std::make_unique_for_overwrite<char[]>(chunk_size);
    for (;;) {
        const auto got = co_await exchange.read_body({buffer.get(), chunk_size});
        if (!got) {
            call.abort();
            co_return;
        }
        if (*got == 0) {
            co_await call.finish_body();
            co_return;
        }
        const auto sent = co_await call.write_body({buffer.get(), *got});
        if (!sent) {
            co_return;
        }
    }
}

async::Task<void> copy_down(UpstreamCall& call, Exchange& exchange, BodyFraming framing) {
    std::size_t size = chunk_size;
    if (framing.kind == BodyKind::length && framing.length < size) {
        size = framing.length;
    }
    auto buffer = std::make_unique_for_overwrite<char[]>(size + 1);
    for (;;) {
        const auto got =
            co_await call.read_body({buffer.get(), size + 1}, std::chrono::seconds(60));
        if (!got) {
            co_return;
        }
        if (*got == 0) {
            co_await exchange.finish();
            co_return;
        }
        const auto sent = co_await exchange.write({buffer.get(), *got});
        if (!sent) {
            co_return;
        }
    }
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
    co_await copy_down(call, exchange, answer->body);
}

}  // namespace rgw::http::test
