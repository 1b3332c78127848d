#pragma once

// What every FactorStore keeps between two requests: proofs and challenges.
#include "rgw/mfa_testing/factor_fixture.hpp"

namespace rgw::mfa_testing {

template <class Fixture>
class FactorCeremonyContract : public FactorFixture<Fixture> {
protected:
    // By Ada's session; the step is the first nobody used.
    bool prove(char digit, const std::optional<mfa::Action>& action = std::nullopt) {
        mfa::Use use = this->use(this->ada_, std::nullopt);
        use.proof = {.hash = this->hash(digit), .action = action};
        return this->use_step(std::move(use), ++last_step_);
    }
    void put(char digit, std::optional<mfa::MethodId> method = std::nullopt) {
        ASSERT_TRUE(this->wait(
            this->store().put_challenge({.state_hash = this->hash(digit),
                                         .holder = this->ada_,
                                         .method = method,
                                         .challenge = std::string("\0\xff bytes", 8),
                                         .created_at = this->start_,
                                         .expires_at = this->start_ + std::chrono::minutes(5)},
                                        soon())));
    }
    std::optional<bool> use_proof(char digit, const std::optional<mfa::Action>& action,
                                  std::chrono::seconds after) {
        return this
            ->wait(this->store().use_proof(this->ada_.session.value(),
                                           {.hash = this->hash(digit), .action = action},
                                           this->start_ + after, soon()))
            .value();
    }
    std::optional<std::string> take(char digit, const mfa::Holder& holder,
                                    std::optional<mfa::MethodId> method = std::nullopt,
                                    std::chrono::seconds after = std::chrono::seconds(1)) {
        const auto taken =
            this->wait(this->store().take_challenge(this->hash(digit), holder, method,
                                                    this->start_ + after, soon()))
                .value();
        EXPECT_TRUE(!taken || taken->method == method);
        return taken ? std::optional(taken->challenge) : std::nullopt;
    }

    std::int64_t last_step_ = 1000;
};

TYPED_TEST_SUITE_P(FactorCeremonyContract);

TYPED_TEST_P(FactorCeremonyContract, AProofCountsOnce) {
    const auto totp = this->enroll_totp(this->ada_, 1);
    ASSERT_TRUE(this->prove('1'));
    mfa::Use use = this->use(this->ada_, totp, std::chrono::seconds(30));
    use.gain = mfa::Use::Gain::step_up;
    use.proof = {.hash = this->hash('1'), .action = std::nullopt};
    const auto before = this->session('a')->recent_step_up_at;
    EXPECT_FALSE(this->use_step(use, 10)) << "the same proof again";
    EXPECT_EQ(this->session('a')->recent_step_up_at, before);
    use.proof->hash = this->hash('2');
    EXPECT_TRUE(this->use_step(use, 11));
    use.proof->hash = this->hash('3');
    EXPECT_FALSE(this->use_step(use, 11)) << "the step was used";
    EXPECT_EQ(this->use_proof('3', std::nullopt, std::chrono::seconds(31)), std::nullopt)
        << "what did not count left no proof";
}

TYPED_TEST_P(FactorCeremonyContract, AProofServesOneActionOrOneSeries) {
    using namespace std::chrono_literals;
    using enum mfa::Action::Repeats;
    const auto action = [](const char* permission, const char* resource, auto repeats) {
        return std::optional(mfa::Action{permission, resource, repeats});
    };
    const auto remove = action("convox:app:delete", "shop", never);
    const auto rows = action("convox:process:exec", "shop", in_series);
    const std::optional<mfa::Action> none;
    const std::optional<bool> yes(true), no(false), unknown;
    ASSERT_TRUE(this->prove('1', remove));
    ASSERT_TRUE(this->prove('2', rows));
    ASSERT_TRUE(this->prove('3'));
    ASSERT_TRUE(this->prove('4'));
    ASSERT_TRUE(this->prove('5'));
    const struct {
        char proof;
        std::optional<mfa::Action> action;
        std::chrono::seconds after;
        std::optional<bool> counts;
    } cases[] = {
        {'0', remove, 1s, unknown},
        {'1', remove, 1s, no},
        {'1', rows, 1s, no},
        {'1', none, 1s, no},
        {'2', rows, 1s, yes},
        {'2', action("convox:process:exec", "other", in_series), 2s, no},
        {'2', action("convox:process:start", "shop", in_series), 2s, no},
        {'2', none, 2s, no},
        {'2', rows, 29s, yes},
        {'2', rows, 30s, no},  // counted from its first action, not from its last
        {'3', none, 100s, yes},
        {'3', remove, 299s, yes},  // bound now
        {'3', remove, 299s, no},
        {'3', none, 299s, no},
        {'4', rows, 200s, yes},
        {'4', rows, 229s, yes},
        {'4', rows, 230s, no},
        {'5', remove, 300s, no},  // too old to be bound
        {'5', none, 300s, no},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(this->use_proof(c.proof, c.action, c.after), c.counts)
            << c.proof << " after " << c.after.count() << " s, "
            << (c.action ? c.action->permission : "no action");
    }
}

TYPED_TEST_P(FactorCeremonyContract, AnotherSessionsProofIsNothing) {
    ASSERT_TRUE(this->prove('1'));
    const auto use = [this](const mfa::Holder& holder) {
        return this
            ->wait(this->store().use_proof(holder.session.value(),
                                           {.hash = this->hash('1'), .action = std::nullopt},
                                           this->start_, soon()))
            .value();
    };
    EXPECT_EQ(use(this->ada_elsewhere_), std::nullopt);
    EXPECT_EQ(use(this->bob_), std::nullopt);
    EXPECT_EQ(use(this->ada_), true);
}

TYPED_TEST_P(FactorCeremonyContract, AChallengeIsTakenOnceByWhomItIsFor) {
    using namespace std::chrono_literals;
    const std::string challenge("\0\xff bytes", 8);
    const auto method = this->begin(this->ada_, mfa::FactorKind::webauthn);
    mfa::Holder without_session = this->ada_;
    without_session.session = std::nullopt;
    const struct {
        const char* who;
        const mfa::Holder& holder;
        std::optional<mfa::MethodId> put, asked;
        std::chrono::seconds after;
        std::optional<std::string> taken;
    } cases[] = {
        {"the one it is for", this->ada_, {}, {}, 299s, challenge},
        {"the one who registers", this->ada_, method, method, 299s, challenge},
        {"too late", this->ada_, {}, {}, 300s, {}},
        {"another session of hers", this->ada_elsewhere_, {}, {}, 1s, {}},
        {"no session", without_session, {}, {}, 1s, {}},
        {"somebody else", this->bob_, {}, {}, 1s, {}},
        {"an assertion for a registration", this->ada_, method, {}, 1s, {}},
        {"a registration for an assertion", this->ada_, {}, method, 1s, {}},
    };
    for (const auto& c : cases) {
        this->put('1', c.put);
        EXPECT_EQ(this->take('2', c.holder, c.asked), std::nullopt) << c.who;
        EXPECT_EQ(this->take('1', c.holder, c.asked, c.after), c.taken) << c.who;
        EXPECT_EQ(this->take('1', this->ada_, c.put), std::nullopt) << c.who << ": it is gone";
    }
}

TYPED_TEST_P(FactorCeremonyContract, ForgetsWhatIsOverAndNothingElse) {
    using namespace std::chrono_literals;
    const auto totp = this->enroll_totp(this->ada_, 1);
    this->put('1');
    ASSERT_TRUE(this->prove('1'));
    (void)this->fail(this->ada_, 0s);
    const auto pending = this->begin(this->ada_, mfa::FactorKind::totp);
    EXPECT_GE(this->fixture_.passing_rows(), 5);
    ASSERT_TRUE(this->wait(this->store().forget(this->start_ + 80s, soon())));
    EXPECT_EQ(this->fail(this->ada_, 81s).in_window, 2);
    EXPECT_FALSE(this->use_step(this->use(this->ada_, totp), 1)) << "its code is still good";
    EXPECT_EQ(this->use_proof('1', std::nullopt, 82s), true);
    EXPECT_TRUE(this->take('1', this->ada_));
    EXPECT_TRUE(
        this->wait(this->store().find_pending_seed(pending, this->ada_, this->start_ + 82s, soon()))
            .value());
    this->put('1');
    ASSERT_TRUE(this->wait(this->store().forget(this->start_ + 91 * 24h, soon())));
    EXPECT_EQ(this->fixture_.passing_rows(), 0);
    EXPECT_EQ(this->factors(this->ada_).methods.size(), 1U);
}

REGISTER_TYPED_TEST_SUITE_P(FactorCeremonyContract, AProofCountsOnce,
                            AProofServesOneActionOrOneSeries, AnotherSessionsProofIsNothing,
                            AChallengeIsTakenOnceByWhomItIsFor, ForgetsWhatIsOverAndNothingElse);

}  // namespace rgw::mfa_testing
