#include "rgw/mfa/enrollment.hpp"

#include <set>

#include "rgw/mfa_testing/validation_server.hpp"
#include "rgw/outbound/curl_fetcher.hpp"
#include "rules_fixture.hpp"

namespace rgw::mfa {
namespace {

using namespace std::chrono_literals;

constexpr const char* password = "ccccccbchvthlivuitriujjifivbvtrjkjfirllluurj";
constexpr const char* over = "ceremony_over: this was not begun here or took too long: begin again";

// As one sees it who looked before another replica gave the user codes.
class StaleStore final : public mfa_testing::MemoryFactorStore {
public:
    using MemoryFactorStore::MemoryFactorStore;
    async::Task<Result<UserFactors>> load(UserId user, Deadline deadline) override {
        auto loaded = co_await MemoryFactorStore::load(user, deadline);
        loaded->backup_codes = {};
        co_return loaded;
    }
};

class EnrollmentTest : public RulesTest {
protected:
    FactorResult<EnrolledMethod> enroll_yubikey(std::string_view otp, const Holder& holder,
                                                std::string label = "") {
        return wait(Enrollment(parts_).enroll_yubikey(Secret(std::string(otp)), std::move(label),
                                                      holder, {}, soon()));
    }
    UserFactors load(const Holder& holder) {
        return wait(factors_.load(holder.user, soon())).value();
    }

    testing::ValidationServer server_{"4711", Secret("a twenty byte key...")};
    outbound::CurlFetcher fetcher_;
    YubicoVerifier yubico_{
        fetcher_,
        {.client_id = "4711", .key = Secret("a twenty byte key..."), .servers = {server_.url()}}};
};

TEST_F(EnrollmentTest, AnAppIsSetUpWithACodeOfItsOwn) {
    const BegunTotp begun = begin_totp(ada_);
    EXPECT_EQ(begun.seed.expose().size(), 32U);
    const std::string uri(begun.uri.expose());
    EXPECT_EQ(uri.find("otpauth://totp/Rack%20Gateway%20%28Test%29:ada%40example.com?secret=" +
                       std::string(begun.seed.expose()) + "&"),
              0U)
        << uri;
    EXPECT_TRUE(begun.qr_svg.expose().starts_with("<svg "));
    EXPECT_EQ(begun.backup_codes.size(), 10U);
    EXPECT_EQ(load(ada_).methods.size(), 0U);
    EXPECT_EQ(told(verify_code(code(begun.method), ada_)), "invalid_code: verification failed")
        << "worth nothing yet";
    EXPECT_EQ(told(verify_code(begun.backup_codes[0].expose(), ada_)),
              "invalid_code: verification failed");

    const auto confirmed = confirm_totp(begun.method, " " + code(begun.method), ada_, " phone ",
                                        {.new_session_hash = std::string(64, 'd')});
    EXPECT_EQ(told(confirmed), "totp phone");
    EXPECT_EQ(confirmed->method, begun.method);
    EXPECT_TRUE(load(ada_).enrolled);
    EXPECT_EQ(session(ada_).mfa_verified_at, clock_.now());
    EXPECT_EQ(sessions_.sessions[0].hash, std::string(64, 'd'));
    EXPECT_EQ(told(verify_code(code(begun.method), ada_)), "replay_detected: verification failed")
        << "the code of the confirmation is used up";
    for (const Secret& lost : begun.backup_codes) {
        EXPECT_EQ(told(verify_code(lost.expose(), ada_)), "backup_code");
    }
}

TEST_F(EnrollmentTest, TheSeedLiesSealedForItsUser) {
    const BegunTotp begun = begin_totp(ada_);
    const crypto::Sealed sealed = *factors_.methods.at(0).method.totp_seed;
    const Secret seed = parts_.seeds.open(sealed, seed_place(ada_.user)).value();
    EXPECT_EQ(totp_seed_text(seed).expose(), begun.seed.expose());
    EXPECT_EQ(sealed.bytes.find(seed.expose()), std::string::npos);
    EXPECT_FALSE(parts_.seeds.open(sealed, seed_place(bob_.user)));
    EXPECT_NE(begin_totp(ada_).seed.expose(), begun.seed.expose());
    for (const auto& row : factors_.codes) {
        for (const Secret& shown : begun.backup_codes) {
            EXPECT_EQ(row.hash.find(shown.expose()), std::string::npos);
        }
    }
}

TEST_F(EnrollmentTest, BackupCodesComeWithTheFirstFactorOnly) {
    const BegunTotp abandoned = begin_totp(ada_);
    const BegunTotp first = begin_totp(ada_);
    EXPECT_EQ(first.backup_codes.size(), 10U) << "none counted yet";
    ASSERT_TRUE(confirm_totp(first.method, code(first.method), ada_));
    clock_.advance(60s);
    const BegunTotp second = begin_totp(ada_);
    EXPECT_TRUE(second.backup_codes.empty());
    ASSERT_TRUE(confirm_totp(second.method, code(second.method), ada_));
    EXPECT_EQ(load(ada_).backup_codes.unused, 10);
    EXPECT_EQ(told(verify_code(abandoned.backup_codes[0].expose(), ada_)),
              "invalid_code: verification failed");
    EXPECT_EQ(told(verify_code(first.backup_codes[0].expose(), ada_)), "backup_code");
}

TEST_F(EnrollmentTest, CodesThatWereNotKeptAreNotShown) {
    StaleStore store(users_, sessions_, devices_);
    Enrollment enrollment(parts_on(store, clock_));
    ASSERT_TRUE(wait(
        store.replace_backup_codes(ada_.user, {std::string(64, '1')}, "k1", clock_.now(), soon())));
    EXPECT_TRUE(wait(enrollment.begin_totp(ada_, soon()))->backup_codes.empty());
    EXPECT_TRUE(wait(enrollment.begin_webauthn(ada_, soon()))->backup_codes.empty());
    EXPECT_EQ(wait(enrollment.begin_totp(bob_, soon()))->backup_codes.size(), 10U);
}

TEST_F(EnrollmentTest, AWrongCodeIsAFailureAndTheWindowStaysOpen) {
    const MethodId method = begin_totp(ada_).method;
    EXPECT_EQ(told(confirm_totp(method, "", ada_)), "invalid_code: code required");
    EXPECT_EQ(factors_.failures.size(), 0U);
    for (const std::string& text : {std::string("hunter2"), code(method, 3)}) {
        EXPECT_EQ(told(confirm_totp(method, text, ada_)), "invalid_code: invalid code");
    }
    ASSERT_EQ(factors_.failures.size(), 2U);
    EXPECT_EQ(factors_.failures[0].kind, FactorKind::totp);
    EXPECT_EQ(factors_.failures[0].method, method);
    EXPECT_EQ(told(confirm_totp(method, code(method), ada_)), "totp Authenticator App");
}

TEST_F(EnrollmentTest, TheFifthWrongCodeLocksHereToo) {
    const MethodId method = begin_totp(ada_).method;
    for (int i = 0; i < 4; ++i) {
        (void)confirm_totp(method, "hunter2", ada_);
    }
    const auto fifth = confirm_totp(method, "hunter2", ada_);
    EXPECT_TRUE(fifth.error().locked_account);
    EXPECT_EQ(told(fifth),
              "invalid_code: account locked due to multiple failed attempts - contact "
              "administrator");
    EXPECT_TRUE(users_.users[0].locked);
}

TEST_F(EnrollmentTest, WhatWasNotBegunHereOrIsOverCannotBeConfirmed) {
    const MethodId method = begin_totp(ada_).method;
    EXPECT_EQ(told(confirm_totp(method, code(method), ada_elsewhere_)), over);
    EXPECT_EQ(told(confirm_totp(method, code(method), bob_)), over);
    EXPECT_EQ(told(confirm_totp(MethodId{99}, code(method), ada_)), over);
    clock_.advance(10min);
    EXPECT_EQ(told(confirm_totp(method, code(method), ada_)), over);
    clock_.advance(-1s);
    ASSERT_TRUE(confirm_totp(method, code(method), ada_));
    EXPECT_EQ(told(confirm_totp(method, code(method, 1), ada_)), over) << "once";
    EXPECT_TRUE(factors_.failures.empty()) << "nothing was guessed";
}

// Who only signed in must not become verified by a factor of their own making (spec §25.2, 16).
TEST_F(EnrollmentTest, AStolenSessionEnrollsNoFactorBesideTheOwners) {
    const BegunTotp owners = begin_totp(ada_);
    ASSERT_TRUE(confirm_totp(owners.method, code(owners.method), ada_));
    clock_.advance(60s);
    const BegunTotp again = begin_totp(ada_elsewhere_);
    EXPECT_TRUE(again.backup_codes.empty()) << "nor gets backup codes";
    EXPECT_EQ(told(confirm_totp(again.method, code(again.method), ada_elsewhere_)), over);
    EXPECT_FALSE(session(ada_elsewhere_).mfa_verified_at);
    EXPECT_EQ(load(ada_).methods.size(), 1U);
    EXPECT_EQ(load(ada_).backup_codes.unused, 10);
}

TEST_F(EnrollmentTest, ACodeThatWasUsedWaitsForTheNext) {
    const MethodId phone = enroll_totp(ada_);
    const MethodId tablet = begin_totp(ada_).method;
    EXPECT_EQ(told(verify_code(code(phone), ada_)), "totp 1");
    EXPECT_EQ(told(confirm_totp(tablet, code(tablet), ada_)),
              "used_already: this code was used already: wait for the next one");
    EXPECT_TRUE(factors_.failures.empty()) << "it was right";
    clock_.advance(30s);
    EXPECT_EQ(told(confirm_totp(tablet, code(tablet), ada_)), "totp Authenticator App");
}

TEST_F(EnrollmentTest, WhatCannotBeReadOrStoredIsNoFailure) {
    const MethodId method = begin_totp(ada_).method;
    factors_.methods.at(0).method.totp_seed->bytes.back() ^= 1;
    EXPECT_EQ(confirm_totp(method, "123456", ada_).error().error.code, Errc::factor_unavailable);
    factors_.away = true;
    EXPECT_EQ(wait(Enrollment(parts_).begin_totp(ada_, soon())).error().code,
              Errc::database_unavailable);
    EXPECT_EQ(confirm_totp(method, "123456", ada_).error().error.code, Errc::database_unavailable);
    factors_.away = false;
    const MethodId other = begin_totp(ada_).method;
    factors_.before_use = [this](const Use&) { factors_.away = true; };
    EXPECT_EQ(confirm_totp(other, code(other), ada_).error().error.code,
              Errc::database_unavailable);
    EXPECT_TRUE(factors_.failures.empty());
    EXPECT_FALSE(session(ada_).mfa_verified_at);
}

TEST_F(EnrollmentTest, ALabelIsTrimmedAndClippedBetweenCharacters) {
    std::string long_label;
    for (int i = 0; i < 200; ++i) {
        long_label += "\xc3\xbc";
    }
    const struct {
        std::string given, label;
    } cases[] = {{"", "Authenticator App"},
                 {" \t ", "Authenticator App"},
                 {"  my phone ", "my phone"},
                 {long_label, long_label.substr(0, 300)},
                 {std::string(150, 'x'), std::string(150, 'x')},
                 {std::string(151, 'x'), std::string(150, 'x')},
                 {"\xff", "\xef\xbf\xbd"}};
    for (const auto& c : cases) {
        const MethodId method = begin_totp(ada_).method;
        EXPECT_EQ(told(confirm_totp(method, code(method), ada_, c.given)), "totp " + c.label);
        clock_.advance(60s);
    }
    EXPECT_EQ(load(ada_).methods.at(3).label.size(), 300U);
}

TEST_F(EnrollmentTest, AYubiKeyIsEnrolledByOnePassword) {
    parts_.yubico = &yubico_;
    server_.accept(password);
    const auto enrolled = enroll_yubikey(password, ada_);
    EXPECT_EQ(told(enrolled), "yubiotp Yubikey");
    EXPECT_EQ(enrolled->backup_codes.size(), 10U);
    EXPECT_EQ(load(ada_).methods.at(0).yubikey_id, "ccccccbchvth");
    EXPECT_EQ(load(ada_).backup_codes.unused, 10);
    EXPECT_EQ(session(ada_).mfa_verified_at, clock_.now());
    EXPECT_EQ(told(enroll_yubikey(password, ada_)),
              "used_already: this Yubikey is already registered");
    EXPECT_EQ(server_.requests().size(), 1U) << "known before anybody was asked";
    const std::string next = "ccccccbchvthlivuitriujjifivbvtrjkjfirllluurk";
    server_.accept(next);
    EXPECT_EQ(told(enroll_yubikey(next, bob_)), "used_already: this Yubikey is already registered");
    EXPECT_FALSE(load(bob_).enrolled);
    EXPECT_EQ(load(bob_).backup_codes.total, 0);
    EXPECT_TRUE(factors_.failures.empty());
}

TEST_F(EnrollmentTest, APasswordThatProvesNothingEnrollsNothing) {
    EXPECT_EQ(told(enroll_yubikey(password, ada_)), "not_configured: yubico OTP not configured");
    parts_.yubico = &yubico_;
    EXPECT_EQ(told(enroll_yubikey("hunter2", ada_)), "invalid_code: invalid Yubikey OTP format");
    EXPECT_EQ(told(enroll_yubikey(password, ada_)), "invalid_code: invalid Yubikey OTP");
    EXPECT_EQ(factors_.failures.size(), 2U);
    server_.misbehave(testing::Misbehaviour::http_500);
    EXPECT_EQ(enroll_yubikey(password, ada_).error().error.code, Errc::factor_unavailable);
    server_.misbehave(testing::Misbehaviour::none);
    EXPECT_EQ(factors_.failures.size(), 2U);
    EXPECT_TRUE(factors_.methods.empty());
    (void)enroll_totp(ada_);
    server_.accept(password);
    EXPECT_EQ(told(enroll_yubikey(password, ada_elsewhere_)), over)
        << "a session that has not shown the factor there is";
    EXPECT_EQ(load(ada_).methods.size(), 1U);
}

TEST_F(EnrollmentTest, NewBackupCodesStandInsteadOfTheOldOnes) {
    const auto refused = wait(Enrollment(parts_).replace_backup_codes(ada_, soon()));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::factor_refused);
    const BegunTotp begun = begin_totp(ada_);
    ASSERT_TRUE(confirm_totp(begun.method, code(begun.method), ada_));
    const auto codes = wait(Enrollment(parts_).replace_backup_codes(ada_, soon())).value();
    std::set<std::string_view> distinct;
    for (const Secret& one : codes) {
        distinct.insert(one.expose());
    }
    EXPECT_EQ(distinct.size(), 10U);
    EXPECT_EQ(told(verify_code(begun.backup_codes[0].expose(), ada_)),
              "invalid_code: verification failed");
    EXPECT_EQ(told(verify_code(codes[9].expose(), ada_)), "backup_code");
    EXPECT_EQ(load(ada_).backup_codes.unused, 9);
}

}  // namespace
}  // namespace rgw::mfa
