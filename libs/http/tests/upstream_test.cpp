#include "rgw/http/upstream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "support/raw_client.hpp"
#include "support/test_call.hpp"
#include "support/test_server.hpp"

namespace rgw::http::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(Origin, IsReadStrictly) {
    const auto text = [](std::string_view url) {
        const auto origin = parse_origin(url);
        return origin ? (origin->tls ? "tls " : "plain ") + origin->host + " " +
                            std::to_string(origin->port)
                      : std::string(id(origin.error().code));
    };
    EXPECT_EQ(text("https://rack.example.com"), "tls rack.example.com 443");
    EXPECT_EQ(text("HTTPS://Rack.example.com/"), "tls rack.example.com 443");
    EXPECT_EQ(text("https://rack:8443"), "tls rack 8443");
    EXPECT_EQ(text("http://10.0.0.1:5443"), "plain 10.0.0.1 5443");
    EXPECT_EQ(text("rack"), "plain rack 80");
    EXPECT_EQ(text("rack:5443"), "plain rack 5443");
    EXPECT_EQ(text("http://[::1]:80"), "plain ::1 80");
    for (const char* bad : {"", "https://", "https:///", "https://user@rack", "https://u:p@rack",
                            "https://rack/path", "ftp://rack", "https://rack?x", "https://rack:0",
                            "https://rack:99999", "https://rack:", "https://a b", "http://::1"}) {
        EXPECT_EQ(text(bad), "configuration_invalid") << bad;
    }
}

TEST(Upstream, KeepsConnectionsAndUsesTheNewestFirst) {
    TestServer rack;
    TestUpstream upstream(to_port(rack.port()));
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(upstream.get("/hello"), "200 hello");
        EXPECT_EQ(upstream.get("/chunks"), "200 abc");
        EXPECT_EQ(upstream.call("POST", "/whole", "12345"), "200 12345");
        EXPECT_EQ(upstream.call("HEAD", "/hello"), "200 ");
    }
    EXPECT_EQ(upstream.stats().opened_total, 1U);
    EXPECT_EQ(upstream.stats().reused_total, 19U);
    EXPECT_EQ(upstream.stats().idle, 1U);
    EXPECT_EQ(upstream.stats().open, 1U);
}

TEST(Upstream, WritesHostAndFraming) {
    RawServer rack;
    TestUpstream upstream(to_port(rack.port()));
    std::string seen;
    std::thread server([&] {
        RawClient connection = rack.accept();
        for (int i = 0; i < 3; ++i) {
            seen += connection.read_head();
            connection.send(ok);
        }
        seen += connection.read_exactly(3);
    });
    upstream.get("/a?b=c");
    upstream.call("POST", "/empty");
    upstream.call("PUT", "/some", "abc");
    server.join();
    const std::string host = "Host: 127.0.0.1:" + std::to_string(rack.port()) + "\r\n";
    EXPECT_EQ(seen, "GET /a?b=c HTTP/1.1\r\n" + host + "\r\n" + "POST /empty HTTP/1.1\r\n" + host +
                        "Content-Length: 0\r\n\r\n" + "PUT /some HTTP/1.1\r\n" + host +
                        "Content-Length: 3\r\n\r\nabc");
}

TEST(Upstream, RefusesToSendWhatIsNoRequest) {
    TestServer rack;
    TestUpstream upstream(to_port(rack.port()));
    EXPECT_EQ(upstream.call("G T", "/"), "internal");
    EXPECT_EQ(upstream.get("/ HTTP/1.1\r\nX: y"), "internal");
    EXPECT_EQ(upstream.get("http://h/"), "internal");
    EXPECT_EQ(upstream.stats().opened_total, 0U);
}

TEST(Upstream, NeverUsesAConnectionThatSaidSomethingUnasked) {
    RawServer rack;
    TestUpstream upstream(to_port(rack.port()));
    std::promise<void> answered;
    std::promise<void> spoiled;
    std::thread server([&] {
        RawClient spoilt = rack.accept();
        spoilt.read_head();
        spoilt.send(ok);
        answered.get_future().wait();
        spoilt.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad");
        spoiled.set_value();
        RawClient talkative = rack.accept();
        talkative.read_head();
        talkative.send(ok + "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad");
        RawClient last = rack.accept();
        last.read_head();
        last.send(ok);
    });
    EXPECT_EQ(upstream.get("/1"), "200 ok");
    answered.set_value();
    spoiled.get_future().wait();
    EXPECT_EQ(upstream.get("/2"), "200 ok");
    EXPECT_EQ(upstream.get("/3"), "200 ok");
    server.join();
    EXPECT_EQ(upstream.stats().opened_total, 3U);
}

TEST(Upstream, SendsOnceMoreOnlyWhatMayBeSentTwice) {
    RawServer rack;
    TestUpstream upstream(to_port(rack.port()));
    struct Case {
        std::string method;
        std::string body;
        bool twice;
    };
    for (const Case& c : {Case{"GET", "", true}, Case{"DELETE", "", true}, Case{"POST", "", false},
                          Case{"PUT", "abc", false}}) {
        SCOPED_TRACE(c.method);
        std::thread server([&] {
            RawClient first = rack.accept();
            first.read_head();
            first.send(ok);
            first.read_message();  // the second request is taken and not answered
            if (c.twice) {
                first.reset();
                RawClient fresh = rack.accept();
                fresh.read_head();
                fresh.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            }
        });
        EXPECT_EQ(upstream.get("/"), "200 ok");
        EXPECT_EQ(upstream.call(c.method, "/", c.body),
                  c.twice ? "200 ok" : "rack_connection_lost");
        server.join();
    }
}

TEST(Upstream, DoesNotSendOnceMoreAfterTheFirstByteOfAnAnswer) {
    RawServer rack;
    TestUpstream upstream(to_port(rack.port()));
    std::thread server([&] {
        RawClient connection = rack.accept();
        connection.read_head();
        connection.send(ok);
        connection.read_head();
        connection.send("H");
    });
    EXPECT_EQ(upstream.get("/"), "200 ok");
    EXPECT_EQ(upstream.get("/"), "rack_connection_lost");
    server.join();
}

TEST(Upstream, SkipsInterimAnswersAndRefusesUpgradesNobodyAskedFor) {
    RawServer rack;
    TestUpstream upstream(to_port(rack.port()));
    const auto answer_with = [&](const std::string& bytes) {
        std::thread server([&] {
            RawClient connection = rack.accept();
            connection.read_head();
            connection.send(bytes);
        });
        std::string answer = upstream.get("/");
        server.join();
        return answer;
    };
    const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    EXPECT_EQ(
        answer_with("HTTP/1.1 100 Continue\r\n\r\n" + hints + "HTTP/1.1 200 OK\r\n\r\nto the end"),
        "200 to the end");
    EXPECT_EQ(answer_with("HTTP/1.1 101 Switching Protocols\r\n\r\n"), "rack_answer_invalid");
    EXPECT_EQ(answer_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
              "rack_connection_lost");
    EXPECT_EQ(answer_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
              "rack_connection_lost");
    EXPECT_EQ(answer_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz"),
              "rack_answer_invalid");
    EXPECT_EQ(answer_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
              "rack_answer_invalid");
    EXPECT_EQ(answer_with("garbage\r\n\r\n"), "rack_answer_invalid");
    EXPECT_EQ(answer_with("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x')),
              "rack_answer_invalid");
    EXPECT_EQ(answer_with(""), "rack_connection_lost");
    std::string endless;
    for (int i = 0; i < 100; ++i) {
        endless += hints;
    }
    EXPECT_EQ(answer_with(endless), "rack_answer_invalid");
}

}  // namespace
}  // namespace rgw::http::test
