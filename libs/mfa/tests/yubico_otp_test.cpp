#include "rgw/mfa/yubico_otp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/base/log.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/mfa_testing/validation_server.hpp"
#include "rgw/outbound/curl_fetcher.hpp"

namespace rgw::mfa {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using testing::Misbehaviour;
using ::testing::Not;
using testing::ValidationServer;

const std::string otp = "ccccccbchvthlivuitriujjifivbvtrjkjfirllluurj";
const std::string other_otp = "ccccccbchvthlivuitriujjifivbvtrjkjfirllluurk";
const std::string client_id = "4711";
const std::string key("\x01\x02\x00\x03 twenty byte key.", 20);

// Notes what it is asked before it fetches.
class NotingFetcher final : public identity::HttpFetcher {
public:
    async::Task<Result<identity::FetchedPage>> fetch(identity::FetchRequest request,
                                                     Deadline deadline) override {
        deadlines.push_back(deadline);
        return curl_.fetch(std::move(request), deadline);
    }

    std::vector<Deadline> deadlines;

private:
    outbound::CurlFetcher curl_;
};

class YubicoOtpTest : public ::testing::Test {
protected:
    YubicoOtpTest() {
        loop_.start();
        for (ValidationServer* server : {&first_, &second_}) {
            server->accept(otp);
        }
    }

    std::string verified(YubicoAccount account, std::string_view typed, Deadline deadline) {
        YubicoVerifier verifier(fetcher_, std::move(account));
        const auto result =
            boost::asio::co_spawn(loop_.executor(),
                                  verifier.verify(parse_yubico_otp(typed).value(), deadline),
                                  boost::asio::use_future)
                .get();
        return result ? "ok" : std::string(id(result.error().code));
    }
    std::string verified(std::vector<std::string> servers, std::string_view typed = otp,
                         std::chrono::milliseconds limit = 20s) {
        return verified({client_id, Secret(key), std::move(servers)}, typed, deadline_in(limit));
    }

    ValidationServer first_{client_id, Secret(key)};
    ValidationServer second_{client_id, Secret(key)};
    NotingFetcher fetcher_;
    async::Loop loop_{"caller"};
};

TEST(ParseYubicoOtp, TakesAPasswordApart) {
    for (const std::string typed : {"ccccccbchvthlivuitriujjifivbvtrjkjfirllluurj",
                                    "CCCCCCBCHVTHLIVUITRIUJJIFIVBVTRJKJFIRLLLUURJ",
                                    "ccccccbchvthLIVUitriujjifivbvtrjkjfirllluurJ"}) {
        const auto parsed = parse_yubico_otp(typed);
        ASSERT_TRUE(parsed) << typed;
        EXPECT_EQ(parsed->text, otp);
        EXPECT_EQ(parsed->public_id, "ccccccbchvth");
    }
}

TEST(ParseYubicoOtp, RefusesWhatNoYubiKeyTypes) {
    for (const std::string typed : {"", "123456", "ccccccbchvthlivuitriujjifivbvtrjkjfirllluur",
                                    "ccccccbchvthlivuitriujjifivbvtrjkjfirllluurjc",
                                    "accccccbchvthlivuitriujjifivbvtrjkjfirllluur",
                                    "ccccccbchvthlivuitriujjifivbvtrjkjfirllluur ",
                                    "ccccccbchvthlivuitriujjifivbvtrjkjfirllluur\n",
                                    "ccccccbchvthlivuitriujjifivbvtrjkjfirllluur&",
                                    "jjjjjjxjdkydnckgcyrcghhcucktkyphvhucpnnnggph"}) {
        EXPECT_FALSE(parse_yubico_otp(typed)) << typed;
    }
    EXPECT_FALSE(parse_yubico_otp(std::string(43, 'c') + std::string(1, '\0')));
}

TEST_F(YubicoOtpTest, APasswordCountsOnce) {
    EXPECT_EQ(verified({first_.url()}), "ok");
    EXPECT_EQ(verified({first_.url()}), "factor_refused");
    EXPECT_EQ(verified({first_.url()}, other_otp), "factor_refused");
    first_.accept(other_otp);
    EXPECT_EQ(verified({first_.url()}, "CCCCCCBCHVTHLIVUITRIUJJIFIVBVTRJKJFIRLLLUURK"), "ok");
}

TEST_F(YubicoOtpTest, ARefusalIsFinalAndSaysNothing) {
    for (const std::string status : {"BAD_OTP", "REPLAYED_OTP", "REPLAYED_REQUEST"}) {
        first_.say(status);
        YubicoVerifier verifier(fetcher_, {client_id, Secret(key), {first_.url(), second_.url()}});
        const auto result =
            boost::asio::co_spawn(loop_.executor(),
                                  verifier.verify(parse_yubico_otp(otp).value(), deadline_in(20s)),
                                  boost::asio::use_future)
                .get();
        ASSERT_FALSE(result) << status;
        EXPECT_EQ(result.error().code, Errc::factor_refused);
        EXPECT_EQ(result.error().detail, "");
    }
    EXPECT_TRUE(second_.requests().empty());
}

TEST_F(YubicoOtpTest, AServerThatCannotSayIsNotTheLast) {
    for (const std::string status :
         {"BACKEND_ERROR", "NOT_ENOUGH_ANSWERS", "NO_SUCH_CLIENT", "BAD_SIGNATURE",
          "OPERATION_NOT_ALLOWED", "MISSING_PARAMETER", "SOMETHING_NEW"}) {
        first_.say(status);
        EXPECT_EQ(verified({first_.url()}), "factor_unavailable") << status;
        second_.accept(otp);
        EXPECT_EQ(verified({first_.url(), second_.url()}), "ok") << status;
    }
}

// What an attacker between us and a server, or a broken server, may try.
TEST_F(YubicoOtpTest, NoMisbehaviourIsTakenForAnAnswer) {
    const struct {
        Misbehaviour how;
        std::string name;
    } cases[] = {
        {Misbehaviour::wrong_signature, "wrong signature"},
        {Misbehaviour::no_signature, "no signature"},
        {Misbehaviour::other_nonce, "other nonce"},
        {Misbehaviour::other_otp, "other otp"},
        {Misbehaviour::no_nonce, "no nonce"},
        {Misbehaviour::no_otp, "no otp"},
        {Misbehaviour::status_twice, "status twice"},
        {Misbehaviour::unsigned_line, "unsigned line"},
        {Misbehaviour::merged_lines, "merged lines"},
        {Misbehaviour::status_rewritten, "status rewritten"},
        {Misbehaviour::earlier_answer, "earlier answer"},
        {Misbehaviour::endless, "endless"},
        {Misbehaviour::garbage, "garbage"},
        {Misbehaviour::empty, "empty"},
        {Misbehaviour::http_500, "500"},
        {Misbehaviour::redirect, "redirect"},
    };
    for (const auto& c : cases) {
        first_.misbehave(Misbehaviour::none);
        first_.accept(otp);
        EXPECT_EQ(verified({first_.url()}), "ok");  // an earlier answer to replay
        first_.accept(otp);
        first_.misbehave(c.how);
        EXPECT_EQ(verified({first_.url()}), "factor_unavailable") << c.name;
        first_.accept(otp);
        second_.accept(otp);
        EXPECT_EQ(verified({first_.url(), second_.url()}), "ok") << c.name;
    }
}

TEST_F(YubicoOtpTest, AServerOfAnotherAccountDecidesNothing) {
    EXPECT_EQ(verified({"4712", Secret(key), {first_.url()}}, otp, deadline_in(20s)),
              "factor_unavailable");
    EXPECT_EQ(verified({client_id, Secret("another key"), {first_.url()}}, otp, deadline_in(20s)),
              "factor_unavailable");
    EXPECT_EQ(verified({"x&id=4711", Secret(key), {first_.url()}}, otp, deadline_in(20s)),
              "factor_unavailable");
    EXPECT_EQ(verified({first_.url()}), "ok") << "and the password was not used up";
}

TEST_F(YubicoOtpTest, ASilentServerTakesItsShareAndNoMore) {
    first_.misbehave(Misbehaviour::silent);
    EXPECT_EQ(verified({first_.url(), second_.url()}, otp, 3s), "ok");
    EXPECT_EQ(verified({first_.url()}, otp, 200ms), "factor_unavailable");
    EXPECT_EQ(verified({second_.url()}, otp, 0ms), "factor_unavailable");
    EXPECT_EQ(second_.requests().size(), 1U) << "with no time left nobody is asked";
}

TEST_F(YubicoOtpTest, EachServerHasAShareOfTheTimeAtMostThreeSeconds) {
    first_.say("BACKEND_ERROR");
    for (const auto& [span, share] :
         {std::pair<std::chrono::seconds, std::chrono::seconds>(60s, 3s), {4s, 2s}}) {
        fetcher_.deadlines.clear();
        const Deadline begun = Deadline::clock::now();
        const YubicoAccount account{client_id, Secret(key), {first_.url(), first_.url()}};
        EXPECT_EQ(verified(account, otp, begun + span), "factor_unavailable");
        const Deadline ended = Deadline::clock::now();
        ASSERT_EQ(fetcher_.deadlines.size(), 2U);
        EXPECT_GE(fetcher_.deadlines[0], begun + share);
        EXPECT_LE(fetcher_.deadlines[0], ended + share);
        EXPECT_GE(fetcher_.deadlines[1], fetcher_.deadlines[0]);
        EXPECT_LE(fetcher_.deadlines[1], std::min(begun + span, ended + 3s));
    }
}

TEST_F(YubicoOtpTest, NobodyListeningIsUnavailable) {
    std::string gone;
    {
        const ValidationServer server(client_id, Secret(key));
        gone = server.url();
    }
    EXPECT_EQ(verified({gone}), "factor_unavailable");
    EXPECT_EQ(verified({"ftp://127.0.0.1/verify"}), "factor_unavailable");
    EXPECT_EQ(verified({gone, second_.url()}), "ok");
}

TEST_F(YubicoOtpTest, AsksWithAFreshNonceAndASignature) {
    std::set<std::string> nonces;
    for (int i = 0; i < 5; ++i) {
        first_.accept(otp);
        EXPECT_EQ(verified({first_.url()}), "ok");
        const std::string target = first_.requests().back();
        EXPECT_THAT(target,
                    MatchesRegex("/wsapi/2.0/verify\\?h=[A-Za-z0-9%]{27,}%3D&id=4711"
                                 "&nonce=[0-9a-f]{32}&otp=c{6}bchvth[b-v]{32}&timestamp=1"));
        nonces.insert(target.substr(target.find("nonce=")));
    }
    EXPECT_EQ(nonces.size(), 5U);
}

TEST_F(YubicoOtpTest, AnAccountWithoutKeyOrServerIsABug) {
    EXPECT_THROW(YubicoVerifier(fetcher_, {client_id, Secret(), {first_.url()}}),
                 std::invalid_argument);
    EXPECT_THROW(YubicoVerifier(fetcher_, {client_id, Secret(key), {}}), std::invalid_argument);
}

TEST_F(YubicoOtpTest, TheLogSaysWhatToLookAtAndNoSecret) {
    log::flush();
    ::testing::internal::CaptureStderr();
    for (const std::string status : {"BAD_OTP", "REPLAYED_OTP", "NO_SUCH_CLIENT", "BAD_SIGNATURE",
                                     "OPERATION_NOT_ALLOWED", "BACKEND_ERROR"}) {
        first_.say(status);
        verified({first_.url()});
    }
    first_.say("");
    for (const Misbehaviour how : {Misbehaviour::other_nonce, Misbehaviour::garbage,
                                   Misbehaviour::http_500, Misbehaviour::no_signature}) {
        first_.accept(otp);
        first_.misbehave(how);
        verified({first_.url()});
    }
    verified({"http://127.0.0.1:1/verify"});
    log::flush();
    const std::string lines = ::testing::internal::GetCapturedStderr();
    for (const std::string said :
         {R"("status":"REPLAYED_OTP")",
          R"("status":"NO_SUCH_CLIENT","variable":"YUBICO_CLIENT_ID")",
          R"("status":"BAD_SIGNATURE","variable":"YUBICO_SECRET_KEY")",
          R"("status":"OPERATION_NOT_ALLOWED","variable":"YUBICO_CLIENT_ID")",
          R"("why":"BACKEND_ERROR")", R"("why":"the answer is to another question")",
          R"("why":"not an answer of the protocol")", R"("why":"status 500")",
          R"("why":"the signature is missing or wrong")",
          R"("why":"sign_in_unavailable: 127.0.0.1)"}) {
        EXPECT_THAT(lines, HasSubstr(said));
    }
    const std::string otp_half = otp.substr(12);
    for (const std::string& secret :
         {otp, otp_half, crypto::base64(key), std::string("nonce="), std::string("h="),
          std::string("otp="), std::string("twenty byte"), std::string("id=")}) {
        EXPECT_THAT(lines, Not(HasSubstr(secret)));
    }
    for (const std::string& target : first_.requests()) {
        EXPECT_THAT(lines, Not(HasSubstr(target.substr(target.find("nonce=") + 6, 32))));
    }
}

}  // namespace
}  // namespace rgw::mfa
