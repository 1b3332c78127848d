#pragma once

// What every FactorStore does with backup codes, and with factors that are renamed and lost.
#include "rgw/mfa_testing/factor_fixture.hpp"

namespace rgw::mfa_testing {

template <class Fixture>
class FactorLossContract : public FactorFixture<Fixture> {
protected:
    mfa::PendingMethod begin_with_codes(const mfa::Holder& holder, mfa::FactorKind kind,
                                        std::vector<std::string> hashes) {
        mfa::NewMethod made = this->new_method(holder, kind);
        made.backup_code_hashes = std::move(hashes);
        made.backup_key_id = "k1";
        return this->wait(this->store().begin_method(std::move(made), soon())).value();
    }
    Result<mfa::RemovedMethod> remove(const mfa::Holder& holder, mfa::MethodId method) {
        return this->wait(this->store().remove_method(holder.user, method, this->start_, soon()));
    }
    mfa::RecognisedDevice recognise(char digit) {
        return this
            ->wait(this->fixture_.trusted_devices().recognise(
                this->hash(digit), this->ada_.user, this->hash('e'), "192.0.2.8",
                this->start_ + std::chrono::minutes(1), soon()))
            .value();
    }
    void trust(char digit) {
        ASSERT_TRUE(this->wait(this->fixture_.trusted_devices().create(
            {.token_hash = this->hash(digit),
             .device_uuid = std::string("6f1c0a52-2f7e-4f7b-9b0f-0123456789a") + digit,
             .user_agent_hash = this->hash('e'),
             .holder = this->ada_,
             .created_at = this->start_,
             .expires_at = this->start_ + std::chrono::hours(24)},
            soon())));
    }
};

TYPED_TEST_SUITE_P(FactorLossContract);

TYPED_TEST_P(FactorLossContract, BackupCodesCountOnceTheirFactorDoes) {
    const auto one = this->hash('1');
    const auto begun =
        this->begin_with_codes(this->ada_, mfa::FactorKind::totp, {one, this->hash('2')});
    EXPECT_TRUE(begun.backup_codes_kept);
    EXPECT_EQ(this->factors(this->ada_).backup_codes.total, 0);
    EXPECT_FALSE(this->use_code(this->use(this->ada_, std::nullopt), one));
    ASSERT_EQ(this->confirm_totp(this->ada_, begun.id, 1), mfa::Confirmed::yes);
    const mfa::BackupCodeCount count = this->factors(this->ada_).backup_codes;
    EXPECT_EQ(count.total, 2);
    EXPECT_EQ(count.unused, 2);
    EXPECT_EQ(count.last_generated_at, this->start_);
    EXPECT_FALSE(count.last_used_at);
    EXPECT_TRUE(this->use_code(this->use(this->ada_, std::nullopt), one));
}

TYPED_TEST_P(FactorLossContract, WhoHasBackupCodesKeepsThem) {
    const auto first = this->begin_with_codes(this->ada_, mfa::FactorKind::totp, {this->hash('1')});
    ASSERT_EQ(this->confirm_totp(this->ada_, first.id, 1), mfa::Confirmed::yes);
    const auto second =
        this->begin_with_codes(this->ada_, mfa::FactorKind::totp, {this->hash('2')});
    EXPECT_FALSE(second.backup_codes_kept);
    ASSERT_EQ(this->confirm_totp(this->ada_, second.id, 2), mfa::Confirmed::yes);
    EXPECT_EQ(this->factors(this->ada_).backup_codes.total, 1);
    EXPECT_FALSE(this->use_code(this->use(this->ada_, std::nullopt), this->hash('2')));
    EXPECT_TRUE(this->use_code(this->use(this->ada_, std::nullopt), this->hash('1')));
    EXPECT_FALSE(this->begin_with_codes(this->ada_, mfa::FactorKind::totp, {this->hash('3')})
                     .backup_codes_kept)
        << "used ones are a set, too: nobody asked for another";
}

TYPED_TEST_P(FactorLossContract, CodesOfAnAbandonedFactorNeverCount) {
    const auto abandoned =
        this->begin_with_codes(this->ada_, mfa::FactorKind::totp, {this->hash('1')});
    const auto second =
        this->begin_with_codes(this->ada_, mfa::FactorKind::totp, {this->hash('2')});
    EXPECT_TRUE(abandoned.backup_codes_kept && second.backup_codes_kept);
    ASSERT_EQ(this->confirm_totp(this->ada_, second.id, 1), mfa::Confirmed::yes);
    EXPECT_EQ(this->factors(this->ada_).backup_codes.total, 1);
    EXPECT_FALSE(this->use_code(this->use(this->ada_, std::nullopt), this->hash('1')));
    EXPECT_TRUE(this->use_code(this->use(this->ada_, std::nullopt), this->hash('2')));
}

TYPED_TEST_P(FactorLossContract, NewBackupCodesStandInsteadOfAllThereAre) {
    const auto other = this->enroll_totp(this->bob_, 1);
    (void)this->enroll_totp(this->ada_, 1);
    this->give_codes(this->bob_, {this->hash('9')});
    this->give_codes(this->ada_, {this->hash('1'), this->hash('2')});
    ASSERT_TRUE(this->use_code(this->use(this->ada_, std::nullopt), this->hash('1')));
    const Timestamp later = this->start_ + std::chrono::hours(1);
    ASSERT_TRUE(this->wait(this->store().replace_backup_codes(
        this->ada_.user, {this->hash('3'), this->hash('4'), this->hash('5')}, "k2", later,
        soon())));
    const mfa::BackupCodeCount count = this->factors(this->ada_).backup_codes;
    EXPECT_EQ(count.total, 3);
    EXPECT_EQ(count.unused, 3);
    EXPECT_EQ(count.last_generated_at, later);
    EXPECT_FALSE(count.last_used_at);
    EXPECT_FALSE(this->use_code(this->use(this->ada_, std::nullopt), this->hash('2')));
    EXPECT_TRUE(this->use_code(this->use(this->ada_, std::nullopt), this->hash('3'), "k2"));
    EXPECT_EQ(this->factors(this->bob_).backup_codes.unused, 1);
    EXPECT_EQ(this->factors(this->bob_).methods.at(0).id, other);
}

TYPED_TEST_P(FactorLossContract, AMethodIsItsOwnersToNameAndRemove) {
    const auto method = this->enroll_totp(this->ada_, 1);
    const auto pending = this->begin(this->ada_, mfa::FactorKind::webauthn);
    const auto relabel = [this](const mfa::Holder& holder, mfa::MethodId id, std::string label,
                                std::optional<bool> cli_capable) {
        const auto done = this->wait(
            this->store().relabel_method(holder.user, id, std::move(label), cli_capable, soon()));
        return done ? std::optional<Errc>() : done.error().code;
    };
    EXPECT_EQ(relabel(this->bob_, method, "mine", true), Errc::not_found);
    EXPECT_EQ(relabel(this->ada_, pending, "too early", true), Errc::not_found);
    EXPECT_EQ(relabel(this->ada_, method,
                      "K\xc3\xbc"
                      "che",
                      true),
              std::nullopt);
    EXPECT_TRUE(this->factors(this->ada_).methods.at(0).cli_capable);
    EXPECT_EQ(relabel(this->ada_, method, "phone", std::nullopt), std::nullopt);
    EXPECT_EQ(this->factors(this->ada_).methods.at(0).label, "phone");
    EXPECT_TRUE(this->factors(this->ada_).methods.at(0).cli_capable) << "left as it was";
    for (const auto& removed : {this->remove(this->bob_, method), this->remove(this->ada_, pending),
                                this->remove(this->ada_, {method.value + 1000})}) {
        ASSERT_FALSE(removed);
        EXPECT_EQ(removed.error().code, Errc::not_found);
    }
    EXPECT_EQ(this->factors(this->ada_).methods.size(), 1U);
}

TYPED_TEST_P(FactorLossContract, TheLastFactorTakesCodesAndTrustWithIt) {
    const auto phone = this->enroll_totp(this->ada_, 1);
    const auto key = this->enroll_credential(this->ada_, "credential 1");
    this->give_codes(this->ada_, {this->hash('1')});
    this->trust('d');
    const auto first = this->remove(this->ada_, phone);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->kind, mfa::FactorKind::totp);
    EXPECT_EQ(first->label, "a label");
    EXPECT_FALSE(first->was_last);
    EXPECT_TRUE(this->user("ada@example.com").mfa_enrolled);
    EXPECT_EQ(this->factors(this->ada_).backup_codes.unused, 1);
    EXPECT_EQ(this->recognise('d').recognition, mfa::Recognition::known);
    const auto last = this->remove(this->ada_, key);
    ASSERT_TRUE(last);
    EXPECT_EQ(last->kind, mfa::FactorKind::webauthn);
    EXPECT_TRUE(last->was_last);
    const mfa::UserFactors left = this->factors(this->ada_);
    EXPECT_FALSE(left.enrolled);
    EXPECT_TRUE(left.methods.empty());
    EXPECT_EQ(left.backup_codes.total, 0);
    EXPECT_FALSE(this->use_code(this->use(this->ada_, std::nullopt), this->hash('1')));
    EXPECT_EQ(this->recognise('d').recognition, mfa::Recognition::unknown);
    const identity::User ada = this->user("ada@example.com");
    EXPECT_FALSE(ada.mfa_enrolled);
    EXPECT_TRUE(ada.mfa_enforced) << "for good";
    EXPECT_FALSE(this->remove(this->ada_, key));
}

TYPED_TEST_P(FactorLossContract, APersonPrefersAKindOrNone) {
    const auto prefer = [this](const std::optional<std::string>& kind) {
        EXPECT_TRUE(this->wait(this->store().set_preferred(this->ada_.user, kind, soon())));
        return this->factors(this->ada_).preferred;
    };
    EXPECT_EQ(prefer("totp"), "totp");
    EXPECT_EQ(prefer("webauthn"), "webauthn");
    EXPECT_EQ(this->factors(this->bob_).preferred, std::nullopt);
    EXPECT_EQ(prefer(std::nullopt), std::nullopt);
}

TYPED_TEST_P(FactorLossContract, AResetLeavesNothingButTheDutyToEnroll) {
    (void)this->enroll_totp(this->ada_, 1);
    (void)this->enroll_credential(this->ada_, "credential 1");
    const auto bobs = this->enroll_totp(this->bob_, 1);
    this->give_codes(this->ada_, {this->hash('1')});
    this->trust('d');
    const auto pending = this->begin(this->ada_, mfa::FactorKind::totp);
    ASSERT_TRUE(this->wait(
        this->store().put_challenge({.state_hash = this->hash('1'),
                                     .holder = this->ada_,
                                     .challenge = "bytes",
                                     .created_at = this->start_,
                                     .expires_at = this->start_ + std::chrono::minutes(5)},
                                    soon())));
    const auto reset = [this](UserId user) {
        return this->wait(
            this->store().reset(user, this->bob_.user, "lost the phone", this->start_, soon()));
    };
    EXPECT_EQ(reset(this->ada_.user).value(), 2);
    const mfa::UserFactors left = this->factors(this->ada_);
    EXPECT_FALSE(left.enrolled);
    EXPECT_TRUE(left.methods.empty());
    EXPECT_EQ(left.backup_codes.total, 0);
    EXPECT_FALSE(this->has_seed(pending, this->ada_));
    EXPECT_FALSE(this->wait(this->store().take_challenge(this->hash('1'), this->ada_, std::nullopt,
                                                         this->start_, soon()))
                     .value());
    EXPECT_EQ(this->recognise('d').recognition, mfa::Recognition::unknown);
    for (const char digit : {'a', 'b'}) {
        const auto session = this->session(digit);
        EXPECT_TRUE(!session || session->revoked) << digit;
    }
    const identity::User ada = this->user("ada@example.com");
    EXPECT_FALSE(ada.mfa_enrolled);
    EXPECT_TRUE(ada.mfa_enforced);
    EXPECT_EQ(this->fixture_.reset_notices(this->ada_.user), 1);
    EXPECT_FALSE(this->session('c').value().revoked);
    EXPECT_EQ(this->factors(this->bob_).methods.at(0).id, bobs);
    EXPECT_EQ(this->fixture_.reset_notices(this->bob_.user), 0);
    const auto nobody = reset({this->bob_.user.value + 1000});
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, Errc::not_found);
}

TYPED_TEST_P(FactorLossContract, AResetMakesAlsoWhoHadNothingEnroll) {
    EXPECT_EQ(this->wait(this->store().reset(this->ada_.user, this->bob_.user, "new here",
                                             this->start_, soon()))
                  .value(),
              0);
    EXPECT_TRUE(this->user("ada@example.com").mfa_enforced);
    EXPECT_EQ(this->fixture_.reset_notices(this->ada_.user), 1);
}

REGISTER_TYPED_TEST_SUITE_P(FactorLossContract, BackupCodesCountOnceTheirFactorDoes,
                            WhoHasBackupCodesKeepsThem, CodesOfAnAbandonedFactorNeverCount,
                            NewBackupCodesStandInsteadOfAllThereAre,
                            AMethodIsItsOwnersToNameAndRemove,
                            TheLastFactorTakesCodesAndTrustWithIt, APersonPrefersAKindOrNone,
                            AResetLeavesNothingButTheDutyToEnroll,
                            AResetMakesAlsoWhoHadNothingEnroll);

}  // namespace rgw::mfa_testing
