#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/parsing.hpp"

namespace rgw::http::test {
namespace {

using namespace std::string_literals;

struct Case {
    std::string lines;
    std::string outcome;
};

void check(const std::string& request_line, const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        SCOPED_TRACE(testing::PrintToString(c.lines));
        const std::string bytes = request_line + "\r\nHost: h\r\n" + c.lines + "\r\n";
        std::string outcome = describe_request(bytes, bytes.size());
        outcome = outcome.substr(0, outcome.find(';'));  // the fields are not the subject here
        EXPECT_EQ(outcome, c.outcome);
    }
}

TEST(RequestFraming, ReadsOneUnmistakableLengthOrChunked) {
    check("POST /x HTTP/1.1",
          {
              {"Content-Length: 5\r\n", "POST /x 1.1 length=5"},
              {"content-length:0\r\n", "POST /x 1.1 none"},
              {"Content-Length: 007\r\n", "POST /x 1.1 length=7"},
              {"Content-Length: 9223372036854775807\r\n", "POST /x 1.1 length=9223372036854775807"},
              {"Transfer-Encoding: chunked\r\n", "POST /x 1.1 chunked"},
              {"transfer-encoding: CHUNKED\r\n", "POST /x 1.1 chunked"},
              {"Content-Length: 9223372036854775808\r\n", "bad_request"},
              {"Content-Length: 18446744073709551616\r\n", "bad_request"},
              {"Content-Length: 99999999999999999999999\r\n", "bad_request"},
              {"Content-Length: +5\r\n", "bad_request"},
              {"Content-Length: -5\r\n", "bad_request"},
              {"Content-Length: 0x5\r\n", "bad_request"},
              {"Content-Length: 5 \t\r\n", "POST /x 1.1 length=5"},
              {"Content-Length: 5 5\r\n", "bad_request"},
              {"Content-Length: 5, 5\r\n", "bad_request"},
              {"Content-Length: 5,\r\n", "bad_request"},
              {"Content-Length: \r\n", "bad_request"},
              {"Content-Length: 5.0\r\n", "bad_request"},
              {"Content-Length: five\r\n", "bad_request"},
              {"Content-Length: \"5\"\r\n", "bad_request"},
              {"Content-Length: 5\r\nContent-Length: 5\r\n", "bad_request"},
              {"Content-Length: 5\r\ncontent-length: 6\r\n", "bad_request"},
              {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "bad_request"},
              {"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "bad_request"},
              {"Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "bad_request"},
              {"Transfer-Encoding: identity\r\n", "bad_request"},
              {"Transfer-Encoding: xchunked\r\n", "bad_request"},
              {"Transfer-Encoding: chunked, identity\r\n", "bad_request"},
              {"Transfer-Encoding: gzip, chunked\r\n", "bad_request"},
              {"Transfer-Encoding: chunked, chunked\r\n", "bad_request"},
              {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "bad_request"},
              {"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "bad_request"},
              {"Transfer-Encoding: chunked;q=1\r\n", "bad_request"},
              {"Transfer-Encoding: \"chunked\"\r\n", "bad_request"},
              {"Transfer-Encoding:\r\n", "bad_request"},
              {"Transfer-Encoding: ,chunked\r\n", "bad_request"},
          });
    check("POST /x HTTP/1.0", {
                                  {"Content-Length: 5\r\n", "POST /x 1.0 length=5 close"},
                                  {"Transfer-Encoding: chunked\r\n", "bad_request"},
                              });
}

TEST(RequestFraming, KnowsWhetherTheConnectionGoesOn) {
    check("GET / HTTP/1.1", {
                                {"", "GET / 1.1 none"},
                                {"Connection: close\r\n", "GET / 1.1 none close"},
                                {"Connection: keep-alive, CLOSE\r\n", "GET / 1.1 none close"},
                                {"Connection: a\r\nConnection: close\r\n", "GET / 1.1 none close"},
                                {"Connection: ,, close ,\r\n", "GET / 1.1 none close"},
                                {"Connection: closed\r\n", "GET / 1.1 none"},
                                {"Connection: a b\r\n", "bad_request"},
                                {"Connection: close; x\r\n", "bad_request"},
                            });
    check("GET / HTTP/1.0", {
                                {"Connection: Keep-Alive\r\n", "GET / 1.0 none"},
                                {"Connection: keep-alive, close\r\n", "GET / 1.0 none close"},
                            });
}

TEST(RequestFraming, TakesOnlyTheOneExpectationThereIs) {
    check(
        "PUT / HTTP/1.1",
        {
            {"Expect: 100-continue\r\nContent-Length: 1\r\n", "PUT / 1.1 length=1 expects"},
            {"Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", "PUT / 1.1 chunked expects"},
            {"Expect: 100-continue\r\n", "PUT / 1.1 none"},
            {"Expect: 200-ok\r\n", "expectation_failed"},
            {"Expect: 100-continue, x\r\n", "expectation_failed"},
            {"Expect:\r\n", "expectation_failed"},
            {"Expect: 100-continue\r\nExpect: 100-continue\r\n", "expectation_failed"},
        });
    check("PUT / HTTP/1.0",
          {{"Expect: 100-continue\r\nContent-Length: 1\r\n", "PUT / 1.0 length=1 close"}});
}

TEST(RequestFraming, SeesAnUpgradeOnlyWhenTheConnectionFieldNamesIt) {
    check(
        "GET /ws HTTP/1.1",
        {
            {"Connection: Upgrade\r\nUpgrade: websocket\r\n", "GET /ws 1.1 none upgrade=websocket"},
            {"Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n",
             "GET /ws 1.1 none upgrade=WebSocket"},
            {"Upgrade: websocket\r\n", "GET /ws 1.1 none"},
            {"Connection: upgrade\r\n", "GET /ws 1.1 none"},
            {"Connection: Upgrade\r\nUpgrade: a\r\nUpgrade: b\r\n", "bad_header"},
        });
    check("GET /ws HTTP/1.0",
          {
              {"Connection: Upgrade\r\nUpgrade: websocket\r\n", "GET /ws 1.0 none close"},
          });
}

TEST(RequestLimits, AHeadOfTheLimitIsTakenAndOneByteMoreIsNot) {
    const std::string begin = "GET / HTTP/1.1\r\nHost: h\r\nx: ";
    const std::string fits = begin + std::string(512 - begin.size() - 4, 'a') + "\r\n\r\n";
    ASSERT_EQ(fits.size(), 512U);
    const std::string over = begin + std::string(512 - begin.size() - 3, 'a') + "\r\n\r\n";
    for (const std::size_t step : {1, 7, 511, 512, 513, 2000}) {
        EXPECT_EQ(describe_request(fits, step).substr(0, 14), "GET / 1.1 none");
        EXPECT_EQ(describe_request(fits + "more", step).substr(0, 14), "GET / 1.1 none");
        EXPECT_EQ(describe_request(over, step), "head_too_large");
        EXPECT_EQ(describe_request(std::string(600, 'a'), step), "head_too_large");
    }
}

TEST(RequestLimits, MoreFieldsThanAllowedAreTooLarge) {
    std::string lines;
    for (int i = 0; i < 7; ++i) {
        lines += "a: b\r\n";
    }
    check("GET / HTTP/1.1", {{lines, "GET / 1.1 none"}, {lines + "a: b\r\n", "head_too_large"}});
}

}  // namespace
}  // namespace rgw::http::test
