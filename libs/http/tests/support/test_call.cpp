#include "support/test_call.hpp"

#include <array>
#include <boost/asio/use_future.hpp>
#include <chrono>

#include "support/test_server.hpp"

namespace rgw::http::test {
namespace {

using namespace std::chrono_literals;

async::Task<Result<std::string>> call_once(Upstream& upstream, OutRequest out, std::string body) {
    auto call = co_await upstream.open(std::move(out), deadline_in(5s));
    if (!call) {
        co_return call.error();
    }
    if (!body.empty()) {
        const auto sent = co_await (*call)->write_body(body);
        const auto finished = co_await (*call)->finish_body();
        if (!sent || !finished) {
            co_return sent ? finished.error() : sent.error();
        }
    }
    const auto head = co_await (*call)->read_head(5s);
    if (!head) {
        co_return head.error();
    }
    std::string text = std::to_string(head->status) + " ";
    std::array<char, 1000> chunk;
    for (;;) {
        const auto got = co_await (*call)->read_body(chunk, 5s);
        if (!got) {
            co_return got.error();
        }
        if (*got == 0) {
            co_return text;
        }
        text.append(chunk.data(), *got);
    }
}

async::Task<void> close(Upstream& upstream) {
    upstream.close();
    co_return;
}

}  // namespace

TestUpstream::TestUpstream(UpstreamOptions options, ClientTls* tls)
    : upstream_(std::make_unique<Upstream>(loop_, resolver_, std::move(options), tls)) {
    loop_.start();
}

TestUpstream::~TestUpstream() {
    boost::asio::co_spawn(loop_.executor(), close(*upstream_), boost::asio::use_future).get();
    loop_.stop();
    loop_.join();
}

std::string TestUpstream::call(const std::string& method, const std::string& target,
                               const std::string& body) {
    BodyFraming framing;
    if (!body.empty()) {
        framing.kind = BodyKind::length;
        framing.length = body.size();
    }
    const auto answer = run(loop_, call_once(*upstream_, request(method, target, framing), body));
    return answer ? *answer : std::string(id(answer.error().code));
}

std::string TestUpstream::error_of_get(const std::string& target) {
    const auto answer = run(loop_, call_once(*upstream_, request("GET", target), ""));
    return answer ? "" : describe(answer.error());
}

UpstreamOptions to_port(std::uint16_t port, const std::string& scheme, const std::string& host) {
    UpstreamOptions options;
    options.origin = parse_origin(scheme + "://" + host + ":" + std::to_string(port)).value();
    return options;
}

OutRequest request(const std::string& method, const std::string& target, BodyFraming body) {
    OutRequest out;
    out.method = method;
    out.target = target;
    out.body = body;
    return out;
}

async::Task<std::string> read_answer(UpstreamCall& call) {
    const auto head = co_await call.read_head(5s);
    if (!head) {
        co_return std::string(id(head.error().code));
    }
    std::string text = std::to_string(head->status) + " ";
    std::array<char, 1000> chunk;
    auto got = co_await call.read_body(chunk, 5s);
    while (got && *got > 0) {
        text.append(chunk.data(), *got);
        got = co_await call.read_body(chunk, 5s);
    }
    co_return got ? text : std::string(id(got.error().code));
}

}  // namespace rgw::http::test
