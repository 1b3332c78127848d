#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "factor_fixture.hpp"

// What the contract does not see: the rows, and where the two differ from what a memory store can.
namespace rgw::storage {
namespace {

using mfa_testing::soon;
using testing::ElementsAre;

class FactorRows : public mfa_testing::FactorFixture<PgFactorFixture> {
protected:
    std::string value(const std::string& query) { return fixture_.sql().value(query); }
    std::string id_of(const char* email) {
        return value("select id from users where email = '" + std::string(email) + "'");
    }
};

TEST_F(FactorRows, ACredentialIsStoredWithWhatIsKnownOfIt) {
    (void)enroll_credential(ada_, "credential 1");
    EXPECT_EQ(value("select type || ' ' || aaguid || ' ' || attestation_format || ' ' || label"
                    " || ' ' || transports || ' ' || (confirmed_at = last_used_at)"
                    " from mfa_methods where pending_until is null and pending_session_id is null"),
              "webauthn fe010000-0000-0000-0000-000000000000 packed a label [\"nfc\", \"usb\"]"
              " true");
}

TEST_F(FactorRows, EveryTryIsRecordedWithItsKindAndWhereItCameFrom) {
    const auto totp = enroll_totp(ada_, 1);
    ASSERT_TRUE(use_step(use(ada_, totp), 2));
    ASSERT_TRUE(wait(store().fail({.holder = ada_,
                                   .at = start_,
                                   .kind = mfa::FactorKind::backup_code,
                                   .reason = "invalid_code"},
                                  soon())));
    ASSERT_TRUE(wait(store().fail({.holder = ada_,
                                   .at = start_,
                                   .method = mfa::MethodId{totp.value + 1000},
                                   .reason = "replay_detected"},
                                  soon())))
        << "the method may be gone by now";
    EXPECT_THAT(fixture_.sql().column(
                    "select method_type || ' ' || success || ' ' || (method_id is null)"
                    " || coalesce(' ' || failure_reason, '') || ' ' || ip_address"
                    " || ' ' || user_agent || ' ' || (session_id = " +
                    std::to_string(ada_.session->value) + ") from mfa_attempts order by id"),
                ElementsAre("1 true false 192.0.2.7 a browser true",
                            "1 true false 192.0.2.7 a browser true",
                            "4 false true invalid_code 192.0.2.7 a browser true",
                            "1 false true replay_detected 192.0.2.7 a browser true"));
}

TEST_F(FactorRows, AHeaderThatIsNoTextDoesNotMakeAFailureUncountable) {
    mfa::Holder odd = ada_;
    odd.user_agent = std::string("\xff\0 agent ", 9) + std::string(100'000, 'x');
    odd.ip_address = std::string(100, '7');
    const auto totp = enroll_totp(odd, 1);
    for (int i = 1; i <= mfa::failures_until_locked; ++i) {
        const auto counted = wait(store().fail({.holder = odd, .at = start_}, soon()));
        ASSERT_TRUE(counted);
        EXPECT_EQ(counted->in_window, i);
    }
    EXPECT_TRUE(user("ada@example.com").locked);
    EXPECT_FALSE(use_step(use(odd, totp), 2));
}

TEST_F(FactorRows, ALockStaysAsItsAuthorLeftIt) {
    fixture_.sql().execute(
        "update users set locked_at = '2026-01-01Z', locked_reason = 'left',"
        " locked_by_user_id = " +
        id_of("bob@example.com") + " where email = 'ada@example.com'");
    for (int i = 0; i < 7; ++i) {
        EXPECT_FALSE(fail(ada_, std::chrono::seconds(i)).locked_now);
    }
    EXPECT_EQ(value("select locked_reason || ' ' || (locked_at = '2026-01-01Z') || ' '"
                    " || (locked_by_user_id is not null) from users where locked_at is not null"),
              "left true true");
}

TEST_F(FactorRows, ASessionThatCountsAsVerifiedWithoutAFactorBringsNoSecondOne) {
    const auto mine = begin(ada_, mfa::FactorKind::totp);
    mfa::Confirmation thiefs =
        confirmation(ada_elsewhere_, begin(ada_elsewhere_, mfa::FactorKind::webauthn),
                     mfa::FactorKind::webauthn);
    thiefs.credential = credential("credential 1");
    fixture_.sql().execute("update user_sessions set mfa_verified_at = created_at");
    ASSERT_EQ(confirm_totp(ada_, mine, 1, std::chrono::seconds(60)), mfa::Confirmed::yes);
    thiefs.use.at += std::chrono::seconds(61);
    EXPECT_EQ(confirm(thiefs), mfa::Confirmed::no_longer_pending);
    fixture_.sql().execute("update user_sessions set recent_step_up_at = created_at");
    EXPECT_EQ(confirm(thiefs), mfa::Confirmed::no_longer_pending)
        << "it showed a factor that is gone: before there was the one she has";
    EXPECT_EQ(factors(ada_).methods.size(), 1U);
}

TEST_F(FactorRows, ALockedAccountConfirmsNothingAndARevokedSessionBeginsNothing) {
    const auto method = begin(ada_, mfa::FactorKind::totp);
    fixture_.sql().execute("update users set locked_at = now()");
    EXPECT_EQ(confirm_totp(ada_, method, 1), mfa::Confirmed::no_longer_pending);
    fixture_.sql().execute(
        "update users set locked_at = null; update user_sessions set revoked_at = now()");
    EXPECT_EQ(confirm_totp(ada_, method, 1), mfa::Confirmed::no_longer_pending);
    const auto begun = wait(store().begin_method(new_method(ada_, mfa::FactorKind::totp), soon()));
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code, Errc::not_found);
    EXPECT_FALSE(use_step(use(ada_, std::nullopt), 1));
    EXPECT_EQ(value("select count(*) from used_totp_steps"), "0");
    mfa::Holder bobs_session = ada_;
    bobs_session.session = bob_.session;
    EXPECT_FALSE(use_step(use(bobs_session, std::nullopt), 1)) << "of somebody else";
}

TEST_F(FactorRows, APreferenceGoesWithTheLastFactorOfItsKind) {
    const auto one = enroll_totp(ada_, 1);
    const auto two = enroll_totp(ada_, 2);
    (void)enroll_credential(ada_, "credential 1");
    ASSERT_TRUE(wait(store().set_preferred(ada_.user, "totp", soon())));
    ASSERT_TRUE(wait(store().remove_method(ada_.user, one, start_, soon())));
    EXPECT_EQ(factors(ada_).preferred, "totp");
    ASSERT_TRUE(wait(store().remove_method(ada_.user, two, start_, soon())));
    EXPECT_EQ(factors(ada_).preferred, std::nullopt);
    EXPECT_TRUE(factors(ada_).enrolled);
}

TEST_F(FactorRows, AResetEndsSignInsUnderWayAndSaysWhoAndWhy) {
    (void)enroll_totp(ada_, 1);
    fixture_.sql().execute(
        "insert into cli_login_states (state_hash, user_id, mfa_verified_at, approved_at,"
        " expires_at) select rpad('', 64, substr(name, 1, 1)), id, now(), now(),"
        " now() + interval '1 hour' from (select id, case email when 'ada@example.com'"
        " then 'a' else 'b' end as name from users) u");
    ASSERT_TRUE(wait(
        store().reset(ada_.user, bob_.user, std::string("lost \xff the 'phone'"), start_, soon())));
    EXPECT_EQ(value("select string_agg(state_hash, ' ') from cli_login_states"), hash('b'));
    EXPECT_EQ(
        value("select string_agg(distinct revoked_reason || ' ' || (revoked_by_user_id = " +
              std::to_string(bob_.user.value) +
              "), ',') from user_sessions where user_id = " + std::to_string(ada_.user.value)),
        "factors were reset true");
    EXPECT_EQ(value("select args ->> 'reason' || ' ' || (args -> 'by_user_id') from jobs"),
              "lost \xef\xbf\xbd the 'phone' " + std::to_string(bob_.user.value));
    EXPECT_EQ(value("select count(*) from used_totp_steps"), "1")
        << "a code that was shown does not come back";
}

TEST_F(FactorRows, AResetOnTheHostHasNoAuthor) {
    ASSERT_TRUE(wait(store().reset(ada_.user, std::nullopt, "host", start_, soon())));
    EXPECT_EQ(value("select jsonb_typeof(args -> 'by_user_id') from jobs"), "null");
    EXPECT_EQ(value("select count(*) from user_sessions where revoked_reason is not null"
                    " and revoked_by_user_id is null"),
              "2");
}

TEST_F(FactorRows, AStoredCounterOrListThatIsNoneIsAnError) {
    (void)enroll_credential(ada_, "credential 1");
    for (const char* damage : {"sign_count = -1", "sign_count = 4294967296", "transports = '{}'"}) {
        fixture_.sql().execute("update mfa_methods set sign_count = 7, transports = '[]'");
        EXPECT_TRUE(wait(store().load(ada_.user, soon())));
        fixture_.sql().execute("update mfa_methods set " + std::string(damage));
        const auto loaded = wait(store().load(ada_.user, soon()));
        ASSERT_FALSE(loaded) << damage;
        EXPECT_EQ(loaded.error().code, Errc::database_rejected);
    }
}

TEST_F(FactorRows, ForgettingLeavesWhatSomebodyIsJustUsing) {
    (void)begin(ada_, mfa::FactorKind::totp);
    (void)begin(bob_, mfa::FactorKind::totp);
    test::Sql other(fixture_.dsn());
    other.execute("begin; select id from mfa_methods where user_id = " + id_of("ada@example.com") +
                  " for update");
    ASSERT_TRUE(wait(store().forget(start_ + std::chrono::hours(1), soon())));
    EXPECT_EQ(value("select count(*) from mfa_methods"), "1");
    other.execute("rollback");
    ASSERT_TRUE(wait(store().forget(start_ + std::chrono::hours(1), soon())));
    EXPECT_EQ(value("select count(*) from mfa_methods"), "0");
}

TEST_F(FactorRows, ADeviceIsTrustedInALiveSessionOfItsUserOnly) {
    mfa::NewTrustedDevice device{.token_hash = hash('1'),
                                 .device_uuid = "6f1c0a52-2f7e-4f7b-9b0f-0123456789ab",
                                 .user_agent_hash = hash('e'),
                                 .holder = ada_,
                                 .created_at = start_,
                                 .expires_at = start_ + std::chrono::hours(1)};
    const auto refused = [&] {
        const auto made = wait(fixture_.trusted_devices().create(device, soon()));
        return !made && made.error().code == Errc::not_found;
    };
    device.holder.session = bob_.session;
    EXPECT_TRUE(refused());
    device.holder.session = std::nullopt;
    EXPECT_TRUE(refused());
    device.holder.session = ada_.session;
    fixture_.sql().execute("update user_sessions set revoked_at = now()");
    EXPECT_TRUE(refused());
    EXPECT_EQ(value("select count(*) from trusted_devices"), "0");
}

TEST_F(FactorRows, WhyADeviceIsNoLongerTrustedIsKept) {
    const auto trust = [&](char digit) {
        return wait(fixture_.trusted_devices().create(
                        {.token_hash = hash(digit),
                         .device_uuid = std::string("6f1c0a52-2f7e-4f7b-9b0f-0123456789a") + digit,
                         .user_agent_hash = hash('e'),
                         .holder = ada_,
                         .created_at = start_,
                         .expires_at = start_ + std::chrono::hours(1)},
                        soon()))
            .value();
    };
    const auto seen = [&](char digit, UserId user, char agent) {
        (void)wait(fixture_.trusted_devices().recognise(hash(digit), user, hash(agent), {}, start_,
                                                        soon()))
            .value();
    };
    (void)trust('1');
    (void)trust('2');
    const auto third = trust('3');
    seen('1', bob_.user, 'f');
    seen('2', ada_.user, 'f');
    for (const char* reason : {"user_request", "again"}) {
        EXPECT_TRUE(
            wait(fixture_.trusted_devices().revoke(ada_.user, third, reason, start_, soon()))
                .value());
    }
    const auto totp = enroll_totp(ada_, 1);
    (void)trust('4');
    ASSERT_TRUE(wait(store().remove_method(ada_.user, totp, start_, soon())));
    (void)trust('5');
    ASSERT_TRUE(wait(store().reset(ada_.user, bob_.user, "lost", start_, soon())));
    EXPECT_THAT(fixture_.sql().column("select revoked_reason from trusted_devices order by id"),
                ElementsAre("mismatched_user", "mismatched_device", "user_request", "mfa_disabled",
                            "reset"));
}

}  // namespace
}  // namespace rgw::storage
