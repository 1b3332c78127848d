#pragma once

// What every FactorStore does with factors that are shown, and with failures.
#include "rgw/mfa_testing/factor_fixture.hpp"

namespace rgw::mfa_testing {

template <class Fixture>
class FactorUseContract : public FactorFixture<Fixture> {};

TYPED_TEST_SUITE_P(FactorUseContract);

TYPED_TEST_P(FactorUseContract, AUserUsesAStepOnceWithWhicheverMethod) {
    const auto phone = this->enroll_totp(this->ada_, 1);
    const auto tablet = this->enroll_totp(this->ada_, 2);
    const auto bobs = this->enroll_totp(this->bob_, 1);
    EXPECT_TRUE(this->use_step(this->use(this->ada_, phone), 10));
    EXPECT_FALSE(this->use_step(this->use(this->ada_, phone), 10));
    EXPECT_FALSE(this->use_step(this->use(this->ada_, tablet), 10));
    EXPECT_FALSE(this->use_step(this->use(this->ada_elsewhere_, phone), 10));
    EXPECT_TRUE(this->use_step(this->use(this->ada_, tablet), 11));
    EXPECT_TRUE(this->use_step(this->use(this->ada_, phone), 9)) << "an older one, not used yet";
    EXPECT_TRUE(this->use_step(this->use(this->bob_, bobs), 10));
}

TYPED_TEST_P(FactorUseContract, ABackupCodeIsUsedOnceByItsUser) {
    (void)this->enroll_totp(this->ada_, 1);
    (void)this->enroll_totp(this->bob_, 1);
    this->give_codes(this->ada_, {this->hash('1'), this->hash('2')});
    const auto use = [this](const mfa::Holder& holder) {
        return this->use(holder, std::nullopt, std::chrono::seconds(9));
    };
    EXPECT_FALSE(this->use_code(use(this->ada_), this->hash('3')));
    EXPECT_FALSE(this->use_code(use(this->ada_), this->hash('1'), "k2")) << "another key's hash";
    EXPECT_FALSE(this->use_code(use(this->bob_), this->hash('1')));
    EXPECT_EQ(this->factors(this->ada_).backup_codes.last_used_at, std::nullopt);
    EXPECT_TRUE(this->use_code(use(this->ada_), this->hash('1')));
    EXPECT_FALSE(this->use_code(use(this->ada_), this->hash('1')));
    const mfa::BackupCodeCount count = this->factors(this->ada_).backup_codes;
    EXPECT_EQ(count.total, 2);
    EXPECT_EQ(count.unused, 1);
    EXPECT_EQ(count.last_used_at, this->start_ + std::chrono::seconds(9));
    EXPECT_EQ(count.last_generated_at, this->start_);
}

TYPED_TEST_P(FactorUseContract, AnAssertionMovesTheCounterItStartedFrom) {
    const auto key = this->enroll_credential(this->ada_, "credential 1");
    const auto use = [&](std::uint32_t former, std::uint32_t next) {
        return this
            ->wait(this->store().use_assertion(
                {this->use(this->ada_, key, std::chrono::seconds(9)),
                 {.sign_count = next, .user_verified = true, .backed_up = false},
                 former},
                soon()))
            .value();
    };
    EXPECT_FALSE(use(6, 9)) << "somebody else moved it";
    EXPECT_TRUE(use(7, 9));
    EXPECT_FALSE(use(7, 9));
    const mfa::Method method = this->factors(this->ada_).methods.at(0);
    EXPECT_EQ(method.credential->stored.sign_count, 9U);
    EXPECT_FALSE(method.credential->backed_up);
    EXPECT_EQ(method.last_used_at, this->start_ + std::chrono::seconds(9));
    EXPECT_TRUE(use(9, 4'294'967'295U));
    EXPECT_EQ(this->factors(this->ada_).methods.at(0).credential->stored.sign_count,
              4'294'967'295U);
    EXPECT_TRUE(use(4'294'967'295U, 0));
    EXPECT_TRUE(use(0, 0)) << "an authenticator that does not count";
}

TYPED_TEST_P(FactorUseContract, WhatIsNoConfirmedMethodOfTheUserDoesNotCount) {
    const auto totp = this->enroll_totp(this->ada_, 1);
    const auto yubikey = this->enroll_yubikey(this->ada_, "cccccccccccb");
    const auto key = this->enroll_credential(this->ada_, "credential 1");
    const auto pending = this->begin(this->ada_, mfa::FactorKind::totp);
    const auto use_password = [&](const mfa::Holder& holder) {
        return this->wait(this->store().use_password({this->use(holder, yubikey)}, soon())).value();
    };
    const auto use_key = [&](const mfa::Holder& holder) {
        return this
            ->wait(this->store().use_assertion(
                {this->use(holder, key), {.sign_count = 7, .backed_up = true}, 7}, soon()))
            .value();
    };
    EXPECT_FALSE(this->use_step(this->use(this->bob_, totp), 10));
    EXPECT_FALSE(this->use_step(this->use(this->ada_, pending), 10));
    EXPECT_FALSE(use_password(this->bob_));
    EXPECT_FALSE(use_key(this->bob_));
    EXPECT_TRUE(use_password(this->ada_));
    EXPECT_TRUE(use_password(this->ada_)) << "the servers of Yubico see to single use";
    EXPECT_TRUE(use_key(this->ada_));
    EXPECT_TRUE(this->use_step(this->use(this->ada_, totp), 10));
    for (const auto method : {yubikey, key, totp}) {
        ASSERT_TRUE(
            this->wait(this->store().remove_method(this->ada_.user, method, this->start_, soon())));
    }
    EXPECT_FALSE(use_password(this->ada_));
    EXPECT_FALSE(use_key(this->ada_));
    EXPECT_FALSE(this->use_step(this->use(this->ada_, totp), 11));
}

TYPED_TEST_P(FactorUseContract, ASessionGainsWhatTheUseIsFor) {
    using Gain = mfa::Use::Gain;
    const auto totp = this->enroll_totp(this->ada_, 1);
    const auto use = [&](Gain gain, std::chrono::seconds after, std::int64_t step) {
        mfa::Use made = this->use(this->ada_elsewhere_, totp, after);
        made.gain = gain;
        return this->use_step(std::move(made), step);
    };
    const std::optional<Timestamp> never;
    const auto at = [this](int seconds) {
        return std::optional(this->start_ + std::chrono::seconds(seconds));
    };
    const struct {
        Gain gain;
        int second;
        std::int64_t step;
        bool counts;
        std::optional<Timestamp> verified, stepped_up;
    } uses[] = {{Gain::nothing, 1, 10, true, never, never},
                {Gain::step_up, 2, 11, true, never, at(2)},
                {Gain::verified_and_step_up, 3, 11, false, never, at(2)},
                {Gain::verified_and_step_up, 4, 12, true, at(4), at(4)},
                {Gain::verified_and_step_up, 5, 13, true, at(4), at(5)},
                {Gain::nothing, 6, 14, true, at(4), at(5)},
                {Gain::step_up, 7, 15, true, at(4), at(7)}};
    for (const auto& u : uses) {
        EXPECT_EQ(use(u.gain, std::chrono::seconds(u.second), u.step), u.counts) << u.second;
        const auto session = this->session('b').value();
        EXPECT_EQ(session.mfa_verified_at, u.verified) << u.second;
        EXPECT_EQ(session.recent_step_up_at, u.stepped_up) << u.second;
    }
    EXPECT_EQ(this->session('c')->recent_step_up_at, never);
    mfa::Holder command_line = this->ada_;
    command_line.session = std::nullopt;
    EXPECT_TRUE(this->use_step(this->use(command_line, totp), 16)) << "without a session";
}

TYPED_TEST_P(FactorUseContract, EveryKindOfFactorBringsItsSessionTheSame) {
    using Gain = mfa::Use::Gain;
    const auto yubikey = this->enroll_yubikey(this->ada_, "cccccccccccb");
    const auto key = this->enroll_credential(this->ada_, "credential 1");
    this->give_codes(this->ada_, {this->hash('1')});
    const auto stepped_up = [this] { return this->session('b')->recent_step_up_at; };
    const auto use = [&](std::optional<mfa::MethodId> method, int second) {
        mfa::Use made = this->use(this->ada_elsewhere_, method, std::chrono::seconds(second));
        made.gain = Gain::step_up;
        return made;
    };
    ASSERT_TRUE(this->use_code(use(std::nullopt, 1), this->hash('1')));
    EXPECT_EQ(stepped_up(), this->start_ + std::chrono::seconds(1));
    ASSERT_TRUE(this->wait(this->store().use_password({use(yubikey, 2)}, soon())).value());
    EXPECT_EQ(stepped_up(), this->start_ + std::chrono::seconds(2));
    ASSERT_TRUE(this->wait(this->store().use_assertion({use(key, 3), {.sign_count = 8}, 7}, soon()))
                    .value());
    EXPECT_EQ(stepped_up(), this->start_ + std::chrono::seconds(3));
    for (const mfa::Method& method : this->factors(this->ada_).methods) {
        EXPECT_EQ(method.last_used_at,
                  this->start_ + std::chrono::seconds(method.id == key ? 3 : 2));
    }
}

TYPED_TEST_P(FactorUseContract, ASessionGoesByItsNewTextFromThenOn) {
    const auto totp = this->enroll_totp(this->ada_, 1);
    mfa::Use use = this->use(this->ada_, totp);
    use.new_session_hash = this->hash('d');
    ASSERT_TRUE(this->use_step(use, 10));
    EXPECT_FALSE(this->session('a'));
    EXPECT_EQ(this->session('d').value().id, this->ada_.session);
    use.new_session_hash = this->hash('e');
    ASSERT_FALSE(this->use_step(use, 10));
    EXPECT_FALSE(this->session('e'));
    EXPECT_EQ(this->session('b').value().id, this->ada_elsewhere_.session);
}

TYPED_TEST_P(FactorUseContract, TheFifthFailureInFiveMinutesLocksTheAccount) {
    using namespace std::chrono_literals;
    using enum mfa::FactorKind;
    const struct {
        std::chrono::seconds after;
        std::optional<mfa::FactorKind> kind;
        int in_window;
        bool locks;
    } failures[] = {{0s, totp, 1, false},     {10s, webauthn, 2, false},
                    {20s, yubiotp, 3, false}, {30s, backup_code, 4, false},
                    {301s, {}, 4, false},  // the first is older than the window
                    {302s, {}, 5, true},      {303s, totp, 6, false}};
    for (const auto& failure : failures) {
        EXPECT_EQ(this->use_step(this->use(this->ada_, std::nullopt, failure.after),
                                 failure.after.count()),
                  failure.in_window <= 5)
            << "what succeeds is not counted, and once it is locked nothing succeeds";
        const mfa::FailureCount counted = this->fail(this->ada_, failure.after, failure.kind);
        EXPECT_EQ(counted.in_window, failure.in_window) << failure.after.count();
        EXPECT_EQ(counted.locked_now, failure.locks) << failure.after.count();
    }
    EXPECT_TRUE(this->user("ada@example.com").locked);
    EXPECT_FALSE(this->user("bob@example.com").locked);
    EXPECT_EQ(this->fail(this->bob_, 303s).in_window, 1);
}

TYPED_TEST_P(FactorUseContract, NothingCountsForALockedAccount) {
    const auto totp = this->enroll_totp(this->ada_, 1);
    const auto yubikey = this->enroll_yubikey(this->ada_, "cccccccccccb");
    const auto key = this->enroll_credential(this->ada_, "credential 1");
    this->give_codes(this->ada_, {this->hash('1')});
    for (int i = 0; i < mfa::failures_until_locked; ++i) {
        (void)this->fail(this->ada_, std::chrono::seconds(i));
    }
    const auto use = [&](std::optional<mfa::MethodId> method) {
        mfa::Use made = this->use(this->ada_elsewhere_, method);
        made.gain = mfa::Use::Gain::verified_and_step_up;
        return made;
    };
    EXPECT_FALSE(this->use_step(use(totp), 10));
    EXPECT_FALSE(this->use_code(use(std::nullopt), this->hash('1')));
    EXPECT_FALSE(this->wait(this->store().use_password({use(yubikey)}, soon())).value());
    EXPECT_FALSE(
        this->wait(this->store().use_assertion({use(key), {.sign_count = 8}, 7}, soon())).value());
    EXPECT_FALSE(this->session('b')->mfa_verified_at);
    EXPECT_EQ(this->factors(this->ada_).backup_codes.unused, 1);
}

REGISTER_TYPED_TEST_SUITE_P(FactorUseContract, AUserUsesAStepOnceWithWhicheverMethod,
                            ABackupCodeIsUsedOnceByItsUser, AnAssertionMovesTheCounterItStartedFrom,
                            WhatIsNoConfirmedMethodOfTheUserDoesNotCount,
                            ASessionGainsWhatTheUseIsFor, EveryKindOfFactorBringsItsSessionTheSame,
                            ASessionGoesByItsNewTextFromThenOn,
                            TheFifthFailureInFiveMinutesLocksTheAccount,
                            NothingCountsForALockedAccount);

}  // namespace rgw::mfa_testing
