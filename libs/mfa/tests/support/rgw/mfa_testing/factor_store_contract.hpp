#pragma once

// What every FactorStore does with factors that are set up.
#include "rgw/mfa_testing/factor_fixture.hpp"

namespace rgw::mfa_testing {

template <class Fixture>
class FactorStoreContract : public FactorFixture<Fixture> {
protected:
    // The session of Ada that confirmed is verified; so is this one from now on.
    void verify(const mfa::Holder& holder, std::int64_t step) {
        mfa::Use use = this->use(holder, std::nullopt);
        use.gain = mfa::Use::Gain::verified_and_step_up;
        ASSERT_TRUE(this->use_step(std::move(use), step));
    }
};

TYPED_TEST_SUITE_P(FactorStoreContract);

TYPED_TEST_P(FactorStoreContract, EveryUserHasAHandleAndAtFirstNothingElse) {
    const mfa::UserFactors ada = this->factors(this->ada_);
    EXPECT_EQ(ada.email, "ada@example.com");
    EXPECT_GE(ada.user_handle.size(), 16U);
    EXPECT_LE(ada.user_handle.size(), 64U);
    EXPECT_EQ(ada.user_handle, this->factors(this->ada_).user_handle);
    EXPECT_NE(ada.user_handle, this->factors(this->bob_).user_handle);
    EXPECT_FALSE(ada.enrolled || ada.preferred);
    EXPECT_TRUE(ada.methods.empty());
    EXPECT_EQ(ada.backup_codes.total + ada.backup_codes.unused, 0);
    EXPECT_FALSE(ada.backup_codes.last_used_at || ada.backup_codes.last_generated_at);
    const UserId nobody{this->bob_.user.value + 1000};
    const auto none = this->wait(this->store().load(nobody, soon()));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::not_found);
}

TYPED_TEST_P(FactorStoreContract, AFactorIsWorthNothingUntilItIsConfirmed) {
    using namespace std::chrono_literals;
    const auto method = this->begin(this->ada_, mfa::FactorKind::totp);
    EXPECT_TRUE(this->factors(this->ada_).methods.empty());
    EXPECT_FALSE(this->user("ada@example.com").mfa_enrolled);
    EXPECT_EQ(this->confirm_totp(this->ada_, method, 1, 9s), mfa::Confirmed::yes);
    const mfa::UserFactors factors = this->factors(this->ada_);
    EXPECT_TRUE(factors.enrolled);
    ASSERT_EQ(factors.methods.size(), 1U);
    const mfa::Method& made = factors.methods[0];
    EXPECT_EQ(made.id, method);
    EXPECT_EQ(made.kind, mfa::FactorKind::totp);
    EXPECT_EQ(made.label, "a label");
    EXPECT_FALSE(made.cli_capable);
    EXPECT_EQ(made.created_at, this->start_);
    EXPECT_EQ(made.confirmed_at, this->start_ + 9s);
    EXPECT_EQ(made.totp_seed.value().bytes, this->seed_.bytes);
    EXPECT_EQ(made.totp_seed.value().key_id, this->seed_.key_id);
    EXPECT_FALSE(made.yubikey_id || made.credential);
    const identity::User ada = this->user("ada@example.com");
    EXPECT_TRUE(ada.mfa_enrolled && ada.mfa_enforced);
    const identity::User bob = this->user("bob@example.com");
    EXPECT_FALSE(bob.mfa_enrolled || bob.mfa_enforced);
}

TYPED_TEST_P(FactorStoreContract, WhoConfirmsIsVerifiedFromThenOn) {
    using namespace std::chrono_literals;
    mfa::Confirmation made = this->confirmation(
        this->ada_, this->begin(this->ada_, mfa::FactorKind::totp), mfa::FactorKind::totp);
    made.totp_step = 1;
    made.use.new_session_hash = this->hash('d');
    ASSERT_EQ(this->confirm(made), mfa::Confirmed::yes);
    EXPECT_FALSE(this->session('a'));
    const auto session = this->session('d').value();
    EXPECT_EQ(session.id, this->ada_.session);
    EXPECT_EQ(session.mfa_verified_at, this->start_);
    EXPECT_EQ(session.recent_step_up_at, this->start_);
    EXPECT_FALSE(this->session('b')->mfa_verified_at) << "her other session has shown nothing";
}

TYPED_TEST_P(FactorStoreContract, OnlyTheSessionThatBeganConfirmsInTimeAndOnce) {
    using namespace std::chrono_literals;
    using enum mfa::Confirmed;
    const auto method = this->begin(this->ada_, mfa::FactorKind::totp);
    EXPECT_EQ(this->confirm_totp(this->ada_elsewhere_, method, 1), no_longer_pending);
    EXPECT_EQ(this->confirm_totp(this->bob_, method, 1), no_longer_pending);
    EXPECT_EQ(this->confirm_totp(this->ada_, method, 1, 600s), no_longer_pending) << "over";
    EXPECT_EQ(this->confirm_totp(this->ada_, {method.value + 1000}, 1), no_longer_pending);
    mfa::Confirmation other_kind =
        this->confirmation(this->ada_, method, mfa::FactorKind::webauthn);
    other_kind.credential = this->credential("credential 1");
    EXPECT_EQ(this->confirm(other_kind), no_longer_pending);
    EXPECT_FALSE(this->factors(this->ada_).enrolled);
    EXPECT_FALSE(this->session('a')->mfa_verified_at);
    EXPECT_EQ(this->confirm_totp(this->ada_, method, 1, 599s), yes);
    EXPECT_EQ(this->confirm_totp(this->ada_, method, 2, 599s), no_longer_pending);
}

TYPED_TEST_P(FactorStoreContract, ASeedIsReadWhileItWaitsForItsConfirmation) {
    using namespace std::chrono_literals;
    const auto method = this->begin(this->ada_, mfa::FactorKind::totp);
    const auto key = this->begin(this->ada_, mfa::FactorKind::webauthn);
    EXPECT_TRUE(this->has_seed(method, this->ada_, 599s));
    EXPECT_FALSE(this->has_seed(method, this->ada_, 600s));
    EXPECT_FALSE(this->has_seed(method, this->ada_elsewhere_));
    EXPECT_FALSE(this->has_seed(method, this->bob_));
    EXPECT_FALSE(this->has_seed(key, this->ada_));
    ASSERT_EQ(this->confirm_totp(this->ada_, method, 1), mfa::Confirmed::yes);
    EXPECT_FALSE(this->has_seed(method, this->ada_));
}

TYPED_TEST_P(FactorStoreContract, BeginningAgainForgetsWhatWasLeftOfThatKind) {
    const auto first = this->begin(this->ada_, mfa::FactorKind::totp);
    const auto bobs = this->begin(this->bob_, mfa::FactorKind::totp);
    (void)this->begin(this->ada_, mfa::FactorKind::webauthn);
    EXPECT_TRUE(this->has_seed(first, this->ada_)) << "another kind";
    const auto second = this->begin(this->ada_elsewhere_, mfa::FactorKind::totp);
    EXPECT_FALSE(this->has_seed(first, this->ada_));
    EXPECT_TRUE(this->has_seed(second, this->ada_elsewhere_));
    EXPECT_TRUE(this->has_seed(bobs, this->bob_));
    EXPECT_EQ(this->confirm_totp(this->ada_, first, 1), mfa::Confirmed::no_longer_pending);
    EXPECT_EQ(this->confirm_totp(this->ada_elsewhere_, second, 1), mfa::Confirmed::yes);
    (void)this->begin(this->ada_, mfa::FactorKind::totp);
    EXPECT_EQ(this->factors(this->ada_).methods.size(), 1U) << "a confirmed one stays";
}

TYPED_TEST_P(FactorStoreContract, WhoHasAFactorNeedsASessionThatHasShownOne) {
    using enum mfa::Confirmed;
    const auto mine = this->begin(this->ada_, mfa::FactorKind::totp);
    mfa::Confirmation thief = this->confirmation(
        this->ada_elsewhere_, this->begin(this->ada_elsewhere_, mfa::FactorKind::webauthn),
        mfa::FactorKind::webauthn);
    thief.credential = this->credential("credential 1");
    ASSERT_EQ(this->confirm_totp(this->ada_, mine, 1), yes);
    EXPECT_EQ(this->confirm(thief), no_longer_pending);
    EXPECT_FALSE(this->session('b')->mfa_verified_at);
    EXPECT_EQ(this->factors(this->ada_).methods.size(), 1U);
    this->verify(this->ada_elsewhere_, 2);
    EXPECT_EQ(this->confirm(thief), yes);
    EXPECT_EQ(this->enroll_totp(this->ada_, 3), this->factors(this->ada_).methods.at(2).id);
}

TYPED_TEST_P(FactorStoreContract, TheFirstFactorIsAskedOfSessionsThatNeverShowedOne) {
    (void)this->holder("ada@example.com", 'e', this->start_);
    (void)this->holder("bob@example.com", 'f', this->start_);
    (void)this->enroll_totp(this->ada_, 1);
    EXPECT_FALSE(this->session('e')->mfa_verified_at) << "none was asked for when it began";
    EXPECT_TRUE(this->session('a')->mfa_verified_at);
    EXPECT_TRUE(this->session('f')->mfa_verified_at) << "another person's";
    (void)this->holder("ada@example.com", '9', this->start_);
    (void)this->enroll_credential(this->ada_, "credential 1");
    EXPECT_TRUE(this->session('9')->mfa_verified_at) << "the second factor changes nothing";
}

TYPED_TEST_P(FactorStoreContract, TheStepOfAConfirmationIsUsedUpWithIt) {
    using enum mfa::Confirmed;
    const auto first = this->enroll_totp(this->ada_, 1);
    EXPECT_FALSE(this->use_step(this->use(this->ada_, first), 1));
    ASSERT_TRUE(this->use_step(this->use(this->ada_, first), 2));
    const auto second = this->begin(this->ada_, mfa::FactorKind::totp);
    EXPECT_EQ(this->confirm_totp(this->ada_, second, 1), used_before);
    EXPECT_EQ(this->confirm_totp(this->ada_, second, 2), used_before);
    EXPECT_EQ(this->factors(this->ada_).methods.size(), 1U);
    EXPECT_EQ(this->confirm_totp(this->ada_, second, 3), yes) << "it waits for the next one";
    EXPECT_FALSE(this->use_step(this->use(this->ada_, second), 3));
    EXPECT_TRUE(this->use_step(this->use(this->ada_, second), 4));
}

TYPED_TEST_P(FactorStoreContract, ACredentialAndAYubiKeyAreOnePersons) {
    using enum mfa::Confirmed;
    using enum mfa::FactorKind;
    (void)this->enroll_credential(this->ada_, std::string("\0\xff id", 5));
    (void)this->enroll_yubikey(this->ada_, "cccccccccccb");
    for (const mfa::Holder& holder : {this->ada_, this->bob_}) {
        mfa::Confirmation key = this->confirmation(holder, this->begin(holder, webauthn), webauthn);
        key.credential = this->credential(std::string("\0\xff id", 5));
        EXPECT_EQ(this->confirm(key), used_before);
        mfa::Confirmation yubikey =
            this->confirmation(holder, this->begin(holder, yubiotp), yubiotp);
        yubikey.yubikey_id = "cccccccccccb";
        EXPECT_EQ(this->confirm(yubikey), used_before);
    }
    EXPECT_EQ(this->factors(this->ada_).methods.size(), 2U);
    EXPECT_FALSE(this->user("bob@example.com").mfa_enrolled);
    EXPECT_FALSE(this->session('c')->mfa_verified_at);
}

TYPED_TEST_P(FactorStoreContract, WhatWasRegisteredIsLoadedTheOldestFirst) {
    const auto key = this->enroll_credential(this->ada_, std::string("\0\xff id", 5));
    const auto yubikey = this->enroll_yubikey(this->ada_, "cccccccccccb");
    const mfa::UserFactors factors = this->factors(this->ada_);
    ASSERT_EQ(factors.methods.size(), 2U);
    EXPECT_EQ(factors.methods[0].id, key);
    EXPECT_EQ(factors.methods[0].kind, mfa::FactorKind::webauthn);
    const mfa::RegisteredCredential& credential = factors.methods[0].credential.value();
    EXPECT_EQ(credential.stored.id, std::string("\0\xff id", 5));
    EXPECT_EQ(credential.stored.public_key, std::string("\xa5\x01\0 key", 7));
    EXPECT_EQ(credential.stored.user_handle, factors.user_handle);
    EXPECT_EQ(credential.stored.sign_count, 7U);
    EXPECT_TRUE(credential.stored.backup_eligible);
    EXPECT_TRUE(credential.backed_up);
    EXPECT_EQ(credential.transports, (std::vector<std::string>{"nfc", "usb"}));
    EXPECT_FALSE(factors.methods[0].totp_seed || factors.methods[0].yubikey_id);
    EXPECT_EQ(factors.methods[1].id, yubikey);
    EXPECT_EQ(factors.methods[1].kind, mfa::FactorKind::yubiotp);
    EXPECT_EQ(factors.methods[1].yubikey_id, "cccccccccccb");
    EXPECT_FALSE(factors.methods[1].totp_seed || factors.methods[1].credential);
}

REGISTER_TYPED_TEST_SUITE_P(
    FactorStoreContract, EveryUserHasAHandleAndAtFirstNothingElse,
    AFactorIsWorthNothingUntilItIsConfirmed, WhoConfirmsIsVerifiedFromThenOn,
    OnlyTheSessionThatBeganConfirmsInTimeAndOnce, ASeedIsReadWhileItWaitsForItsConfirmation,
    BeginningAgainForgetsWhatWasLeftOfThatKind, WhoHasAFactorNeedsASessionThatHasShownOne,
    TheFirstFactorIsAskedOfSessionsThatNeverShowedOne, TheStepOfAConfirmationIsUsedUpWithIt,
    ACredentialAndAYubiKeyAreOnePersons, WhatWasRegisteredIsLoadedTheOldestFirst);

}  // namespace rgw::mfa_testing
