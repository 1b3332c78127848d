#include "rgw/http/listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "support/raw_client.hpp"
#include "support/test_server.hpp"

namespace rgw::http::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string hello = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string gate = "GET /gate HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(Listener, SaysWhyAnAddressCannotBeBound) {
    async::Loop loop("loop");
    TestHandler handler;
    ListenerOptions options;
    options.address = "not-an-address";
    const auto unparsable = Listener::open(loop, options, handler, nullptr);
    ASSERT_FALSE(unparsable);
    EXPECT_EQ(unparsable.error().code, Errc::configuration_invalid);
    options.address = "203.0.113.1";
    const auto foreign = Listener::open(loop, options, handler, nullptr);
    ASSERT_FALSE(foreign);
    EXPECT_THAT(describe(foreign.error()), HasSubstr("cannot listen on 203.0.113.1"));
}

TEST(Listener, SeveralLoopsShareAPort) {
    TestServer first;
    ListenerOptions options;
    options.port = first.port();
    TestServer second(options);
    EXPECT_EQ(first.port(), second.port());
    // The kernel spreads connections by a hash of their addresses.
    EXPECT_TRUE(eventually([&] {
        RawClient client(first.port());
        client.send(hello);
        EXPECT_EQ(body_of(client.read_message()), "hello");
        return first.listener().stats().accepted_total > 0 &&
               second.listener().stats().accepted_total > 0;
    }));
}

TEST(Listener, TurnsAwayConnectionsOverTheLimitAndGoesOnWhenOneEnds) {
    ListenerOptions options;
    options.max_connections = 2;
    TestServer server(options);
    {
        RawClient one(server.port());
        RawClient two(server.port());
        one.send(hello);
        two.send(hello);
        EXPECT_EQ(body_of(one.read_message()), "hello");
        EXPECT_EQ(body_of(two.read_message()), "hello");
        RawClient three(server.port());
        three.send(hello);
        const std::string answer = three.read_to_end();
        EXPECT_EQ(status_of(answer), "503");
        EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
        EXPECT_EQ(server.listener().stats().refused_total, 1U);
        EXPECT_EQ(server.listener().stats().connections, 2U);
    }
    EXPECT_TRUE(eventually([&] { return server.listener().stats().connections == 0; }));
    RawClient four(server.port());
    four.send(hello);
    EXPECT_EQ(body_of(four.read_message()), "hello");
}

// The undefined behaviour sanitizer itself needs descriptors and reports their lack as bad memory,
// so this runs in the other builds (the thread sanitizer's among them).
#if !__has_feature(undefined_behavior_sanitizer)
TEST(Listener, SurvivesRunningOutOfDescriptors) {
    TestServer server;
    RawClient before(server.port());
    before.send(hello);
    EXPECT_EQ(body_of(before.read_message()), "hello");

    RawClient waiting(
        server.port());  // its socket is open; the server has none left to accept it with
    waiting.send(hello);
    EXPECT_EQ(body_of(waiting.read_message()), "hello");
    rlimit usual{};
    ::getrlimit(RLIMIT_NOFILE, &usual);
    RawServer
        own_descriptor;  // the highest descriptor in use, so that nothing can be opened beyond it
    RawClient late(server.port());
    const auto highest = static_cast<rlim_t>(late.fd());
    EXPECT_TRUE(eventually([&] { return server.listener().stats().accepted_total == 3; }));
    std::vector<RawClient> fillers;
    rlimit none = usual;
    none.rlim_cur =
        highest + 2;  // room for the next client's own socket, and maybe the accepted one
    ::setrlimit(RLIMIT_NOFILE, &none);
    try {
        for (;;) {
            fillers.emplace_back(server.port());
        }
    } catch (const std::runtime_error&) {
        // no descriptor left for the client either
    }
    before.send(hello);
    EXPECT_EQ(body_of(before.read_message()), "hello");
    ::setrlimit(RLIMIT_NOFILE, &usual);
    RawClient after(server.port());
    after.send(hello);
    EXPECT_EQ(body_of(after.read_message()), "hello");
}
#endif

TEST(Listener, ASlowHeadIsBoundInAllAndNotPerByte) {
    TestServer server;
    RawClient client(server.port());
    client.send(hello);
    EXPECT_EQ(body_of(client.read_message()), "hello");
    client.send("GET /hello HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 5; ++i) {
        client.send("X: y\r\n");
        pass_time(server.loop(), 20s);
    }
    // Each byte came within the limit, but the whole head did not come within 30 s.
    EXPECT_TRUE(eventually([&] {
        pass_time(server.loop(), 31s);
        return !server.handler().notes(0).empty();
    }));
    const std::string answer = client.read_to_end();
    EXPECT_EQ(status_of(answer), "408");
    EXPECT_THAT(server.handler().notes(1), ElementsAre("timed_out in GET /hello HTTP/1.1"));
}

TEST(Listener, ClosesIdleConnectionsAfterTheirTime) {
    TestServer server;
    RawClient silent(server.port());
    RawClient kept(server.port());
    kept.send(hello);
    EXPECT_EQ(body_of(kept.read_message()), "hello");
    EXPECT_TRUE(eventually([&] { return server.listener().stats().connections == 2; }));
    pass_time(server.loop(), 40s);  // more than a first head may take, less than keep-alive lasts
    EXPECT_EQ(silent.read_to_end(), "");
    kept.send(hello);
    EXPECT_EQ(body_of(kept.read_message()), "hello");
    EXPECT_TRUE(eventually([&] {
        pass_time(server.loop(), 130s);
        return server.listener().stats().connections == 0;
    }));
    EXPECT_EQ(kept.read_to_end(), "");
}

async::Task<void> drain_for(Listener& listener, std::chrono::milliseconds span) {
    co_await listener.drain(deadline_in(span));
}

bool is_refused(std::uint16_t port) {
    try {
        const RawClient client(port);
        return false;
    } catch (const std::runtime_error&) {
        return true;
    }
}

TEST(Drain, ClosesIdleConnectionsAndFinishesWhatIsUnderWay) {
    TestServer server;
    RawClient idle(server.port());
    idle.send(hello);
    EXPECT_EQ(body_of(idle.read_message()), "hello");
    RawClient busy(server.port());
    busy.send(gate);
    server.handler().notes(1);
    auto drained = boost::asio::co_spawn(
        server.loop().executor(), drain_for(server.listener(), 60s), boost::asio::use_future);
    EXPECT_EQ(idle.read_to_end(), "");
    EXPECT_TRUE(eventually([&] { return is_refused(server.port()); }));
    EXPECT_EQ(drained.wait_for(0s), std::future_status::timeout);
    server.handler().open_gate();
    const std::string answer = busy.read_to_end();
    EXPECT_THAT(answer, HasSubstr("Connection: close"));
    EXPECT_EQ(body_of(answer), "opened");
    drained.get();
    EXPECT_EQ(server.listener().stats().connections, 0U);
}

TEST(Drain, CutsWhatIsNotDoneAtTheDeadline) {
    TestServer server;
    RawClient client(server.port());
    client.send("POST /count HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_TRUE(eventually([&] { return server.listener().stats().requests_total == 1; }));
    auto drained = boost::asio::co_spawn(server.loop().executor(), drain_for(server.listener(), 3s),
                                         boost::asio::use_future);
    pass_time(server.loop(), 2s);
    EXPECT_EQ(drained.wait_for(0s), std::future_status::timeout);
    pass_time(server.loop(), 4s);
    drained.get();
    EXPECT_THAT(server.handler().notes(1), ElementsAre("connection_closed"));
}

}  // namespace
}  // namespace rgw::http::test
