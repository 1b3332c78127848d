#include "yubico_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace rgw::mfa {
namespace {

using testing::ElementsAre;
using testing::Pair;

const Secret key(std::string("\x01\x02\x00\x03 twenty byte key.", 20));
const YubicoQuestion asked{.otp = "ccccccbchvthlivuitriujjifivbvtrjkjfirllluurj",
                           .nonce = "0123456789abcdef"};
const std::string echoes = "otp=" + asked.otp + "\r\nnonce=" + asked.nonce + "\r\n";

std::string signed_lines(const std::string& lines) {
    return lines + "h=" + yubico_signature(parse_yubico_pairs(lines).value(), key) + "\r\n";
}

TEST(YubicoPairs, AreLinesEachWithItsOwnKey) {
    EXPECT_THAT(*parse_yubico_pairs("h=ab==\r\nt=2026-11-22T21:09:04Z0042\r\nstatus=OK\r\n\r\n"),
                ElementsAre(Pair("h", "ab=="), Pair("status", "OK"),
                            Pair("t", "2026-11-22T21:09:04Z0042")));
    EXPECT_THAT(*parse_yubico_pairs("b=\na=1"), ElementsAre(Pair("a", "1"), Pair("b", "")));
    EXPECT_THAT(*parse_yubico_pairs(""), ElementsAre());
    EXPECT_EQ(parse_yubico_pairs("a=" + std::string(4094, 'x'))->size(), 1U);
}

TEST(YubicoPairs, EverythingElseIsNoAnswer) {
    for (const std::string body :
         {"status", "=OK", "status=OK\r\nstatus=OK", "a=1\nb=2\na=1", "a=1\n \n", "a=1&b=2",
          "a&b=1", "a=\x01", "a=b\rc=d", "a=b\r\r\n", "a\t=1", "<html>", "a=\x7f", "\r"}) {
        const bool holds_nothing = body == "\r";
        EXPECT_EQ(parse_yubico_pairs(body).has_value(), holds_nothing) << body;
    }
    EXPECT_FALSE(parse_yubico_pairs(std::string("a=\0", 3)));
    EXPECT_FALSE(parse_yubico_pairs("a=" + std::string(4095, 'x')));
}

// As OpenSSL's command line computes it (dgst -sha1 -hmac).
TEST(YubicoSignature, IsOverTheSortedPairsWithoutItself) {
    const YubicoPairs pairs{{"c", "3"}, {"a", "2"}, {"h", "anything"}, {"b", "1="}};
    EXPECT_EQ(yubico_signature(pairs, Secret("0123456789abcdefghij")),
              "sWAmbaRydhlAIFt+aEYhlTG3fI8=");
}

TEST(YubicoAnswer, EachStatusMeansOneThing) {
    const struct {
        std::string lines;
        YubicoVerdict verdict;
        std::string why;
    } cases[] = {
        {"status=OK\r\n" + echoes, YubicoVerdict::accepted, "OK"},
        {"status=BAD_OTP\r\n" + echoes, YubicoVerdict::refused, "BAD_OTP"},
        {"status=BAD_OTP\r\n", YubicoVerdict::refused, "BAD_OTP"},
        {"status=REPLAYED_OTP\r\n" + echoes, YubicoVerdict::refused, "REPLAYED_OTP"},
        {"status=REPLAYED_REQUEST\r\n" + echoes, YubicoVerdict::refused, "REPLAYED_REQUEST"},
        {"status=NO_SUCH_CLIENT\r\n", YubicoVerdict::misconfigured, "NO_SUCH_CLIENT"},
        {"status=BAD_SIGNATURE\r\n", YubicoVerdict::misconfigured, "BAD_SIGNATURE"},
        {"status=OPERATION_NOT_ALLOWED\r\n", YubicoVerdict::misconfigured, "OPERATION_NOT_ALLOWED"},
        {"status=MISSING_PARAMETER\r\n", YubicoVerdict::misconfigured, "MISSING_PARAMETER"},
        {"status=BACKEND_ERROR\r\n" + echoes, YubicoVerdict::unanswered, "BACKEND_ERROR"},
        {"status=NOT_ENOUGH_ANSWERS\r\n" + echoes, YubicoVerdict::unanswered, "NOT_ENOUGH_ANSWERS"},
        {"status=ok\r\n" + echoes, YubicoVerdict::unanswered, "the status is unknown"},
        {"status=OK \r\n" + echoes, YubicoVerdict::unanswered, "the status is unknown"},
        {"status=\r\n" + echoes, YubicoVerdict::unanswered, "the status is unknown"},
        {echoes, YubicoVerdict::unanswered, "the status is unknown"},
    };
    for (const auto& c : cases) {
        const YubicoAnswer answer = judge_yubico_answer(signed_lines(c.lines), asked, key);
        EXPECT_EQ(answer.verdict, c.verdict) << c.lines;
        EXPECT_EQ(answer.why, c.why) << c.lines;
    }
}

TEST(YubicoAnswer, OnlyASoundAnswerToThisQuestionDecides) {
    const std::string otp = "otp=" + asked.otp + "\r\n";
    const std::string nonce = "nonce=" + asked.nonce + "\r\n";
    const std::string ok = "status=OK\r\n";
    const std::string other_key =
        ok + echoes +
        "h=" + yubico_signature(parse_yubico_pairs(ok + echoes).value(), Secret("another key")) +
        "\r\n";
    const std::string empty_key =
        ok + echoes + "h=" + yubico_signature(parse_yubico_pairs(ok + echoes).value(), Secret()) +
        "\r\n";
    const std::string refusal = signed_lines("status=REPLAYED_OTP\r\n" + echoes);
    std::string rewritten = refusal;
    rewritten.replace(rewritten.find("REPLAYED_OTP"), 12, "OK");
    const std::string cases[] = {
        ok + echoes,
        ok + echoes + "h=\r\n",
        other_key,
        empty_key,
        rewritten,
        signed_lines(ok + echoes) + "more=1\r\n",
        signed_lines(ok + echoes) + "status=OK\r\n",
        signed_lines(ok + nonce),
        signed_lines(ok + otp),
        signed_lines(ok),
        signed_lines(ok + otp + "nonce=0123456789abcdeF\r\n"),
        signed_lines(ok + otp + "nonce=0123456789abcde\r\n"),
        signed_lines(ok + nonce + "otp=ccccccbchvthlivuitriujjifivbvtrjkjfirllluurk\r\n"),
        signed_lines(ok + nonce + "otp=CCCCCCBCHVTHLIVUITRIUJJIFIVBVTRJKJFIRLLLUURJ\r\n"),
        "status=BAD_OTP\r\n" + echoes,
        "status=REPLAYED_OTP\r\n" + echoes,
        signed_lines("status=REPLAYED_OTP\r\n"),
        signed_lines("status=REPLAYED_REQUEST\r\n" + otp),
        signed_lines("status=BAD_OTP\r\nnonce=fedcba9876543210\r\n"),
    };
    for (const std::string& body : cases) {
        EXPECT_EQ(judge_yubico_answer(body, asked, key).verdict, YubicoVerdict::unanswered) << body;
    }
}

}  // namespace
}  // namespace rgw::mfa
