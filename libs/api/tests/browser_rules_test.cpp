#include "browser_rules.hpp"

#include <gtest/gtest.h>

namespace rgw::api {
namespace {

http::RequestHead head_with(std::vector<http::Field> fields) {
    http::RequestHead head{.method = "GET", .target = "/"};
    head.fields = std::move(fields);
    return head;
}

Result<void> host(std::string_view name, const char* domain) {
    return check_host(head_with({{"Host", name}, {"User-Agent", "kube-probe/1.30"}}),
                      {.domain = domain});
}

Result<void> origin(std::string_view value, const char* domain) {
    return check_origin(head_with({{"Host", "gateway.example.com"}, {"Origin", value}}),
                        {.domain = domain});
}

TEST(BrowserRules, OnlyTheGatewaysOwnNameIsAnswered) {
    const char* ours = "gateway.example.com";
    for (const char* good :
         {"gateway.example.com", "gateway.example.com:8443", "GATEWAY.example.COM",
          "gateway.example.com.", "gateway.example.com.:443"}) {
        EXPECT_TRUE(host(good, ours)) << good;
    }
    for (const char* bad :
         {"", "localhost", "127.0.0.1", "evil.example", "gateway.example.com.evil.example",
          "xgateway.example.com", "gateway.example.com@evil.example", "gateway.example.com..",
          "[::1]", "[::1]:8080", "gateway.example.com:x:y"}) {
        EXPECT_EQ(host(bad, ours).error().code, Errc::host_refused) << bad;
    }
    EXPECT_TRUE(host("anything", "")) << "a gateway without a name of its own";
    for (const char* local : {"localhost:8080", "127.0.0.1:8080", "[::1]:8080", "localhost"}) {
        EXPECT_TRUE(host(local, "localhost")) << local;
    }
    EXPECT_FALSE(host("gateway.example.com", "localhost"));
    EXPECT_FALSE(check_host(head_with({{"Host", "localhost"}, {"Host", "evil.example"}}),
                            {.domain = "localhost"}));
}

TEST(BrowserRules, APageOfAnotherSiteAsksNothing) {
    const char* ours = "gateway.example.com";
    EXPECT_TRUE(check_origin(head_with({{"Host", ours}}), {.domain = ours}));
    EXPECT_TRUE(origin("https://gateway.example.com", ours));
    EXPECT_TRUE(origin("https://GATEWAY.example.com:443", ours));
    for (const char* bad :
         {"null", "", "http://gateway.example.com", "https://evil.example", "https://localhost",
          "https://gateway.example.com.evil.example", "file://", "gateway.example.com",
          "https://gateway.example.com@evil.example", "chrome-extension://gateway.example.comx"}) {
        EXPECT_EQ(origin(bad, ours).error().code, Errc::origin_refused) << bad;
    }
    EXPECT_FALSE(check_origin(head_with({{"Host", ours},
                                         {"Origin", "https://evil.example"},
                                         {"Origin", "https://gateway.example.com"}}),
                              {.domain = ours}));
    EXPECT_TRUE(origin("http://localhost:5173", "localhost"));
    EXPECT_TRUE(origin("http://127.0.0.1:8080", "localhost"));
    EXPECT_FALSE(origin("http://evil.example", "localhost"));
    EXPECT_TRUE(origin("http://gateway.example.com", "")) << "the name the call itself goes to";
    EXPECT_FALSE(origin("http://other.example.com", ""));
}

TEST(BrowserRules, APreflightIsAnsweredWithTheOriginThatAsked) {
    http::RequestHead head =
        head_with({{"Origin", "http://localhost:5173"}, {"Access-Control-Request-Method", "PUT"}});
    EXPECT_FALSE(answer_preflight(head)) << "not OPTIONS";
    head.method = "OPTIONS";
    const auto answer = answer_preflight(head);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 204);
    EXPECT_EQ(answer->fields.front().value, "http://localhost:5173");
    EXPECT_FALSE(answer_preflight(http::RequestHead{.method = "OPTIONS", .target = "/"}));
}

}  // namespace
}  // namespace rgw::api
