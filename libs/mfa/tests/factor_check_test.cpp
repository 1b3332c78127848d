#include "rgw/mfa/factor_check.hpp"

#include <vector>

#include "rgw/base/text.hpp"
#include "rgw/mfa_testing/validation_server.hpp"
#include "rgw/outbound/curl_fetcher.hpp"
#include "rules_fixture.hpp"

namespace rgw::mfa {
namespace {

using namespace std::chrono_literals;

constexpr const char* adas_password = "ccccccbchvthlivuitriujjifivbvtrjkjfirllluurj";
constexpr const char* bobs_password = "ccccccbchvtilivuitriujjifivbvtrjkjfirllluurj";
constexpr const char* failed = ": verification failed";

class FactorCheckTest : public RulesTest {
protected:
    FactorCheckTest() { parts_.yubico = &yubico_; }

    MethodId enroll_yubikey(const Holder& holder, const char* password) {
        server_.accept(password);
        const auto enrolled =
            wait(Enrollment(parts_).enroll_yubikey(Secret(password), "", holder, {}, soon()));
        EXPECT_TRUE(enrolled);
        return enrolled->method;
    }
    // One of a set of his own; the hyphens are as it was shown.
    std::string backup_code(const Holder& holder) {
        const auto codes = wait(Enrollment(parts_).replace_backup_codes(holder, soon())).value();
        return std::string(codes.front().expose());
    }
    std::string failures() const {
        std::string list;
        for (const Failure& failure : factors_.failures) {
            list += failure.kind ? std::string(name(*failure.kind)) : "unknown";
            list += " " + failure.reason + "\n";
        }
        return list;
    }

    testing::ValidationServer server_{"4711", Secret("a twenty byte key...")};
    outbound::CurlFetcher fetcher_;
    YubicoVerifier yubico_{
        fetcher_,
        {.client_id = "4711", .key = Secret("a twenty byte key..."), .servers = {server_.url()}}};
};

TEST_F(FactorCheckTest, EveryKindOfCodeCountsOnce) {
    const MethodId phone = enroll_totp(ada_);
    const MethodId yubikey = enroll_yubikey(ada_, "ccccccbchvthlivuitriujjifivbvtrjkjfirllluuri");
    const std::string one_time_code = code(phone);
    const std::string lost = backup_code(ada_);
    server_.accept(adas_password);
    EXPECT_EQ(told(verify_code(one_time_code, ada_)), "totp 1");
    EXPECT_EQ(told(verify_code(lost, ada_)), "backup_code");
    EXPECT_EQ(told(verify_code(adas_password, ada_)), "yubiotp 2");
    EXPECT_EQ(yubikey, MethodId{2});
    EXPECT_EQ(failures(), "");
    EXPECT_EQ(told(verify_code(one_time_code, ada_)), std::string("replay_detected") + failed);
    EXPECT_EQ(told(verify_code(lost, ada_)), std::string("invalid_code") + failed);
    EXPECT_EQ(told(verify_code(adas_password, ada_)), std::string("invalid_code") + failed);
    EXPECT_EQ(failures(), "totp replay_detected\nbackup_code invalid_code\nyubiotp invalid_code\n");
}

TEST_F(FactorCheckTest, ACodeIsReadHoweverItIsTyped) {
    const MethodId phone = enroll_totp(ada_);
    std::string lost = to_lower(backup_code(ada_));
    std::erase(lost, '-');
    EXPECT_EQ(told(verify_code(" " + code(phone) + "\t", ada_)), "totp 1");
    EXPECT_EQ(told(verify_code(lost, ada_)), "backup_code");
    server_.accept(adas_password);
    (void)enroll_yubikey(ada_, "ccccccbchvthlivuitriujjifivbvtrjkjfirllluuri");
    std::string shouted = adas_password;
    std::ranges::transform(shouted, shouted.begin(),
                           [](char c) { return static_cast<char>(c - 'a' + 'A'); });
    EXPECT_EQ(told(verify_code(shouted, ada_)), "yubiotp 2");
}

TEST_F(FactorCheckTest, WhicheverAppShowsTheCodeAndTheStepsAround) {
    const MethodId phone = enroll_totp(ada_);
    const MethodId tablet = enroll_totp(ada_);
    EXPECT_EQ(told(verify_code(code(tablet, -1), ada_)), "totp 2");
    EXPECT_EQ(told(verify_code(code(phone), ada_)), "totp 1");
    EXPECT_EQ(told(verify_code(code(tablet, 1), ada_)), "totp 2");
    EXPECT_EQ(told(verify_code(code(phone, 2), ada_)), std::string("invalid_code") + failed);
    EXPECT_EQ(told(verify_code(code(tablet), ada_)), std::string("replay_detected") + failed)
        << "the step is the user's, not the app's";
}

TEST_F(FactorCheckTest, WhatIsNotTheirsDoesNotCountAndIsNotRepeated) {
    const MethodId adas = enroll_totp(ada_);
    const MethodId bobs = enroll_totp(bob_);
    (void)enroll_yubikey(bob_, bobs_password);
    const std::string lost = backup_code(bob_);
    const std::size_t asked_before = server_.requests().size();
    server_.accept(bobs_password);
    const struct {
        const char* what;
        std::string text;
        std::string failure;
    } cases[] = {
        {"a code of later", code(adas, 3), "totp invalid_code\n"},
        {"a code of before", code(adas, -3), "totp invalid_code\n"},
        {"another's code", code(bobs), "totp invalid_code\n"},
        {"another's backup code", lost, "backup_code invalid_code\n"},
        {"another's YubiKey", bobs_password, "yubiotp invalid_code\n"},
        {"five digits", "12345", "unknown invalid_code\n"},
        {"seven digits", "1234567", "unknown invalid_code\n"},
        {"digits of another script", "\xd9\xa1\xd9\xa2\xd9\xa3", "unknown invalid_code\n"},
        {"a NUL within",
         std::string("123\0"
                     "56",
                     6),
         "unknown invalid_code\n"},
        {"a word", "hunter2", "unknown invalid_code\n"},
        {"a novel", std::string(100'000, '1'), "unknown invalid_code\n"},
    };
    for (const auto& c : cases) {
        factors_.failures.clear();
        users_.users[0].locked = false;
        const auto refused = verify_code(c.text, ada_);
        ASSERT_FALSE(refused) << c.what;
        EXPECT_EQ(told(refused), std::string("invalid_code") + failed) << c.what;
        EXPECT_EQ(failures(), c.failure) << c.what;
        EXPECT_FALSE(refused.error().locked_account) << c.what;
        EXPECT_EQ(refused.error().error.detail, "") << c.what;
    }
    EXPECT_EQ(server_.requests().size(), asked_before) << "nobody was asked about Bob's key";
    EXPECT_EQ(told(verify_code(lost, bob_)), "backup_code");
}

TEST_F(FactorCheckTest, WithoutAFactorNothingCounts) {
    const MethodId bobs = enroll_totp(bob_);
    EXPECT_EQ(told(verify_code(code(bobs), ada_)), std::string("invalid_code") + failed);
    EXPECT_EQ(told(verify_code(adas_password, ada_)), std::string("invalid_code") + failed);
    EXPECT_EQ(failures(), "totp invalid_code\nyubiotp invalid_code\n");
    Holder gone = ada_;
    gone.user = UserId{99};
    EXPECT_EQ(told(verify_code("123456", gone)), std::string("not_found") + failed);
    EXPECT_EQ(factors_.failures.size(), 2U) << "there is nobody to count it for";
}

TEST_F(FactorCheckTest, AnEmptyCodeIsNoFailure) {
    for (const char* text : {"", " ", "\t "}) {
        EXPECT_EQ(told(verify_code(text, ada_)), "invalid_code: code required");
    }
    EXPECT_EQ(failures(), "");
}

TEST_F(FactorCheckTest, APasswordOfAYubiKeyNeedsAService) {
    (void)enroll_yubikey(ada_, "ccccccbchvthlivuitriujjifivbvtrjkjfirllluuri");
    server_.accept(adas_password);
    parts_.yubico = nullptr;
    EXPECT_EQ(told(verify_code(adas_password, ada_)), std::string("invalid_code") + failed);
    parts_.yubico = &yubico_;
    EXPECT_EQ(told(verify_code(adas_password, ada_)), "yubiotp 1");
}

TEST_F(FactorCheckTest, TheFifthFailureLocksAndSaysSo) {
    const MethodId phone = enroll_totp(ada_);
    const std::string locked =
        "invalid_code: account locked due to multiple failed attempts - contact administrator";
    for (int i = 1; i <= 5; ++i) {
        const auto refused = verify_code("hunter2", ada_);
        ASSERT_FALSE(refused);
        EXPECT_EQ(told(refused), i == 5 ? locked : std::string("invalid_code") + failed);
        EXPECT_EQ(refused.error().locked_account, i == 5);
        EXPECT_EQ(users_.users[0].locked, i == 5);
        clock_.advance(1s);
    }
    const auto right = verify_code(code(phone), ada_);
    EXPECT_FALSE(right) << "nothing counts for who is locked";
    EXPECT_FALSE(right.error().locked_account);
    EXPECT_FALSE(users_.users[1].locked);
}

TEST_F(FactorCheckTest, WhatSucceedsIsNotCounted) {
    const MethodId phone = enroll_totp(ada_);
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(told(verify_code(code(phone), ada_)), "totp 1");
        clock_.advance(30s);
    }
    for (int i = 0; i < 8; ++i) {
        (void)verify_code("hunter2", ada_);
        clock_.advance(100s);
    }
    EXPECT_FALSE(users_.users[0].locked) << "never five in five minutes";
}

TEST_F(FactorCheckTest, WhatNobodyCouldCheckIsNoFailure) {
    const MethodId phone = enroll_totp(ada_);
    (void)enroll_yubikey(ada_, "ccccccbchvthlivuitriujjifivbvtrjkjfirllluuri");
    const std::string unavailable =
        "factor_unavailable: The second factor cannot be checked now; try again, or use another";
    server_.misbehave(testing::Misbehaviour::http_500);
    EXPECT_EQ(told(verify_code(adas_password, ada_)), unavailable);
    factors_.away = true;
    const auto away = verify_code(code(phone), ada_);
    EXPECT_EQ(away.error().error.code, Errc::database_unavailable);
    factors_.away = false;
    factors_.before_use = [this](const Use&) { factors_.away = true; };
    EXPECT_EQ(verify_code(code(phone), ada_).error().error.code, Errc::database_unavailable);
    factors_.before_use = nullptr;
    factors_.away = false;
    FactorParts other_key = parts_;
    other_key.seeds = crypto::SealingKey(Secret("another key, of 32 bytes or more"), "totp seeds");
    const auto unreadable =
        wait(FactorCheck(other_key).verify(typed(code(phone)), ada_, {}, soon()));
    EXPECT_EQ(told(unreadable), unavailable);
    EXPECT_EQ(failures(), "");
    EXPECT_EQ(told(verify_code(code(phone), ada_)), "totp 1");
}

TEST_F(FactorCheckTest, ASeedThatDoesNotOpenHidesNoGuessAtAnother) {
    const MethodId old = enroll_totp(ada_);
    const MethodId phone = enroll_totp(ada_);
    factors_.methods.at(0).method.totp_seed->bytes.back() ^= 1;
    EXPECT_EQ(told(verify_code("000000", ada_)), std::string("invalid_code") + failed);
    EXPECT_EQ(failures(), "totp invalid_code\n");
    EXPECT_EQ(told(verify_code(code(phone), ada_)), "totp 2");
    EXPECT_EQ(old, MethodId{1});
}

TEST_F(FactorCheckTest, AFailureThatIsNotCountedTellsNothing) {
    const MethodId phone = enroll_totp(ada_);
    factors_.counts_no_failure = true;
    const auto refused = verify_code("hunter2", ada_);
    EXPECT_EQ(refused.error().error.code, Errc::database_unavailable);
    EXPECT_EQ(told(verify_code(code(phone), ada_)), "totp 1");
}

TEST_F(FactorCheckTest, ASessionGainsWhatTheFactorIsShownFor) {
    const MethodId phone = enroll_totp(ada_);
    session(ada_elsewhere_).mfa_verified_at.reset();
    const auto shown =
        verify(typed(code(phone)), ada_elsewhere_,
               {.gain = Use::Gain::verified_and_step_up, .new_session_hash = std::string(64, 'd')});
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->at, clock_.now());
    EXPECT_EQ(session(ada_elsewhere_).mfa_verified_at, clock_.now());
    EXPECT_EQ(session(ada_elsewhere_).recent_step_up_at, clock_.now());
    EXPECT_EQ(sessions_.sessions[1].hash, std::string(64, 'd'));
    clock_.advance(60s);
    ASSERT_TRUE(verify(typed(code(phone)), bob_ = {.user = ada_.user}));
}

}  // namespace
}  // namespace rgw::mfa
