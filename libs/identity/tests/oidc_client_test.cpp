#include "rgw/identity/oidc_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rgw/async/one_shot.hpp"
#include "rgw/crypto_testing/signing_key.hpp"
#include "support/run.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;
using crypto::JwsAlgorithm;
using crypto::testing::KeyKind;
using crypto::testing::SigningKey;
using testing::HasSubstr;

constexpr std::string_view issuer = "https://idp.example.com";
const std::string discovery = "https://idp.example.com/.well-known/openid-configuration";
const std::string token_endpoint = "https://idp.example.com/token";
const std::string jwks = "https://idp.example.com/jwks";

Deadline soon() {
    return deadline_in(10s);
}

// Answers by URL, at once or when the gate opens. Used on the loop, looked at when it rests.
class FakeFetcher final : public HttpFetcher {
public:
    async::Task<Result<FetchedPage>> fetch(FetchRequest request, Deadline) override {
        ++calls[request.url];
        last_body = std::string(request.body.expose());
        const auto gate = gate_;
        if (gate) {
            asked_->set(true);
            co_await gate->wait();
        }
        if (throws) {
            throw std::runtime_error("on purpose");
        }
        const auto page = pages.find(request.url);
        if (page == pages.end()) {
            co_return Error(Errc::sign_in_unavailable, "idp.example.com: refused");
        }
        co_return page->second;
    }

    std::shared_ptr<async::OneShot<bool>> gate_;
    std::shared_ptr<async::OneShot<bool>> asked_ = std::make_shared<async::OneShot<bool>>();
    std::map<std::string, FetchedPage> pages;
    std::map<std::string, int> calls;
    std::string last_body;
    bool throws = false;
};

class OidcClientTest : public testing::Test {
protected:
    OidcClientTest() {
        loop_.start();
        fetcher_.pages[discovery] = {
            .status = 200,
            .body = R"({"issuer":"https://idp.example.com",)"
                    R"("authorization_endpoint":"https://idp.example.com/auth",)"
                    R"("token_endpoint":"https://idp.example.com/token",)"
                    R"("jwks_uri":"https://idp.example.com/jwks"})"};
        publish(first_, "first");
        answer_with(first_, "first");
    }
    ~OidcClientTest() override { test::run(loop_, client_.close()); }
    OidcClientTest(const OidcClientTest&) = delete;
    OidcClientTest& operator=(const OidcClientTest&) = delete;

    void publish(const SigningKey& key, std::string_view key_id, std::string cache_control = "") {
        fetcher_.pages[jwks] = {.status = 200,
                                .body = R"({"keys":[)" + key.public_jwk(key_id) + "]}",
                                .cache_control = std::move(cache_control)};
    }

    // What the token endpoint answers from now on.
    void answer_with(const SigningKey& key, std::string_view key_id) {
        const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
        const auto seconds = now.time_since_epoch().count();
        const std::string payload =
            R"({"iss":"https://idp.example.com","aud":"client-1","sub":"1","nonce":"nonce-1",)"
            R"("email":"ada@example.com","email_verified":true,"iat":)" +
            std::to_string(seconds) + R"(,"exp":)" + std::to_string(seconds + 3600) + "}";
        const std::string header = R"({"alg":"ES256","kid":")" + std::string(key_id) + R"("})";
        fetcher_.pages[token_endpoint] = {
            .status = 200,
            .body = R"({"id_token":")" + key.token(JwsAlgorithm::es256, header, payload) + R"("})"};
    }

    async::Task<Result<IdTokenClaims>> exchange_task(std::string nonce = "nonce-1") {
        return client_.exchange({.code = Secret("the-code"),
                                 .verifier = Secret("the-verifier"),
                                 .redirect_uri = "https://gw.example.com/cb"},
                                std::move(nonce), soon());
    }

    std::string sign_in(std::string nonce = "nonce-1") {
        const auto claims = test::run(loop_, exchange_task(std::move(nonce)));
        return claims ? claims->email : describe(claims.error());
    }

    std::string discover(Deadline deadline = soon()) {
        const auto provider = test::run(loop_, client_.provider(deadline));
        return provider ? (*provider)->issuer : describe(provider.error());
    }

    std::string status() {
        std::string out;
        test::run_on(loop_, [&] {
            const auto status = client_.status();
            out = status ? "ready" : describe(status.error());
        });
        return out;
    }

    void close_gate() {
        fetcher_.gate_ = std::make_shared<async::OneShot<bool>>();
        fetcher_.asked_ = std::make_shared<async::OneShot<bool>>();
    }
    void open_gate() {
        const auto gate = fetcher_.gate_;
        test::run_on(loop_, [&] { fetcher_.gate_.reset(); });
        gate->set(true);
    }

    SigningKey first_{KeyKind::p256};
    SigningKey second_{KeyKind::p256};
    FakeClock clock_{Timestamp(1'800'000'000s)};
    FakeFetcher fetcher_;
    async::Loop loop_{"test"};
    OidcClient client_{loop_,
                       fetcher_,
                       clock_,
                       {.issuer = std::string(issuer),
                        .client_id = "client-1",
                        .client_secret = Secret("secret"),
                        .allowed_domains = {"example.com"},
                        .role_claim = ""}};
};

TEST_F(OidcClientTest, AskedForNothingItFetchesNothing) {
    EXPECT_EQ(status(), "sign_in_unavailable: not discovered yet: nobody has asked");
    EXPECT_TRUE(fetcher_.calls.empty());
}

TEST_F(OidcClientTest, ExchangesACodeAndFetchesProviderAndKeysOnce) {
    EXPECT_EQ(sign_in(), "ada@example.com");
    EXPECT_THAT(fetcher_.calls, testing::UnorderedElementsAre(testing::Pair(discovery, 1),
                                                              testing::Pair(token_endpoint, 1),
                                                              testing::Pair(jwks, 1)));
    EXPECT_EQ(sign_in(), "ada@example.com");
    EXPECT_EQ(fetcher_.calls[discovery], 1);
    EXPECT_EQ(fetcher_.calls[jwks], 1);
    EXPECT_THAT(fetcher_.last_body, HasSubstr("code=the-code"));
    EXPECT_THAT(fetcher_.last_body, HasSubstr("code_verifier=the-verifier"));
    EXPECT_EQ(status(), "ready");
}

TEST_F(OidcClientTest, ARefusalTellsItsReasonAndNothingElse) {
    EXPECT_EQ(sign_in("nonce-2"), "sign_in_refused: id_token: nonce_other");
    fetcher_.pages[token_endpoint] = {.status = 400, .body = R"({"error":"invalid_grant"})"};
    EXPECT_EQ(sign_in(), "sign_in_refused: token endpoint: invalid_grant");
    fetcher_.pages.erase(token_endpoint);
    EXPECT_EQ(sign_in(), "sign_in_unavailable: idp.example.com: refused");
    fetcher_.pages[jwks] = {.status = 404};
    clock_.advance(2h);
    answer_with(first_, "first");
    EXPECT_EQ(sign_in(), "ada@example.com");  // with the keys of before
}

TEST_F(OidcClientTest, AllWhoAskMeanwhileShareOneFetch) {
    close_gate();
    std::vector<std::future<Result<IdTokenClaims>>> pending;
    pending.reserve(10);
    for (int i = 0; i < 10; ++i) {
        pending.push_back(test::start(loop_, exchange_task()));
    }
    (void)test::run(loop_, fetcher_.asked_->wait());
    test::run_on(loop_, [] {});  // all have begun to wait
    EXPECT_EQ(fetcher_.calls[discovery], 1);
    open_gate();
    for (auto& each : pending) {
        EXPECT_TRUE(each.get());
    }
    EXPECT_EQ(fetcher_.calls[discovery], 1);
    EXPECT_EQ(fetcher_.calls[jwks], 1);
    EXPECT_EQ(fetcher_.calls[token_endpoint], 10);
}

TEST_F(OidcClientTest, OneThatCannotWaitLongerLeavesTheOthersWaiting) {
    close_gate();
    auto hasty = test::start(loop_, client_.provider(deadline_in(1s)));
    auto patient = test::start(loop_, client_.provider(deadline_in(1h)));
    (void)test::run(loop_, fetcher_.asked_->wait());
    test::run_on(loop_, [&] { loop_.deadlines().sweep(deadline_in(2s)); });
    const auto given_up = hasty.get();
    ASSERT_FALSE(given_up);
    EXPECT_EQ(describe(given_up.error()),
              "sign_in_unavailable: the provider does not answer in time");
    open_gate();
    EXPECT_TRUE(patient.get());
    EXPECT_EQ(fetcher_.calls[discovery], 1);
}

TEST_F(OidcClientTest, AFailedDiscoveryIsRepeatedWithGrowingPauses) {
    const auto page = fetcher_.pages.extract(discovery);
    const std::string failure = "sign_in_unavailable: idp.example.com: refused";
    int calls = 0;
    for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        EXPECT_EQ(discover(), failure);
        EXPECT_EQ(fetcher_.calls[discovery], ++calls);
        clock_.advance(pause - 1us);
        EXPECT_EQ(discover(), failure);  // the one of before
        EXPECT_EQ(fetcher_.calls[discovery], calls);
        clock_.advance(1us);
    }
    EXPECT_EQ(status(), "sign_in_unavailable: not discovered yet: idp.example.com: refused");
    fetcher_.pages[discovery] = page.mapped();
    EXPECT_EQ(discover(), issuer);
    EXPECT_EQ(status(), "ready");
}

TEST_F(OidcClientTest, AfterASuccessThePausesStartOver) {
    const FetchedPage page = fetcher_.pages[discovery];
    for (int round = 0; round < 2; ++round) {
        fetcher_.pages[discovery] = {.status = 500};
        (void)discover();
        clock_.advance(1s);
        fetcher_.pages[discovery] = page;
        const int before = fetcher_.calls[discovery];
        EXPECT_EQ(discover(), issuer);
        EXPECT_EQ(fetcher_.calls[discovery], before + 1);
        clock_.advance(1h);
    }
}

TEST_F(OidcClientTest, ADocumentThatIsNoGoodIsAFailureWithItsReason) {
    fetcher_.pages[discovery].body = R"({"issuer":"https://evil.example"})";
    EXPECT_EQ(discover(), "sign_in_unavailable: discovery: the document is another issuer's");
    clock_.advance(1s);
    fetcher_.pages[discovery] = {.status = 404};
    EXPECT_EQ(discover(), "sign_in_unavailable: discovery: status 404");
    EXPECT_EQ(status(), "sign_in_unavailable: not discovered yet: discovery: status 404");
}

TEST_F(OidcClientTest, TheProviderIsDiscoveredAgainAfterAnHourAndTheOldOneServesUpToADay) {
    EXPECT_EQ(discover(), issuer);
    clock_.advance(1h - 1us);
    EXPECT_EQ(discover(), issuer);
    EXPECT_EQ(fetcher_.calls[discovery], 1);
    fetcher_.pages.erase(discovery);
    clock_.advance(1us);
    EXPECT_EQ(discover(), issuer);
    EXPECT_EQ(fetcher_.calls[discovery], 2);
    clock_.advance(22h);
    EXPECT_EQ(discover(), issuer);
    clock_.advance(1h);
    EXPECT_EQ(discover(), "sign_in_unavailable: idp.example.com: refused");
}

TEST_F(OidcClientTest, KeysAreKeptAsLongAsTheyMayBe) {
    publish(first_, "first", "public, max-age=600");
    EXPECT_EQ(sign_in(), "ada@example.com");
    clock_.advance(599s);
    answer_with(first_, "first");
    EXPECT_EQ(sign_in(), "ada@example.com");
    EXPECT_EQ(fetcher_.calls[jwks], 1);
    clock_.advance(1s);
    EXPECT_EQ(sign_in(), "ada@example.com");
    EXPECT_EQ(fetcher_.calls[jwks], 2);
}

TEST_F(OidcClientTest, ANewKeyIsFoundAtOnce) {
    EXPECT_EQ(sign_in(), "ada@example.com");
    publish(second_, "second");
    answer_with(second_, "second");
    EXPECT_EQ(sign_in(), "ada@example.com");
    EXPECT_EQ(fetcher_.calls[jwks], 2);
    // What was signed with the old one is no longer good.
    answer_with(first_, "first");
    EXPECT_EQ(sign_in(), "sign_in_refused: id_token: key_unknown");
}

TEST_F(OidcClientTest, AKeyReplacedUnderItsOldIdIsFoundAsWell) {
    EXPECT_EQ(sign_in(), "ada@example.com");
    publish(second_, "first");
    answer_with(second_, "first");
    EXPECT_EQ(sign_in(), "ada@example.com");
}

TEST_F(OidcClientTest, UnknownKeysAreSearchedForAtMostEveryThirtySeconds) {
    EXPECT_EQ(sign_in(), "ada@example.com");
    answer_with(second_, "second");
    EXPECT_EQ(sign_in(), "sign_in_refused: id_token: key_unknown");
    EXPECT_EQ(fetcher_.calls[jwks], 2);
    clock_.advance(30s - 1us);
    EXPECT_EQ(sign_in(), "sign_in_refused: id_token: key_unknown");
    EXPECT_EQ(fetcher_.calls[jwks], 2);
    clock_.advance(1us);
    publish(second_, "second");
    EXPECT_EQ(sign_in(), "ada@example.com");
    EXPECT_EQ(fetcher_.calls[jwks], 3);
}

TEST_F(OidcClientTest, AFetchThatThrowsLeavesNobodyWaiting) {
    fetcher_.throws = true;
    EXPECT_THAT(discover(), HasSubstr("internal"));
    fetcher_.throws = false;
    EXPECT_EQ(discover(), issuer);
}

TEST_F(OidcClientTest, AClockSetBackDoesNotLockSigningIn) {
    fetcher_.pages[discovery].status = 500;
    (void)discover();
    clock_.advance(-24h);
    fetcher_.pages[discovery].status = 200;
    EXPECT_EQ(discover(), issuer);
}

}  // namespace
}  // namespace rgw::identity
