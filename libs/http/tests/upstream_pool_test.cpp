#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "rgw/async/task_group.hpp"
#include "support/raw_client.hpp"
#include "support/test_call.hpp"
#include "support/test_server.hpp"

namespace rgw::http::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

using Call = std::unique_ptr<UpstreamCall>;

async::Task<Call> open(Upstream& upstream, OutRequest out) {
    auto call = co_await upstream.open(std::move(out), deadline_in(5s));
    co_return call ? std::move(*call) : nullptr;
}

// Calls belong to the loop: they end there too.
async::Task<void> drop(Call call) {
    call.reset();
    co_return;
}

TEST(UpstreamPool, RefusesCallsBeyondItsConnections) {
    RawServer rack;
    UpstreamOptions options = to_port(rack.port());
    options.max_connections = 1;
    TestUpstream upstream(options);
    Call held = run(upstream.loop(), open(upstream.upstream(), request("GET", "/")));
    ASSERT_NE(held, nullptr);
    EXPECT_EQ(upstream.get("/"), "overloaded");
    run(upstream.loop(), drop(std::move(held)));
    EXPECT_EQ(upstream.stats().open, 0U);  // not answered, so not kept
}

TEST(UpstreamPool, KeepsAtMostMaxIdleAndForNoLongerThanTheIdleTime) {
    TestServer rack;
    UpstreamOptions options = to_port(rack.port());
    options.max_idle = 1;
    TestUpstream upstream(options);
    Call first = run(upstream.loop(), open(upstream.upstream(), request("GET", "/hello")));
    Call second = run(upstream.loop(), open(upstream.upstream(), request("GET", "/hello")));
    EXPECT_EQ(run(upstream.loop(), read_answer(*first)), "200 hello");
    EXPECT_EQ(run(upstream.loop(), read_answer(*second)), "200 hello");
    run(upstream.loop(), drop(std::move(first)));
    run(upstream.loop(), drop(std::move(second)));
    EXPECT_EQ(upstream.stats().idle, 1U);
    EXPECT_EQ(upstream.stats().open, 1U);
    pass_time(upstream.loop(), 40s);
    EXPECT_EQ(upstream.stats().open, 1U);
    pass_time(upstream.loop(), 60s);
    EXPECT_EQ(upstream.stats().open, 0U);
    EXPECT_EQ(upstream.get("/hello"), "200 hello");
}

TEST(UpstreamPool, KeepsNoConnectionThatEitherSideEnds) {
    TestServer rack;
    TestUpstream upstream(to_port(rack.port()));
    RawServer closing;
    TestUpstream to_closing(to_port(closing.port()));
    std::thread server([&] {
        RawClient connection = closing.accept();
        connection.read_head();
        connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        connection.read_to_end();
    });
    EXPECT_EQ(to_closing.get("/"), "200 ok");
    EXPECT_EQ(to_closing.stats().open, 0U);
    server.join();
}

TEST(UpstreamPool, SaysWhatKeepsItFromTheRack) {
    std::uint16_t nobody = 0;
    {
        const RawServer gone;
        nobody = gone.port();
    }
    TestUpstream refused(to_port(nobody));
    EXPECT_EQ(refused.error_of_get("/"), "rack_unreachable: 127.0.0.1: Connection refused");
    TestUpstream unnamed(to_port(80, "http", "nobody.invalid"));
    EXPECT_THAT(unnamed.error_of_get("/"), StartsWith("rack_unreachable: nobody.invalid: "));
}

TEST(UpstreamPool, TriesEveryAddressOfAName) {
    // localhost is 127.0.0.1 and, on most machines, ::1 first, where nobody listens.
    TestServer rack;
    TestUpstream upstream(to_port(rack.port(), "http", "localhost"));
    EXPECT_EQ(upstream.get("/hello"), "200 hello");
    EXPECT_EQ(upstream.get("/hello"), "200 hello");
    EXPECT_EQ(upstream.stats().opened_total, 1U);
}

TEST(UpstreamCall, TimesOutWhenTheRackDoesNotAnswer) {
    RawServer rack;
    TestUpstream upstream(to_port(rack.port()));
    Call call = run(upstream.loop(), open(upstream.upstream(), request("GET", "/")));
    auto answer = boost::asio::co_spawn(upstream.loop().executor(), read_answer(*call),
                                        boost::asio::use_future);
    RawClient connection = rack.accept();
    connection.read_head();
    pass_time(upstream.loop(), 4s);
    EXPECT_EQ(answer.wait_for(0s), std::future_status::timeout);
    pass_time(upstream.loop(), 6s);
    EXPECT_EQ(answer.get(), "rack_timeout");
    run(upstream.loop(), drop(std::move(call)));
    EXPECT_EQ(upstream.stats().open, 0U);
}

TEST(UpstreamCall, AbortWakesWhoWaits) {
    RawServer rack;
    TestUpstream upstream(to_port(rack.port()));
    Call call = run(upstream.loop(), open(upstream.upstream(), request("GET", "/")));
    auto answer = boost::asio::co_spawn(upstream.loop().executor(), read_answer(*call),
                                        boost::asio::use_future);
    RawClient connection = rack.accept();
    connection.read_head();
    upstream.loop().post([&] { call->abort(); });
    EXPECT_EQ(answer.get(), "rack_connection_lost");
    EXPECT_EQ(connection.read_to_end(), "");
    run(upstream.loop(), drop(std::move(call)));
}

// Sends without end, as a large upload does; `result` says how it ended.
async::Task<void> upload(UpstreamCall& call, std::string& result) {
    const std::string chunk(65536, 'u');
    for (;;) {
        const auto sent = co_await call.write_body(chunk);
        if (!sent) {
            result = id(sent.error().code);
            co_return;
        }
    }
}

async::Task<std::string> upload_and_read(Upstream& upstream, async::Loop& loop) {
    BodyFraming framing;
    framing.kind = BodyKind::chunked;
    Call call = co_await open(upstream, request("POST", "/", framing));
    async::TaskGroup group(loop);
    std::string upload_result;
    group.spawn(upload(*call, upload_result));
    std::string answer = co_await read_answer(*call);
    call->abort();
    co_await group.join();
    co_return answer + ", " + upload_result;
}

TEST(UpstreamCall, ReadsAnEarlyAnswerWhileTheBodyIsStillSent) {
    RawServer rack;
    TestUpstream upstream(to_port(rack.port()));
    std::thread server([&] {
        RawClient connection = rack.accept();
        connection.read_head();
        connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
        connection.discard_to_end();
    });
    EXPECT_EQ(run(upstream.loop(), upload_and_read(upstream.upstream(), upstream.loop())),
              "413 big, rack_connection_lost");
    server.join();
    EXPECT_EQ(upstream.stats().open, 0U);
}

async::Task<std::string> write_wrongly(Upstream& upstream, std::uint64_t announced,
                                       std::string body) {
    BodyFraming framing;
    framing.kind = BodyKind::length;
    framing.length = announced;
    Call call = co_await open(upstream, request("PUT", "/", framing));
    const auto sent = co_await call->write_body(body);
    const auto finished = co_await call->finish_body();
    co_return std::string(sent ? "ok" : id(sent.error().code)) + " " +
        std::string(finished ? "ok" : id(finished.error().code));
}

TEST(UpstreamCall, HoldsItsCallerToTheAnnouncedLength) {
    TestServer rack;
    TestUpstream upstream(to_port(rack.port()));
    EXPECT_EQ(run(upstream.loop(), write_wrongly(upstream.upstream(), 3, "abcd")),
              "internal internal");
    EXPECT_EQ(run(upstream.loop(), write_wrongly(upstream.upstream(), 3, "ab")), "ok internal");
    EXPECT_EQ(run(upstream.loop(), write_wrongly(upstream.upstream(), 3, "abc")), "ok ok");
    EXPECT_EQ(upstream.stats().open, 0U);
}

}  // namespace
}  // namespace rgw::http::test
