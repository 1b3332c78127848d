#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/raw_client.hpp"
#include "support/test_server.hpp"

namespace rgw::http::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string post(const std::string& target, const std::string& lines) {
    return "POST " + target + " HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n";
}

const std::string hello = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(RequestBody, IsEchoedWithALengthAndInChunks) {
    TestServer server;
    RawClient client(server.port());
    client.send(post("/echo", "Content-Length: 11\r\n") + "hello world");
    EXPECT_EQ(body_of(client.read_message()), "hello world");
    client.send(post("/echo", "Transfer-Encoding: chunked\r\n") +
                "5;x=y\r\nhello\r\n0\r\nX-T: 1\r\n\r\n");
    // An answer begun before the end of a body of unknown length cannot promise to go on.
    const std::string chunked = client.read_to_end();
    EXPECT_THAT(chunked, HasSubstr("Transfer-Encoding: chunked\r\nConnection: close\r\n"));
    EXPECT_EQ(body_of(chunked), "5\r\nhello\r\n0\r\n\r\n");
}

TEST(RequestBody, ArrivingInAnyPiecesIsTheSame) {
    TestServer server;
    const std::string request = post("/count", "Transfer-Encoding: chunked\r\n") +
                                "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n" + hello;
    for (std::size_t cut = 1; cut < request.size(); cut += 3) {
        RawClient client(server.port());
        client.send(request.substr(0, cut));
        client.send(request.substr(cut));
        EXPECT_EQ(body_of(client.read_message()), "13") << cut;
        EXPECT_EQ(body_of(client.read_message()), "hello") << cut;
    }
}

TEST(RequestBody, IsAskedForWithContinueOnlyWhenRead) {
    TestServer server;
    RawClient client(server.port());
    const std::string expecting = "Content-Length: 3\r\nExpect: 100-continue\r\n";
    client.send(post("/count", expecting));
    EXPECT_EQ(client.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    EXPECT_EQ(body_of(client.read_message()), "3");

    // Refused without reading: no 100, and no keep-alive, because the body may or may not follow.
    client.send(post("/early", expecting));
    const std::string answer = client.read_to_end();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST(RequestBody, LeftUnreadIsDrainedWhenSmall) {
    TestServer server;
    RawClient client(server.port());
    client.send(post("/early", "Content-Length: 60000\r\n") + std::string(60000, 'x') + hello);
    const std::string answer = client.read_message();
    EXPECT_EQ(status_of(answer), "413");
    EXPECT_THAT(answer, Not(HasSubstr("Connection: close")));
    EXPECT_EQ(body_of(client.read_message()), "hello");
}

TEST(RequestBody, LeftUnreadAndLargeEndsTheConnectionAfterTheAnswer) {
    TestServer server;
    for (const char* framing : {"Content-Length: 50000000\r\n", "Transfer-Encoding: chunked\r\n"}) {
        RawClient client(server.port());
        client.send(post("/early", framing) + "186A0\r\n");
        // The client goes on sending, as curl does, and reads only then: the answer must still be
        // there.
        client.send(std::string(400'000, 'x'));
        const std::string answer = client.read_message();
        EXPECT_EQ(status_of(answer), "413");
        EXPECT_THAT(answer, HasSubstr("Connection: close"));
    }
}

TEST(RequestBody, TooLargeToBeReadWholeIsAnError) {
    TestServer server;
    RawClient client(server.port());
    client.send(post("/whole", "Content-Length: 10\r\n") + "0123456789");
    EXPECT_EQ(body_of(client.read_message()), "0123456789");
    client.send(post("/whole", "Content-Length: 11\r\n") + "0123456789a");
    EXPECT_EQ(body_of(client.read_message()), "body_too_large");
    client.send(post("/whole", "Transfer-Encoding: chunked\r\n") + "b\r\n0123456789a\r\n0\r\n\r\n");
    EXPECT_EQ(body_of(client.read_message()), "body_too_large");
}

TEST(RequestBody, OfBadFramingIsABadRequest) {
    TestServer server;
    RawClient client(server.port());
    client.send(post("/count", "Transfer-Encoding: chunked\r\n") + "3\r\nabcX\r\n0\r\n\r\n" +
                hello);
    const std::string answer = client.read_to_end();
    EXPECT_EQ(body_of(answer), "bad_request");
    EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST(RequestBody, CutByTheClientIsAnErrorToTheHandler) {
    TestServer server;
    RawClient client(server.port());
    client.send(post("/count", "Content-Length: 100\r\n") + "abc");
    client.end_writing();
    EXPECT_THAT(client.read_to_end(), HasSubstr("connection_closed"));
    EXPECT_THAT(server.handler().notes(1), ElementsAre("connection_closed"));
}

TEST(RequestBody, ThatStopsArrivingTimesOut) {
    TestServer server;
    RawClient client(server.port());
    client.send(post("/impatient", "Content-Length: 100\r\n") + "abc");
    EXPECT_THAT(server.handler().notes(1), ElementsAre("reading"));
    pass_time(server.loop(), 500ms);
    EXPECT_THAT(server.handler().notes(1), ElementsAre("reading"));
    pass_time(server.loop(), 5s);
    EXPECT_THAT(server.handler().notes(2), ElementsAre("reading", "timed_out"));
    EXPECT_THAT(client.read_to_end(), HasSubstr("timed_out"));
}

TEST(Answer, ThatNobodyReadsTimesOutInBoundedMemory) {
    TestServer server;
    RawClient client(server.port());
    client.shrink_receive_buffer();
    client.send("GET /big/1000000000 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(status_of(client.read_head()), "200");
    // The handler is stuck in write() once the buffers of the kernel are full; then time passes.
    EXPECT_TRUE(eventually([&] {
        pass_time(server.loop(), 120s);
        return !server.handler().notes(0).empty();
    }));
    EXPECT_THAT(server.handler().notes(1), ElementsAre("timed_out"));
}

}  // namespace
}  // namespace rgw::http::test
