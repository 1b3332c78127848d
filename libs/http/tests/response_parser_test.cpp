#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/parsing.hpp"

namespace rgw::http::test {
namespace {

using namespace std::string_literals;

struct Case {
    std::string bytes;
    std::string outcome;
    std::string method = "GET";
};

void check(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        SCOPED_TRACE(testing::PrintToString(c.bytes));
        EXPECT_EQ(describe_response(c.bytes, c.method, c.bytes.size()), c.outcome);
        for (std::size_t step = 1; step < c.bytes.size(); ++step) {
            ASSERT_EQ(describe_response(c.bytes, c.method, step), c.outcome) << step;
        }
    }
}

std::string ok(const std::string& lines) {
    return "HTTP/1.1 200 OK\r\n" + lines + "\r\n";
}

TEST(ResponseParser, TakesTheStatusLineApart) {
    const std::string end = "\r\nContent-Length: 0\r\n\r\n";
    check({
        {"HTTP/1.1 200 OK" + end, "200 1.1 none; Content-Length=0"},
        {"HTTP/1.1 200 " + end, "200 1.1 none; Content-Length=0"},
        {"HTTP/1.0 404 Not Found" + end, "404 1.0 none close; Content-Length=0"},
        {"HTTP/1.1 599 caf\xe9" + end, "599 1.1 none; Content-Length=0"},
        {"HTTP/1.1 200 OK" + end + "xyz", "200 1.1 none; Content-Length=0 +3"},
        {"HTTP/1.1 2", "more"},
        {"HTTP/1.1 200" + end, "rack_answer_invalid"},
        {"HTTP/1.1  200 OK" + end, "rack_answer_invalid"},
        {"HTTP/1.1 20 OK" + end, "rack_answer_invalid"},
        {"HTTP/1.1 2000 OK" + end, "rack_answer_invalid"},
        {"HTTP/1.1 2x0 OK" + end, "rack_answer_invalid"},
        {"HTTP/1.1 099 OK" + end, "rack_answer_invalid"},
        {"HTTP/1.1 600 OK" + end, "rack_answer_invalid"},
        {"HTTP/1.1 -20 OK" + end, "rack_answer_invalid"},
        {"HTTP/1.2 200 OK" + end, "rack_answer_invalid"},
        {"HTTP/2 200 OK" + end, "rack_answer_invalid"},
        {"http/1.1 200 OK" + end, "rack_answer_invalid"},
        {"ICY 200 OK" + end, "rack_answer_invalid"},
        {"HTTP/1.1\t200 OK" + end, "rack_answer_invalid"},
        {"HTTP/1.1 200 O\x01K" + end, "rack_answer_invalid"},
        {"\r\nHTTP/1.1 200 OK" + end, "rack_answer_invalid"},
        {"<html>", "rack_answer_invalid"},
    });
}

TEST(ResponseParser, FramesTheBodyByTheRulesOfTheRfc) {
    check({
        {ok("Content-Length: 5\r\n"), "200 1.1 length=5; Content-Length=5"},
        {ok("Transfer-Encoding: chunked\r\n"), "200 1.1 chunked; Transfer-Encoding=chunked"},
        {ok(""), "200 1.1 until_close close"},
        {ok("Connection: keep-alive\r\n"), "200 1.1 until_close close; Connection=keep-alive"},
        {ok("Connection: close\r\nContent-Length: 5\r\n"),
         "200 1.1 length=5 close; Connection=close; Content-Length=5"},
        {"HTTP/1.0 200 OK\r\n\r\n", "200 1.0 until_close close"},
        {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n",
         "200 1.0 length=5; Connection=keep-alive; Content-Length=5"},
        {ok("Content-Length: 5\r\n"), "200 1.1 none; Content-Length=5", "HEAD"},
        {ok("Transfer-Encoding: chunked\r\n"), "200 1.1 none; Transfer-Encoding=chunked", "HEAD"},
        {ok(""), "200 1.1 none", "HEAD"},
        {"HTTP/1.1 204 No Content\r\n\r\n", "204 1.1 none"},
        {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "204 1.1 none; Content-Length=5"},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
         "304 1.1 none; Content-Length=5"},
        {"HTTP/1.1 100 Continue\r\n\r\n", "100 1.1 none"},
        {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", "103 1.1 none; Link=x"},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
         "101 1.1 none; Upgrade=websocket"},
    });
}

TEST(ResponseParser, RefusesWhatCannotBeRelayedSafely) {
    std::vector<Case> cases;
    for (const std::string& lines : {
             "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"s,
             "Content-Length: 5\r\nContent-Length: 6\r\n"s,
             "Content-Length: 5\r\nContent-Length: 5\r\n"s,
             "Content-Length: 5, 5\r\n"s,
             "Content-Length: +5\r\n"s,
             "Content-Length: x\r\n"s,
             "Content-Length: 99999999999999999999\r\n"s,
             "Transfer-Encoding: identity\r\n"s,
             "Transfer-Encoding: gzip, chunked\r\n"s,
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"s,
             "x: a\r\n b\r\n"s,
             "x : a\r\n"s,
             ": a\r\n"s,
             "x\r\n"s,
             "x: a\0\r\n"s,
             "x: a\nContent-Length: 5\r\n"s,
             "x: a\rb\r\n"s,
             "\xc3\xa9: a\r\n"s,
         }) {
        cases.push_back({ok(lines), "rack_answer_invalid"});
    }
    cases.push_back(
        {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "rack_answer_invalid"});
    cases.push_back({"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "rack_answer_invalid"});
    cases.push_back({ok("x: " + std::string(600, 'a') + "\r\n"), "rack_answer_invalid"});
    check(cases);
}

}  // namespace
}  // namespace rgw::http::test
