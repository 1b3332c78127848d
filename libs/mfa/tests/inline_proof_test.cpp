#include <set>

#include "rules_fixture.hpp"

namespace rgw::mfa {
namespace {

using namespace std::chrono_literals;
using Repeats = Action::Repeats;

constexpr const char* failed = ": verification failed";

class InlineProofTest : public RulesTest {
protected:
    InlineProofTest() { phone_ = enroll_totp(ada_); }

    FactorResult<ProvenFactor> verify_inline(std::string_view text, std::optional<Action> action,
                                             const Holder& holder) {
        return wait(
            FactorCheck(parts_).verify_inline(typed(text), holder, std::move(action), soon()));
    }
    std::string shown(std::string_view text, std::optional<Action> action) {
        return told(verify_inline(text, std::move(action), ada_));
    }

    MethodId phone_;
    const Action remove_{.permission = "convox:app:delete", .resource = "shop"};
    const Action run_{
        .permission = "convox:process:exec", .resource = "shop", .repeats = Repeats::in_series};
};

TEST_F(InlineProofTest, AFactorThatRidesOnARequestStepsItsSessionUp) {
    session(ada_).recent_step_up_at.reset();
    session(ada_).mfa_verified_at.reset();
    EXPECT_EQ(shown(code(phone_), {}), "totp 1");
    EXPECT_EQ(session(ada_).recent_step_up_at, clock_.now());
    EXPECT_FALSE(session(ada_).mfa_verified_at) << "that is for signing in";
    EXPECT_FALSE(session(ada_elsewhere_).recent_step_up_at);
}

TEST_F(InlineProofTest, AProofServesOneActionAndASeriesWhereTheActionHasOne) {
    const auto later = [this](std::chrono::seconds by) { clock_.advance(by); };
    const std::string once = code(phone_);
    EXPECT_EQ(shown(once, remove_), "totp 1");
    EXPECT_EQ(shown(once, remove_), std::string("replay_detected") + failed);
    EXPECT_EQ(shown(once, run_), std::string("replay_detected") + failed);
    EXPECT_EQ(shown(once, {}), std::string("replay_detected") + failed);
    EXPECT_EQ(factors_.failures.size(), 3U);
    later(30s);
    const std::string series = code(phone_);
    EXPECT_EQ(shown(series, run_), "totp 1");
    later(29s);
    EXPECT_EQ(shown(series, run_), "totp");
    EXPECT_EQ(shown(series, remove_), std::string("replay_detected") + failed);
    later(1s);
    const auto fifth = verify_inline(series, run_, ada_);
    ASSERT_FALSE(fifth);
    EXPECT_EQ(fifth.error().reason, "replay_detected");
    EXPECT_TRUE(fifth.error().locked_account);
}

TEST_F(InlineProofTest, AProofOfAStepUpIsGoodForTheActionThatFollows) {
    const std::string text = code(phone_);
    EXPECT_EQ(shown(text, {}), "totp 1");
    const auto stepped_up = session(ada_).recent_step_up_at;
    clock_.advance(10s);
    EXPECT_EQ(shown(" " + text, {}), "totp") << "the same but for a space";
    EXPECT_EQ(shown(text, remove_), "totp");
    EXPECT_EQ(session(ada_).recent_step_up_at, stepped_up) << "a proof steps up once";
    EXPECT_EQ(shown(text, remove_), std::string("replay_detected") + failed);
}

TEST_F(InlineProofTest, AnotherSessionCannotRideOnIt) {
    const std::string text = code(phone_);
    EXPECT_EQ(shown(text, {}), "totp 1");
    EXPECT_EQ(told(verify_inline(text, {}, ada_elsewhere_)),
              std::string("replay_detected") + failed);
    EXPECT_EQ(told(verify_inline(text, {}, bob_)), std::string("invalid_code") + failed);
    EXPECT_FALSE(session(ada_elsewhere_).recent_step_up_at);
}

TEST_F(InlineProofTest, WhatWasShownElsewhereIsNoProof) {
    const std::string text = code(phone_);
    EXPECT_EQ(told(verify_code(text, ada_)), "totp 1");
    EXPECT_EQ(shown(text, remove_), std::string("replay_detected") + failed);
}

// The other replica used the step and left the proof between our look and our use.
TEST_F(InlineProofTest, WhoLosesTheRaceLooksOnceMore) {
    const auto other_replica = [this](const std::optional<Action>& action) {
        factors_.before_use = [this, action](const Use& use) {
            factors_.steps[{use.holder.user, totp_step(use.at)}] = use.at;
            factors_.proofs[use.proof->hash] = {.session = *use.holder.session,
                                                .verified_at = use.at,
                                                .action = action,
                                                .series_until = use.at + series_length};
        };
    };
    other_replica(run_);
    EXPECT_EQ(shown(code(phone_), run_), "totp");
    EXPECT_TRUE(factors_.failures.empty());
    clock_.advance(30s);
    other_replica(remove_);
    EXPECT_EQ(shown(code(phone_), remove_), std::string("replay_detected") + failed)
        << "one of two at once deletes the app";
    EXPECT_EQ(factors_.failures.size(), 1U);
    factors_.before_use = [this](const Use& use) {
        factors_.steps[{use.holder.user, totp_step(use.at)}] = use.at;
    };
    clock_.advance(30s);
    EXPECT_EQ(shown(code(phone_), run_), std::string("replay_detected") + failed);
    EXPECT_EQ(factors_.failures.size(), 2U);
}

TEST_F(InlineProofTest, WrongOnesAreFailuresAndWhatNobodyCouldCheckIsNone) {
    EXPECT_EQ(shown("hunter2", run_), std::string("invalid_code") + failed);
    EXPECT_EQ(factors_.failures.size(), 1U);
    factors_.proofs_asked.clear();
    EXPECT_EQ(shown(" ", run_), "invalid_code: code required");
    EXPECT_EQ(factors_.proofs_asked.size(), 1U) << "looked for again only where one may have lost";
    factors_.away = true;
    const auto away = verify_inline(code(phone_), run_, ada_);
    EXPECT_EQ(away.error().error.code, Errc::database_unavailable);
    factors_.away = false;
    EXPECT_EQ(factors_.failures.size(), 1U);
    EXPECT_EQ(shown(code(phone_), run_), "totp 1");
}

TEST_F(InlineProofTest, NoTwoRequestsHaveTheSameProof) {
    const auto ask = [this](ShownFactor shown, const Holder& holder) {
        (void)wait(FactorCheck(parts_).verify_inline(std::move(shown), holder, {}, soon()));
    };
    ask(typed("hunter2"), ada_);
    ask(typed("hunter2 "), ada_);
    const std::set<std::string> first(factors_.proofs_asked.begin(), factors_.proofs_asked.end());
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first.begin()->size(), 64U);
    EXPECT_EQ(first.begin()->find_first_not_of("0123456789abcdef"), std::string::npos);
    factors_.proofs_asked.clear();
    const ShownFactor others[] = {typed("hunter3"),
                                  Assertion{.state = "ab", .response_json = "c"},
                                  Assertion{.state = "x", .response_json = "c"},
                                  Assertion{.state = "a0:b", .response_json = "c"},
                                  Assertion{.state = "a", .response_json = "b0:c"},
                                  Assertion{.state = "a", .response_json = "bc"},
                                  Assertion{.state = "", .response_json = "abc"},
                                  Assertion{.state = "hunter2", .response_json = ""}};
    for (const ShownFactor& other : others) {
        ask(other, ada_);
    }
    ask(typed("hunter2"), ada_elsewhere_);
    ask(typed("hunter2"), bob_);
    std::set<std::string> all(factors_.proofs_asked.begin(), factors_.proofs_asked.end());
    EXPECT_EQ(all.size(), std::size(others) + 2);
    EXPECT_FALSE(all.contains(*first.begin()));
}

}  // namespace
}  // namespace rgw::mfa
