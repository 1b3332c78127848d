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

std::string get(const std::string& target, const std::string& lines = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n";
}

TEST(Session, AnswersRequestAfterRequestOnOneConnection) {
    TestServer server;
    RawClient client(server.port());
    for (int i = 0; i < 3; ++i) {
        client.send(get("/hello"));
        const std::string answer = client.read_message();
        EXPECT_THAT(answer, HasSubstr("HTTP/1.1 200 OK\r\nDate: "));
        EXPECT_THAT(answer, HasSubstr(" GMT\r\nContent-Length: 5\r\n\r\nhello"));
        EXPECT_THAT(answer, Not(HasSubstr("Connection")));
        EXPECT_THAT(answer, Not(HasSubstr("Server")));
    }
    EXPECT_EQ(server.listener().stats().requests_total, 3U);
    EXPECT_EQ(server.listener().stats().accepted_total, 1U);
}

TEST(Session, AnswersPipelinedRequestsInOrder) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/hello") + "POST /whole HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" +
                get("/chunks") + get("/hello", "Connection: close\r\n"));
    EXPECT_EQ(body_of(client.read_message()), "hello");
    EXPECT_EQ(body_of(client.read_message()), "abc");
    EXPECT_EQ(body_of(client.read_message()), "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n");
    EXPECT_EQ(body_of(client.read_to_end()), "hello");
}

TEST(Session, AnswersAFloodOfPipelinedRequests) {
    TestServer server;
    RawClient client(server.port());
    std::string flood;
    for (int i = 0; i < 2000; ++i) {
        flood += get("/hello", "X-Number: " + std::to_string(i) + "\r\n");
    }
    std::thread sender([&] { client.send(flood); });
    for (int i = 0; i < 2000; ++i) {
        ASSERT_EQ(body_of(client.read_message()), "hello") << i;
    }
    sender.join();
}

TEST(Session, TakesAHeadThatArrivesByteByByte) {
    TestServer server;
    RawClient client(server.port());
    for (const char c : get("/hello")) {
        client.send(std::string_view(&c, 1));
    }
    EXPECT_EQ(body_of(client.read_message()), "hello");
}

TEST(Session, TakesALargeHeadAndABodyBehindIt) {
    TestServer server;
    RawClient client(server.port());
    for (const std::size_t size : {11'000, 12'200, 16'000, 20'000, 60'000}) {
        const std::string lines =
            "X: " + std::string(size, 'x') + "\r\nTransfer-Encoding: chunked\r\n";
        client.send("POST /whole HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n4\r\nabcd\r\n");
        client.send("2\r\nef\r\n0\r\n\r\n");
        EXPECT_EQ(body_of(client.read_message()), "abcdef") << size;
    }
}

TEST(Session, ClosesWhenTheClientAsksForIt) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/hello", "Connection: close\r\n"));
    EXPECT_THAT(client.read_to_end(), HasSubstr("Connection: close\r\n\r\nhello"));
}

TEST(Session, KeepsHttp10OpenOnlyWhenAsked) {
    TestServer server;
    RawClient closes(server.port());
    closes.send("GET /hello HTTP/1.0\r\n\r\n");
    EXPECT_THAT(closes.read_to_end(), HasSubstr("Connection: close\r\n\r\nhello"));

    RawClient keeps(server.port());
    keeps.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(keeps.read_message(), HasSubstr("Connection: keep-alive\r\n\r\nhello"));
    keeps.send("GET /chunks HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const std::string streamed = keeps.read_to_end();
    EXPECT_THAT(streamed, Not(HasSubstr("chunked")));
    EXPECT_EQ(body_of(streamed), "abc");
}

TEST(Session, SendsNoBodyToHeadAndKeepsTheLength) {
    TestServer server;
    RawClient client(server.port());
    client.send("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n" + get("/204") +
                "HEAD /chunks HTTP/1.1\r\nHost: h\r\n\r\n" +
                "HEAD /big/1000000 HTTP/1.1\r\nHost: h\r\n\r\n" + get("/hello"));
    EXPECT_THAT(client.read_head(), HasSubstr("Content-Length: 5"));
    const std::string no_content = client.read_head();
    EXPECT_EQ(status_of(no_content), "204");
    EXPECT_THAT(no_content, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(no_content, Not(HasSubstr("Transfer-Encoding")));
    EXPECT_THAT(client.read_head(), HasSubstr("Transfer-Encoding: chunked"));
    EXPECT_THAT(client.read_head(), HasSubstr("Content-Length: 1000000"));
    EXPECT_EQ(body_of(client.read_message()), "hello");
}

TEST(Session, RefusesBadSyntaxWithAReasonAndCloses) {
    struct Case {
        std::string bytes;
        std::string status;
        std::string note;
    };
    for (const Case& c : {
             Case{"GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", "400",
                  "bad_target in GET /\x01 HTTP/1.1"},
             Case{"GET / HTTP/1.1\r\n\r\n", "400", "bad_header in GET / HTTP/1.1"},
             Case{"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: x\r\n\r\n", "400",
                  "bad_request in GET / HTTP/1.1"},
             Case{"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: x\r\n\r\n", "417",
                  "expectation_failed in PUT / HTTP/1.1"},
             Case{"GET /" + std::string(70'000, 'a'), "431",
                  "head_too_large in GET /" + std::string(251, 'a')},
             Case{"\x16\x03\x01", "400", "bad_request in \x16\x03\x01"},
         }) {
        TestServer server;
        RawClient client(server.port());
        client.send(c.bytes);
        const std::string answer = client.read_to_end();
        EXPECT_EQ(status_of(answer), c.status);
        EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n"));
        EXPECT_THAT(answer, HasSubstr("Connection: close\r\n\r\n{\"error\":\""));
        EXPECT_THAT(server.handler().notes(1), ElementsAre(c.note));
        EXPECT_EQ(server.listener().stats().requests_total, 0U);
    }
}

TEST(Session, AnswersTheGoodRequestsBeforeABadOne) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/hello") + "oops\r\n\r\n" + get("/hello"));
    EXPECT_EQ(body_of(client.read_message()), "hello");
    const std::string last = client.read_to_end();
    EXPECT_EQ(status_of(last), "400");
    EXPECT_THAT(last, Not(HasSubstr("hello")));
}

TEST(Session, AnswersInternalErrorWhenTheHandlerThrowsOrSaysNothing) {
    TestServer server;
    for (const char* target : {"/throw", "/silent"}) {
        RawClient client(server.port());
        client.send(get(target));
        const std::string answer = client.read_to_end();
        EXPECT_EQ(status_of(answer), "500");
        EXPECT_THAT(answer, HasSubstr("Connection: close"));
        EXPECT_THAT(answer, Not(HasSubstr("purpose")));
    }
}

TEST(Session, ShowsTheClientThatAnAnswerIsCut) {
    TestServer server;
    RawClient with_length(server.port());
    with_length.send(get("/cut"));
    EXPECT_THAT(with_length.read_to_end(), HasSubstr("<reset>"));
    RawClient chunked(server.port());
    chunked.send(get("/cut-chunked"));
    const std::string answer = chunked.read_to_end();
    EXPECT_THAT(answer, Not(HasSubstr("0\r\n\r\n")));
    RawClient until_close(server.port());
    until_close.send("GET /cut-chunked HTTP/1.0\r\n\r\n");
    EXPECT_THAT(until_close.read_to_end(), HasSubstr("<reset>"));
}

TEST(Session, NeverSendsMoreThanItAnnounced) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/too-much"));
    EXPECT_THAT(client.read_to_end(), Not(HasSubstr("abc")));
    EXPECT_THAT(server.handler().notes(1), ElementsAre("internal"));
}

TEST(Session, NeverSendsAFieldThatBreaksOutOfItsLine) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/bad-field"));
    const std::string answer = client.read_to_end();
    EXPECT_EQ(status_of(answer), "500");
    EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
    EXPECT_THAT(server.handler().notes(1), ElementsAre("internal"));
}

TEST(Session, NoticesThatTheClientHasLeft) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/gate"));
    EXPECT_THAT(server.handler().notes(1), ElementsAre("at the gate"));
    client.reset();
    EXPECT_THAT(server.handler().notes(2), ElementsAre("at the gate", "client left"));
}

TEST(Session, KnowsItsPeer) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/peer"));
    EXPECT_EQ(body_of(client.read_message()), "127.0.0.1");

    ListenerOptions dual;
    dual.address = "::";
    TestServer both(dual);
    RawClient mapped(both.port());
    mapped.send(get("/peer"));
    EXPECT_EQ(body_of(mapped.read_message()), "127.0.0.1");
}

}  // namespace
}  // namespace rgw::http::test
