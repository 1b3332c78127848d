#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <set>

#include "factor_fixture.hpp"
#include "rgw/identity/user_rules.hpp"

// Two replicas that try at once: exactly one succeeds, and the other changes nothing.
namespace rgw::storage {
namespace {

using mfa_testing::soon;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr int rounds = 50;

// Another process on the same database.
class Replica {
public:
    explicit Replica(const std::string& dsn) : dsn_(dsn) { loop_.start(); }
    ~Replica() { test::run(loop_, pool_.close(deadline_in(std::chrono::seconds(5)))); }
    Replica(const Replica&) = delete;
    Replica& operator=(const Replica&) = delete;

    template <class T>
    std::future<T> start(async::Task<T> task) {
        return test::start(loop_, std::move(task));
    }
    mfa::FactorStore& factors() { return factors_; }
    mfa::TrustedDeviceStore& trusted_devices() { return trusted_devices_; }

private:
    std::string dsn_;
    async::Loop loop_{"replica"};
    pg::Pool pool_{loop_, pg::ConnInfo::parse(dsn_).value(), {.max_open = 4}};
    PgFactorStore factors_{pool_};
    PgTrustedDeviceStore trusted_devices_{pool_};
};

class FactorRaces : public mfa_testing::FactorFixture<PgFactorFixture> {
protected:
    // In half of the rounds all who take part have begun, with their view of the database, when
    // the first of them gets hold of Ada's row; in the others they run as they come.
    void hold(int round) {
        held_ = round % 2 == 0;
        if (held_) {
            blocker_.execute("begin; select id from users where id = " + id(ada_.user) +
                             " for update");
        }
    }
    void release(int waiting) {
        if (!held_) {
            return;
        }
        const std::string count =
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and wait_event_type = 'Lock'";
        while (fixture_.sql().value(count) != std::to_string(waiting)) {
        }
        blocker_.execute("commit");
    }
    template <class A, class B>
    auto race(int round, async::Task<A> here, async::Task<B> there) {
        hold(round);
        auto one = test::start(fixture_.loop(), std::move(here));
        auto two = replica_.start(std::move(there));
        release(2);
        A first = one.get();
        B second = two.get();
        return std::pair(std::move(first).value(), std::move(second).value());
    }

    mfa::FactorStore& here() { return fixture_.factors(); }
    mfa::FactorStore& there() { return replica_.factors(); }
    std::int64_t count(const std::string& rows) {
        return std::stoll(fixture_.sql().value("select count(*) from " + rows));
    }
    [[nodiscard]] mfa::Use stepping_up(const mfa::Holder& holder, int round) const {
        mfa::Use made = use(holder, std::nullopt, std::chrono::seconds(round + 1));
        made.gain = mfa::Use::Gain::step_up;
        return made;
    }
    // Exactly one of Ada's two sessions was stepped up in that round: the one that won.
    void expect_one_stepped_up(std::pair<bool, bool> won, int round) {
        EXPECT_NE(won.first, won.second) << round;
        const auto at = start_ + std::chrono::seconds(round + 1);
        EXPECT_EQ(session('a')->recent_step_up_at == at, won.first) << round;
        EXPECT_EQ(session('b')->recent_step_up_at == at, won.second) << round;
    }
    template <class T>
    static std::string id(Id<T> value) {
        return std::to_string(value.value);
    }

    Replica replica_{fixture_.dsn()};
    test::Sql blocker_{fixture_.dsn()};
    bool held_ = false;
};

TEST_F(FactorRaces, AStepCountsForOneOfTwo) {
    for (int round = 0; round < rounds; ++round) {
        const auto won =
            race(round, here().use_totp_step({stepping_up(ada_, round), round}, soon()),
                 there().use_totp_step({stepping_up(ada_elsewhere_, round), round}, soon()));
        expect_one_stepped_up(won, round);
    }
    EXPECT_EQ(count("used_totp_steps"), rounds);
    EXPECT_EQ(count("mfa_attempts where success and method_type = 1"), rounds);
}

TEST_F(FactorRaces, ABackupCodeCountsForOneOfTwo) {
    for (int round = 0; round < rounds; ++round) {
        give_codes(ada_, {hash('1'), hash('2')});
        const auto won = race(
            round, here().use_backup_code({stepping_up(ada_, round), hash('1'), "k1"}, soon()),
            there().use_backup_code({stepping_up(ada_elsewhere_, round), hash('1'), "k1"}, soon()));
        expect_one_stepped_up(won, round);
    }
    EXPECT_EQ(count("mfa_attempts where success and method_type = 4"), rounds);
}

TEST_F(FactorRaces, ACountersValueCountsForOneOfTwo) {
    const auto key = enroll_credential(ada_, "credential 1");
    for (std::uint32_t round = 0; round < rounds; ++round) {
        const auto using_it = [&](const mfa::Holder& holder) {
            mfa::UsedAssertion made{stepping_up(holder, static_cast<int>(round)), {}, 7 + round};
            made.method = key;
            made.credential.sign_count = 8 + round;
            return made;
        };
        const auto won = race(static_cast<int>(round), here().use_assertion(using_it(ada_), soon()),
                              there().use_assertion(using_it(ada_elsewhere_), soon()));
        expect_one_stepped_up(won, static_cast<int>(round));
    }
    EXPECT_EQ(factors(ada_).methods.at(0).credential->stored.sign_count, 7U + rounds);
}

TEST_F(FactorRaces, AProofIsMadeByOneOfTwoAndTheOtherUsesNothingUp) {
    for (int round = 0; round < rounds; ++round) {
        const auto proving = [&](std::int64_t step) {
            mfa::UsedTotpStep made{stepping_up(ada_, round), step};
            made.proof = {.hash = hash('1'), .action = std::nullopt};
            return made;
        };
        const auto won = race(round, here().use_totp_step(proving(10), soon()),
                              there().use_totp_step(proving(11), soon()));
        EXPECT_NE(won.first, won.second) << round;
        EXPECT_THAT(fixture_.sql().column("select time_step from used_totp_steps"),
                    ElementsAre(won.first ? "10" : "11"));
        EXPECT_EQ(count("mfa_attempts"), 1);
        EXPECT_EQ(count("mfa_proofs"), 1);
        fixture_.sql().execute("truncate mfa_proofs, used_totp_steps, mfa_attempts");
    }
}

TEST_F(FactorRaces, OfTwoActionsOneIsServedByAProof) {
    for (int round = 0; round < rounds; ++round) {
        mfa::UsedTotpStep made{use(ada_, std::nullopt), round};
        made.proof = {.hash = hash('1'), .action = std::nullopt};
        ASSERT_TRUE(wait(here().use_totp_step(made, soon())).value());
        const auto serving = [&](const char* app) {
            return mfa::InlineProof{
                hash('1'), mfa::Action{"convox:app:delete", app, mfa::Action::Repeats::in_series}};
        };
        const SessionId session = ada_.session.value();
        const auto served = race(1, here().use_proof(session, serving("one"), start_, soon()),
                                 there().use_proof(session, serving("two"), start_, soon()));
        EXPECT_NE(served.first.value(), served.second.value()) << round;
        EXPECT_EQ(fixture_.sql().value("select resource from mfa_proofs"),
                  *served.first ? "one" : "two");
        fixture_.sql().execute("truncate mfa_proofs");
    }
}

TEST_F(FactorRaces, AChallengeIsTakenByOneOfTwo) {
    for (int round = 0; round < rounds; ++round) {
        ASSERT_TRUE(wait(here().put_challenge({.state_hash = hash('1'),
                                               .holder = ada_,
                                               .challenge = "bytes",
                                               .created_at = start_,
                                               .expires_at = start_ + std::chrono::minutes(5)},
                                              soon())));
        const auto taken =
            race(1, here().take_challenge(hash('1'), ada_, std::nullopt, start_, soon()),
                 there().take_challenge(hash('1'), ada_, std::nullopt, start_, soon()));
        EXPECT_NE(taken.first.has_value(), taken.second.has_value()) << round;
    }
}

TEST_F(FactorRaces, OfFiveFailuresAtOnceTheLastLocksTheAccount) {
    for (int round = 0; round < rounds; ++round) {
        hold(round);
        std::vector<std::future<Result<mfa::FailureCount>>> failing;
        failing.reserve(5);
        for (int i = 0; i < 3; ++i) {
            failing.push_back(
                test::start(fixture_.loop(), here().fail({.holder = ada_, .at = start_}, soon())));
        }
        for (int i = 0; i < 2; ++i) {
            failing.push_back(
                replica_.start(there().fail({.holder = ada_elsewhere_, .at = start_}, soon())));
        }
        release(5);
        std::set<int> counted;
        int locked = 0;
        for (auto& failure : failing) {
            const mfa::FailureCount count = failure.get().value();
            counted.insert(count.in_window);
            locked += count.locked_now ? 1 : 0;
            EXPECT_EQ(count.locked_now, count.in_window == 5) << round;
        }
        EXPECT_EQ(counted, (std::set{1, 2, 3, 4, 5})) << round;
        EXPECT_EQ(locked, 1) << round;
        EXPECT_EQ(fixture_.sql().value("select locked_reason || ' ' || (locked_by_user_id is null)"
                                       " from users where locked_at is not null"),
                  "five failed second factors in five minutes true");
        EXPECT_EQ(count("mfa_attempts where not success"), 5);
        fixture_.sql().execute("truncate mfa_attempts; update users set locked_at = null");
    }
}

TEST_F(FactorRaces, ARightCodeThatWaitsForTheFifthFailureDoesNotCount) {
    for (int i = 0; i < 4; ++i) {
        (void)fail(ada_, std::chrono::seconds(0));
    }
    blocker_.execute("begin; update users set locked_at = now() where id = " + id(ada_.user));
    held_ = true;
    auto right = replica_.start(there().use_totp_step({stepping_up(ada_, 0), 1}, soon()));
    release(1);
    EXPECT_FALSE(right.get().value());
    EXPECT_EQ(count("used_totp_steps"), 0);
    EXPECT_FALSE(session('a')->recent_step_up_at);
}

TEST_F(FactorRaces, ASessionThatIsRevokedMeanwhileGainsNothing) {
    blocker_.execute("begin; update user_sessions set revoked_at = now() where id = " +
                     id(ada_.session.value()));
    held_ = true;
    auto late = replica_.start(there().use_totp_step({stepping_up(ada_, 0), 1}, soon()));
    release(1);
    EXPECT_FALSE(late.get().value());
    EXPECT_EQ(count("used_totp_steps"), 0);
    EXPECT_TRUE(wait(here().use_totp_step({stepping_up(ada_elsewhere_, 0), 1}, soon())).value());
}

TEST_F(FactorRaces, OneOfTwoSessionsBringsTheFirstFactor) {
    using enum mfa::Confirmed;
    for (int round = 0; round < rounds; ++round) {
        mfa::Confirmation mine =
            confirmation(ada_, begin(ada_, mfa::FactorKind::totp), mfa::FactorKind::totp);
        mine.totp_step = round;
        mfa::Confirmation thiefs =
            confirmation(ada_elsewhere_, begin(ada_elsewhere_, mfa::FactorKind::yubiotp),
                         mfa::FactorKind::yubiotp);
        thiefs.yubikey_id = "cccccccccccb";
        const auto confirmed = race(round, here().confirm_method(mine, soon()),
                                    there().confirm_method(thiefs, soon()));
        EXPECT_THAT((std::vector{confirmed.first, confirmed.second}),
                    UnorderedElementsAre(yes, no_longer_pending))
            << round;
        EXPECT_EQ(factors(ada_).methods.size(), 1U);
        EXPECT_EQ(session('a')->mfa_verified_at.has_value(), confirmed.first == yes);
        EXPECT_EQ(session('b')->mfa_verified_at.has_value(), confirmed.second == yes);
        fixture_.sql().execute(
            "delete from mfa_methods; update users set mfa_enrolled = false;"
            " update user_sessions set mfa_verified_at = null, recent_step_up_at = null");
    }
}

TEST_F(FactorRaces, OfTwoSetsOfBackupCodesOneCounts) {
    for (int round = 0; round < rounds; ++round) {
        const auto beginning = [&](mfa::FactorKind kind, char digit) {
            mfa::NewMethod made = new_method(ada_, kind);
            made.backup_code_hashes = {hash(digit)};
            made.backup_key_id = "k1";
            return wait(here().begin_method(made, soon())).value().id;
        };
        mfa::Confirmation totp =
            confirmation(ada_, beginning(mfa::FactorKind::totp, '1'), mfa::FactorKind::totp);
        totp.totp_step = round;
        mfa::Confirmation key =
            confirmation(ada_, beginning(mfa::FactorKind::yubiotp, '2'), mfa::FactorKind::yubiotp);
        key.yubikey_id = "cccccccccccb";
        const auto confirmed =
            race(round, here().confirm_method(totp, soon()), there().confirm_method(key, soon()));
        EXPECT_EQ(confirmed, std::pair(mfa::Confirmed::yes, mfa::Confirmed::yes));
        EXPECT_EQ(factors(ada_).backup_codes.total, 1) << round;
        EXPECT_EQ(count("mfa_backup_codes"), 1) << round;
        fixture_.sql().execute(
            "delete from mfa_backup_codes; delete from mfa_methods;"
            " update users set mfa_enrolled = false");
    }
}

TEST_F(FactorRaces, ACredentialBelongsToOneOfTwoPeople) {
    using enum mfa::Confirmed;
    for (int round = 0; round < rounds; ++round) {
        const auto registering = [&](const mfa::Holder& holder) {
            mfa::Confirmation made = confirmation(holder, begin(holder, mfa::FactorKind::webauthn),
                                                  mfa::FactorKind::webauthn);
            made.credential = credential("credential " + std::to_string(round));
            return made;
        };
        const auto confirmed = race(1, here().confirm_method(registering(ada_), soon()),
                                    there().confirm_method(registering(bob_), soon()));
        EXPECT_THAT((std::vector{confirmed.first, confirmed.second}),
                    UnorderedElementsAre(yes, used_before))
            << round;
    }
    EXPECT_EQ(count("mfa_methods where confirmed_at is not null"), rounds);
}

TEST_F(FactorRaces, OfTwoFactorsRemovedAtOnceOneWasTheLast) {
    for (int round = 0; round < rounds; ++round) {
        const auto one = enroll_totp(ada_, round);
        const auto two = enroll_totp(ada_, rounds + round);
        give_codes(ada_, {hash('1')});
        const auto removed = race(round, here().remove_method(ada_.user, one, start_, soon()),
                                  there().remove_method(ada_.user, two, start_, soon()));
        EXPECT_NE(removed.first.was_last, removed.second.was_last) << round;
        const mfa::UserFactors left = factors(ada_);
        EXPECT_FALSE(left.enrolled) << round;
        EXPECT_EQ(left.backup_codes.total, 0) << round;
    }
}

TEST_F(FactorRaces, AResetLeavesNoDeviceNoCodeAndNoFactorThatCameMeanwhile) {
    for (int round = 0; round < rounds; ++round) {
        fixture_.sql().execute("update user_sessions set revoked_at = null");
        mfa::Confirmation made =
            confirmation(ada_, begin(ada_, mfa::FactorKind::totp), mfa::FactorKind::totp);
        made.totp_step = round;
        hold(round);
        auto confirmed = test::start(fixture_.loop(), here().confirm_method(made, soon()));
        auto trusted = replica_.start(replica_.trusted_devices().create(
            {.token_hash = hash('1'),
             .device_uuid = "6f1c0a52-2f7e-4f7b-9b0f-0123456789ab",
             .user_agent_hash = hash('e'),
             .holder = ada_,
             .created_at = start_,
             .expires_at = start_ + std::chrono::hours(1)},
            soon()));
        auto codes = replica_.start(
            there().replace_backup_codes(ada_.user, {hash('1')}, "k1", start_, soon()));
        auto reset = test::start(fixture_.loop(),
                                 here().reset(ada_.user, bob_.user, "lost", start_, soon()));
        release(4);
        ASSERT_TRUE(reset.get()) << round;
        (void)confirmed.get().value();
        const auto device = trusted.get();
        ASSERT_TRUE(device || device.error().code == Errc::not_found) << round;
        ASSERT_TRUE(codes.get()) << round;
        EXPECT_EQ(count("mfa_methods"), 0) << round;
        EXPECT_EQ(count("trusted_devices where revoked_at is null"), 0) << round;
        EXPECT_FALSE(user("ada@example.com").mfa_enrolled) << round;
        fixture_.sql().execute(
            "delete from trusted_devices; update user_sessions set mfa_verified_at = null,"
            " recent_step_up_at = null, trusted_device_id = null");
    }
}

TEST_F(FactorRaces, NobodyWaitsInACircleWithTheUserDirectory) {
    fixture_.sql().execute("update users set roles = '[\"admin\"]'");
    for (int round = 0; round < rounds; ++round) {
        auto used = test::start(fixture_.loop(),
                                here().use_totp_step({stepping_up(ada_, round), round}, soon()));
        auto failed =
            replica_.start(there().fail({.holder = ada_elsewhere_, .at = start_}, soon()));
        auto locked = test::start(
            fixture_.loop(),
            fixture_.user_directory().change("ada@example.com",
                                             identity::locking("left", bob_.user), start_, soon()));
        auto stepped = replica_.start(
            there().use_totp_step({stepping_up(ada_elsewhere_, round), rounds + round}, soon()));
        const auto locking = locked.get();
        ASSERT_TRUE(locking) << round << ": " << describe(locking.error());
        ASSERT_TRUE(used.get()) << round;
        ASSERT_TRUE(failed.get()) << round;
        ASSERT_TRUE(stepped.get()) << round;
        fixture_.sql().execute(
            "truncate mfa_attempts; update users set locked_at = null;"
            " update user_sessions set revoked_at = null");
    }
}

}  // namespace
}  // namespace rgw::storage
