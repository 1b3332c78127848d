#include <charconv>

#include "json_text.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/base/text.hpp"
#include "simulator.hpp"

namespace rgw::sim {
namespace {

namespace json = boost::json;

constexpr std::size_t chunk_bytes = 64UL * 1024;
constexpr std::size_t answer_bytes = 32UL * 1024 * 1024;
constexpr std::string_view answer_prefix = "Answer-";

std::uint64_t number(const Request& request, const std::string& name, std::uint64_t otherwise) {
    const std::string text = request.option(name);
    std::uint64_t value = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// Exactly what was asked for, in one piece or as a body of unknown length.
async::Task<Result<void>> send_planned(http::Exchange& exchange, Fault fault) {
    http::OutHead head{.status = fault.status, .fields = std::move(fault.fields)};
    if (fault.kind == "answer") {
        const Result<void> sent = co_await exchange.respond(std::move(head), fault.body);
        co_return sent;
    }
    Result<void> step = co_await exchange.begin(std::move(head), std::nullopt);
    if (step) {
        step = co_await exchange.write(fault.body);
    }
    if (step) {
        step = co_await exchange.finish();
    }
    co_return step;
}

}  // namespace

json::array Simulator::seen_as_json() const {
    json::array out;
    for (const Seen& seen : seen_) {
        json::object headers;
        for (const http::OutField& field : seen.fields) {
            headers[field.name] = valid_utf8(field.value);
        }
        out.push_back({{"method", seen.method},
                       {"target", valid_utf8(seen.target)},
                       {"headers", headers},
                       {"body_bytes", seen.body_bytes}});
    }
    return out;
}

json::array Simulator::sockets_as_json() const {
    json::array out;
    for (const SeenSocket& socket : sockets_) {
        out.push_back({{"target", socket.target},
                       {"command", socket.command},
                       {"frames_in", socket.frames_in},
                       {"frames_out", socket.frames_out},
                       {"bytes_in", socket.bytes_in},
                       {"ended", socket.ended}});
    }
    return out;
}

async::Task<Result<void>> Simulator::serve_control(http::Exchange& exchange,
                                                   const Request& request) {
    const std::string what = request.segments.size() > 1 ? request.segments[1] : "";
    if (what == "bytes") {
        const Result<void> streamed =
            co_await stream_bytes(exchange, number(request, "n", 0), "application/octet-stream");
        co_return streamed;
    }
    if (what == "answer" && request.method == "POST") {
        const Result<void> planned = co_await plan_answer(exchange, request);
        co_return planned;
    }
    Answer answer = failure(404, "");
    if (what == "requests" && request.method == "DELETE") {
        seen_.clear();
        answer = ok();
    } else if (what == "requests") {
        answer = json_answer(seen_as_json());
    } else if (what == "sockets") {
        answer = json_answer(sockets_as_json());
    } else if (what == "fault" && request.method == "POST") {
        fault_ = {.kind = request.option("kind"),
                  .status = static_cast<int>(number(request, "status", 500)),
                  .count = static_cast<int>(number(request, "count", 1)),
                  .after = static_cast<int>(number(request, "after", 0))};
        answer = ok();
    }
    const Result<void> sent = co_await send(exchange, std::move(answer));
    co_return sent;
}

async::Task<Result<void>> Simulator::plan_answer(http::Exchange& exchange, const Request& request) {
    Fault fault{.kind = request.option("kind") == "chunked" ? "chunked" : "answer",
                .status = static_cast<int>(number(request, "status", 200)),
                .count = static_cast<int>(number(request, "count", 1)),
                .after = static_cast<int>(number(request, "after", 0))};
    for (const http::Field& field : exchange.head().fields) {
        if (field.name.size() > answer_prefix.size() &&
            equals_ignoring_case(field.name.substr(0, answer_prefix.size()), answer_prefix)) {
            fault.fields.push_back(
                {std::string(field.name.substr(answer_prefix.size())), std::string(field.value)});
        }
    }
    Result<std::string> body = co_await exchange.read_whole_body(answer_bytes);
    if (!body) {
        co_return body.error();
    }
    fault.body = std::move(*body);
    fault_ = std::move(fault);
    const Result<void> sent = co_await send(exchange, ok());
    co_return sent;
}

async::Task<Result<void>> Simulator::serve_fault(http::Exchange& exchange, const Fault& fault) {
    using namespace std::chrono_literals;
    exchange.close_after();
    if (fault.kind == "hang") {
        co_await async::sleep_for(3600s);
        co_return Errc::cancelled;
    }
    if (fault.kind == "close") {
        exchange.abort();
        co_return Errc::connection_closed;
    }
    if (fault.kind == "cut" || fault.kind == "slow") {
        http::OutHead head;
        head.fields.push_back({"Content-Type", "application/json"});
        Result<void> step = co_await exchange.begin(std::move(head), 1000);
        if (step) {
            step = co_await exchange.write(std::string_view("[\n"));
        }
        if (step && fault.kind == "slow") {
            co_await async::sleep_for(3600s);
        }
        co_return Errc::connection_closed;
    }
    if (fault.kind == "answer" || fault.kind == "chunked") {
        const Result<void> sent = co_await send_planned(exchange, fault);
        co_return sent;
    }
    Answer answer;
    if (fault.kind == "bad_json") {
        answer = {.content_type = "application/json", .body = R"([{"env": "A=planted-secret")"};
    } else if (fault.kind == "gzip") {
        answer = {.content_type = "application/json",
                  .body = "\x1f\x8b\x08planted-secret",
                  .fields = {{"Content-Encoding", "gzip"}}};
    } else if (fault.kind == "garbage") {
        answer = {.content_type = "text/html", .body = "<p>env: A=planted-secret</p>"};
    } else if (fault.kind == "cookie") {
        answer = {.content_type = "application/json",
                  .body = "[]\n",
                  .fields = {{"Set-Cookie", "rack=1"}, {"Keep-Alive", "timeout=5"}}};
    } else if (fault.kind == "redirect") {
        answer = {.status = 302, .fields = {{"Location", "http://evil.example/"}}};
    } else {
        answer = failure(fault.status, "the simulated rack fails as asked");
    }
    const Result<void> sent = co_await send(exchange, std::move(answer));
    co_return sent;
}

async::Task<Result<void>> Simulator::stream_bytes(http::Exchange& exchange, std::uint64_t count,
                                                  std::string content_type) {
    http::OutHead head;
    head.fields.push_back({"Content-Type", std::move(content_type)});
    Result<void> step = co_await exchange.begin(std::move(head), count);
    const std::string chunk(chunk_bytes, 'x');
    for (std::uint64_t left = count; step && left > 0;) {
        const std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(left, chunk.size()));
        step = co_await exchange.write(std::string_view(chunk).substr(0, n));
        left -= n;
    }
    if (step) {
        step = co_await exchange.finish();
    }
    co_return step;
}

}  // namespace rgw::sim
