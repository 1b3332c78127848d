#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/parsing.hpp"

namespace rgw::http::test {
namespace {

using namespace std::string_literals;

struct Case {
    std::string bytes;
    std::string outcome;
};

// What a request head says, whole and byte by byte and cut at every point.
void check(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        SCOPED_TRACE(testing::PrintToString(c.bytes));
        EXPECT_EQ(describe_request(c.bytes, c.bytes.size() + 1), c.outcome);
        for (std::size_t step = 1; step < c.bytes.size(); ++step) {
            ASSERT_EQ(describe_request(c.bytes, step),
                      describe_request(c.bytes, c.bytes.size() + 1))
                << step;
        }
    }
}

// A head with these field lines besides Host.
std::string with(const std::string& lines) {
    return "POST /x HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n";
}

TEST(RequestParser, TakesTheRequestLineApart) {
    check({
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / 1.1 none; Host=h"},
        {"GET / HTTP/1.0\r\n\r\n", "GET / 1.0 none close"},
        {"DELETE /apps/a/processes/p-1 HTTP/1.1\r\nHost: h\r\n\r\n",
         "DELETE /apps/a/processes/p-1 1.1 none; Host=h"},
        {"get / HTTP/1.1\r\nHost: h\r\n\r\n", "get / 1.1 none; Host=h"},
        {"M-SEARCH!#$%&'*+.^_`|~ / HTTP/1.1\r\nHost: h\r\n\r\n",
         "M-SEARCH!#$%&'*+.^_`|~ / 1.1 none; Host=h"},
        {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "OPTIONS * 1.1 none; Host=h"},
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\nGET ", "GET / 1.1 none; Host=h +4"},
        {"GET / HTTP/1.1\r\nHost: h\r\n", "more"},
        {"GE", "more"},
        {"", "more"},
        {std::string(32, 'M') + " / HTTP/1.1\r\nHost: h\r\n\r\n",
         std::string(32, 'M') + " / 1.1 none; Host=h"},
        {std::string(33, 'M') + " / HTTP/1.1\r\nHost: h\r\n\r\n", "bad_request"},
        {"G(T / HTTP/1.1\r\nHost: h\r\n\r\n", "bad_request"},
        {"G\tT / HTTP/1.1\r\nHost: h\r\n\r\n", "bad_request"},
        {" GET / HTTP/1.1\r\nHost: h\r\n\r\n", "bad_request"},
        {"\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "bad_request"},
        {"\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "bad_request"},
        {"\x16\x03\x01\x02", "bad_request"},
        {"\0GET / HTTP/1.1\r\n\r\n"s, "bad_request"},
        {"GET\r\nHost: h\r\n\r\n", "bad_request"},
        {"GET /\r\nHost: h\r\n\r\n", "bad_request"},
        {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "bad_target"},
        {"GET /  HTTP/1.1\r\nHost: h\r\n\r\n", "bad_target"},
        {"GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n", "bad_request"},
        {"GET / HTTP/1.1 \r\nHost: h\r\n\r\n", "bad_request"},
        {"GET / HTTP/1.2\r\nHost: h\r\n\r\n", "bad_request"},
        {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", "bad_request"},
        {"GET / HTTP/0.9\r\nHost: h\r\n\r\n", "bad_request"},
        {"GET / HTTP/11\r\nHost: h\r\n\r\n", "bad_request"},
        {"GET / HTTP/1.1.1\r\nHost: h\r\n\r\n", "bad_request"},
        {"GET / http/1.1\r\nHost: h\r\n\r\n", "bad_request"},
        {"GET / FTP/1.1\r\nHost: h\r\n\r\n", "bad_request"},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "bad_request"},
    });
}

TEST(RequestParser, TakesOnlyPlainAbsolutePathsAsTargets) {
    const auto get = [](const std::string& target) {
        return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
    };
    const auto taken = [](const std::string& target) {
        return "GET " + target + " 1.1 none; Host=h";
    };
    std::vector<Case> cases;
    for (const char* target : {"/a?b=c&d=%20", "/a%2Fb", "//x", "/a/../b", "/-._~!$&'()*+,;=:@",
                               "/?", "/a?b?c/d", "/%41%zz"}) {
        cases.push_back({get(target), taken(target)});
    }
    cases.back().outcome = "bad_target";
    for (const char* target :
         {"*",    "x",     "http://h/", "https://h/x", "h:443",     "/a#b",  "/a\"b",
          "/<",   "/>",    "/a\\b",     "/^",          "/`",        "/{",    "/|",
          "/}",   "/[",    "/]",        "/%",          "/%4",       "/%4g",  "/%g4",
          "/a b", "/\x01", "/\x7f",     "/\x80",       "/\xc3\xa9", "/a\tb", "?a"}) {
        cases.push_back({get(target), "bad_target"});
    }
    cases.push_back({"CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", "bad_target"});
    cases.push_back({"GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"s, "bad_target"});
    check(cases);
}

TEST(RequestParser, EndsLinesWithCrLfOnly) {
    check({
        {"GET / HTTP/1.1\nHost: h\n\n", "bad_request"},
        {"GET / HTTP/1.1\r\nHost: h\n\r\n", "bad_request"},
        {"GET / HTTP/1.1\r\nHost: h\r\n\n", "bad_request"},
        {"GET / HTTP/1.1\rHost: h\r\n\r\n", "bad_request"},
        {"GET / HTTP/1.1\r\nHost: h\rA: b\r\n\r\n", "bad_header"},
        {"GET / HTTP/1.1\r\nHost: h\r\r\n\r\n", "bad_header"},
        {"GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", "bad_request"},
    });
}

TEST(RequestParser, KeepsFieldsAsTheyStand) {
    check({
        {with("X-a:b\r\n"), "POST /x 1.1 none; Host=h; X-a=b"},
        {with("x:  \t b \t \r\n"), "POST /x 1.1 none; Host=h; x=b"},
        {with("x:\r\n"), "POST /x 1.1 none; Host=h; x="},
        {with("x: \t \r\n"), "POST /x 1.1 none; Host=h; x="},
        {with("x: a\tb \"c\"\r\n"), "POST /x 1.1 none; Host=h; x=a\tb \"c\""},
        {with("x: caf\xc3\xa9\r\n"), "POST /x 1.1 none; Host=h; x=caf\xc3\xa9"},
        {with("b: 1\r\na: 2\r\nb: 3\r\n"), "POST /x 1.1 none; Host=h; b=1; a=2; b=3"},
        {with("x: a:b\r\n"), "POST /x 1.1 none; Host=h; x=a:b"},
        {with("!#$%&'*+-.^_`|~: 1\r\n"), "POST /x 1.1 none; Host=h; !#$%&'*+-.^_`|~=1"},
    });
}

TEST(RequestParser, RefusesFieldsThatTwoReadersCouldReadDifferently) {
    std::vector<Case> cases;
    for (const std::string& line :
         {"x : b"s, "x\t: b"s, ": b"s, "x"s, "x y: b"s, "x(: b"s, "x\x80: b"s, "\"x\": b"s,
          "x@y: b"s, " x: b"s, "\tx: b"s, "x: a\x01"s, "x: a\0b"s, "x: a\x7f"s, "x: a\x0b"s,
          "x: \x1b[0m"s, "x\0: b"s, "{x}: b"s, "x/y: b"s}) {
        cases.push_back({with(line + "\r\n"), "bad_header"});
    }
    cases.push_back({with("x: a\r\n b\r\n"), "bad_header"});
    cases.push_back({with("x: a\r\n\tb\r\n"), "bad_header"});
    cases.push_back({with("Transfer-Encoding:\r\n chunked\r\n"), "bad_header"});
    check(cases);
}

TEST(RequestParser, WantsExactlyOneValidHost) {
    const auto host = [](const std::string& value) {
        return "GET / HTTP/1.1\r\nHost: " + value + "\r\n\r\n";
    };
    std::vector<Case> cases;
    for (const char* value : {"h", "gateway.example.com", "h:8080", "127.0.0.1:1", "[::1]",
                              "[2001:db8::1]:443", "a%41b", "a_b"}) {
        cases.push_back({host(value), "GET / 1.1 none; Host="s + value});
    }
    for (const char* value :
         {"", "h:", "h:x", "h:123456", "h:65536", ":80", "a b", "a/b", "u@h", "[::1", "::1", "[]",
          "[::1]x", "[g]", "h,h", "h%4", "h#", "h?", "[::1]:"}) {
        cases.push_back({host(value), "bad_header"});
    }
    cases.push_back({"GET / HTTP/1.1\r\n\r\n", "bad_header"});
    cases.push_back({"GET / HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n", "bad_header"});
    cases.push_back({"GET / HTTP/1.0\r\nHost: h\r\nHost: h\r\n\r\n", "bad_header"});
    cases.push_back({"GET / HTTP/1.0\r\nHost: a b\r\n\r\n", "bad_header"});
    check(cases);
}

}  // namespace
}  // namespace rgw::http::test
