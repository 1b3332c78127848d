#include "rgw/outbound/curl_fetcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "fetching.hpp"
#include "support/raw_client.hpp"

namespace rgw::outbound::test {
namespace {

using namespace std::chrono_literals;
using http::test::RawClient;
using http::test::RawServer;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CurlFetcherTest : public testing::Test {
protected:
    [[nodiscard]] std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
    }

    http::test::TestServer server_;
    Fetching fetching_;
};

TEST_F(CurlFetcherTest, GetsAndPosts) {
    EXPECT_EQ(fetching_.outcome(get(url("/hello"))), "200 hello");
    EXPECT_EQ(fetching_.outcome(get(url("/chunks"))), "200 abc");
    EXPECT_EQ(fetching_.outcome(get(url("/204"))), "204 ");
    EXPECT_EQ(fetching_.outcome(post(url("/echo"), "a=b&c=%00")), "200 a=b&c=%00");
    EXPECT_EQ(fetching_.outcome(post(url("/echo"), "")), "200 ");
    const std::string body(100'000, 'x');
    EXPECT_EQ(fetching_.outcome(post(url("/count"), body)), "200 100000");
}

TEST_F(CurlFetcherTest, AnAnswerOfMoreThanOneMebibyteIsAFailure) {
    EXPECT_EQ(fetching_.fetch(get(url("/big/1048576")))->body.size(), 1048576U);
    EXPECT_EQ(fetching_.outcome(get(url("/big/1048577"))),
              "sign_in_unavailable: 127.0.0.1: the answer is larger than 1 MiB");
}

TEST_F(CurlFetcherTest, AnAnswerThatIsCutIsAFailure) {
    EXPECT_THAT(fetching_.outcome(get(url("/cut"))),
                StartsWith("sign_in_unavailable: 127.0.0.1: "));
    EXPECT_THAT(fetching_.outcome(get(url("/cut-chunked"))),
                StartsWith("sign_in_unavailable: 127.0.0.1: "));
}

TEST_F(CurlFetcherTest, ItEndsAtItsDeadline) {
    EXPECT_EQ(fetching_.outcome(get(url("/gate")), deadline_in(200ms)),
              "sign_in_unavailable: 127.0.0.1: Timeout was reached");
    EXPECT_EQ(fetching_.outcome(get(url("/hello")), deadline_in(0ms)),
              "sign_in_unavailable: 127.0.0.1: no time left");
    EXPECT_EQ(fetching_.outcome(get(url("/hello")), Deadline::max()), "200 hello");
}

TEST_F(CurlFetcherTest, MoreCallsThanMayWaitAreRefusedAtOnce) {
    Fetching one({.ca_file = "", .threads = 1, .max_waiting = 1});
    auto first = boost::asio::co_spawn(one.loop().executor(),
                                       one.fetcher().fetch(get(url("/gate")), deadline_in(30s)),
                                       boost::asio::use_future);
    EXPECT_EQ(server_.handler().notes(1).size(), 1U);
    EXPECT_EQ(one.outcome(get(url("/hello"))), "overloaded");
    server_.handler().open_gate();
    EXPECT_EQ(first.get()->body, "opened");
    EXPECT_EQ(one.outcome(get(url("/hello"))), "200 hello");
}

TEST_F(CurlFetcherTest, FailuresNameTheHostAndNoSecret) {
    std::uint16_t closed_port = 0;
    {
        const RawServer gone;
        closed_port = gone.port();
    }
    auto request =
        post("http://127.0.0.1:" + std::to_string(closed_port) + "/token?code=secret1", "secret2");
    request.fields.push_back({.name = "Authorization", .value = Secret("Basic secret3")});
    const std::string refused = fetching_.outcome(std::move(request));
    EXPECT_THAT(refused, StartsWith("sign_in_unavailable: 127.0.0.1: "));
    EXPECT_THAT(refused, Not(HasSubstr("secret")));
    for (const std::string& bad :
         {std::string("ftp://secret.example/secret"), std::string("file:///etc/secret"),
          std::string("gopher://h/secret"), std::string("http://user:secret@127.0.0.1/"),
          std::string("http://h/ secret"), std::string("secret"), std::string()}) {
        const std::string outcome = fetching_.outcome(get(bad));
        EXPECT_THAT(outcome, StartsWith("sign_in_unavailable: ")) << bad;
        EXPECT_THAT(outcome, Not(HasSubstr("etc"))) << bad;
        EXPECT_THAT(outcome, Not(HasSubstr("user"))) << bad;
    }
}

// Answers one request with exact bytes and tells what was asked.
class OneAnswer {
public:
    explicit OneAnswer(std::string answer)
        : thread_([this, answer = std::move(answer)] {
              RawClient peer = server_.accept();
              request_ = peer.read_message();
              peer.send(answer);
          }) {}
    ~OneAnswer() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    OneAnswer(const OneAnswer&) = delete;
    OneAnswer& operator=(const OneAnswer&) = delete;

    [[nodiscard]] std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
    }
    std::string request() {
        thread_.join();
        return request_;
    }

private:
    RawServer server_;
    std::string request_;
    std::thread thread_;
};

TEST_F(CurlFetcherTest, SendsTheFieldsAndNothingOfItsOwnAccord) {
    OneAnswer peer("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok");
    auto request = post(peer.url("/token"), "code=1");
    request.fields.push_back({.name = "Authorization", .value = Secret("Basic eA==")});
    request.fields.push_back({.name = "Accept", .value = Secret("application/json")});
    request.fields.push_back(
        {.name = "Content-Type", .value = Secret("application/x-www-form-urlencoded")});
    EXPECT_EQ(fetching_.outcome(std::move(request)), "200 ok");
    const std::string sent = peer.request();
    EXPECT_THAT(sent, StartsWith("POST /token HTTP/1.1\r\nHost: 127.0.0.1:"));
    EXPECT_THAT(sent, HasSubstr("\r\nAuthorization: Basic eA==\r\n"));
    EXPECT_THAT(sent, HasSubstr("\r\nAccept: application/json\r\n"));
    EXPECT_THAT(sent, HasSubstr("\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
    EXPECT_THAT(sent, HasSubstr("\r\nContent-Length: 6\r\n"));
    EXPECT_THAT(sent, testing::EndsWith("\r\n\r\ncode=1"));
    EXPECT_THAT(sent, Not(HasSubstr("Expect")));

    OneAnswer second("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(fetching_.outcome(get(second.url("/"))), "200 ");
    EXPECT_THAT(second.request(), Not(HasSubstr("Cookie")));
}

TEST_F(CurlFetcherTest, ARedirectIsAnAnswerAndIsNotFollowed) {
    OneAnswer peer("HTTP/1.1 302 Found\r\nLocation: " + url("/hello") +
                   "\r\nCache-Control: public, max-age=60\r\nContent-Length: 0\r\n\r\n");
    const auto page = fetching_.fetch(get(peer.url("/")));
    ASSERT_TRUE(page) << describe(page.error());
    EXPECT_EQ(page->status, 302);
    EXPECT_EQ(page->cache_control, "public, max-age=60");
    EXPECT_EQ(server_.listener().stats().requests_total, 0U);
}

TEST(CurlFetcherEnd, EndsWhatIsUnderWay) {
    http::test::TestServer server;
    async::Loop loop("caller");
    loop.start();
    auto fetcher = std::make_unique<CurlFetcher>();
    auto pending = boost::asio::co_spawn(
        loop.executor(),
        fetcher->fetch(get("http://127.0.0.1:" + std::to_string(server.port()) + "/gate"),
                       deadline_in(30s)),
        boost::asio::use_future);
    EXPECT_EQ(server.handler().notes(1).size(), 1U);
    const auto start = std::chrono::steady_clock::now();
    loop.stop();  // the caller is gone; what it called must not hold up the end
    loop.join();
    EXPECT_EQ(pending.wait_for(0s), std::future_status::timeout);
    fetcher.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);  // and not its 30 s
}

}  // namespace
}  // namespace rgw::outbound::test
