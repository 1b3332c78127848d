// Sessions as the Authenticator judges them, and what goes with their text.
#include "rgw/identity/session.hpp"

#include <gtest/gtest.h>

#include "rgw/access/role.hpp"
#include "rgw/identity/authenticator.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity_testing/memory_stores.hpp"
#include "support/run.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;

Deadline soon() {
    return deadline_in(10s);
}

class SessionTest : public testing::Test {
protected:
    SessionTest() {
        loop_.start();
        users_.users.push_back(
            {.id = UserId{1}, .email = "ada@example.com", .name = "Ada", .roles = {"deployer"}});
        authenticator_.set_listening(true);
        authenticator_.set_session_limits(limits_);
    }

    std::string open(Channel channel = Channel::web) {
        const NewSessionText made = create_session_text();
        const Timestamp now = clock_.now();
        (void)test::run(loop_,
                        sessions_.create({.hash = made.hash,
                                          .user = UserId{1},
                                          .channel = channel,
                                          .created_at = now,
                                          .expires_at = now + limits_.idle(channel),
                                          .absolute_expires_at = now + limits_.absolute(channel)},
                                         soon()));
        return std::string(made.text.expose());
    }
    boost::system::result<PrincipalPtr, Refusal> use(const std::string& text,
                                                     Activity activity = Activity::person) {
        return test::run(loop_, authenticator_.authenticate(text, activity, soon()));
    }
    Errc refusal(const std::string& text) { return use(text).error().error.code; }
    void write_uses() {
        (void)test::run(loop_, sessions_.touch(authenticator_.take_used().sessions, soon()));
    }

    SessionLimits limits_{.web_idle = 5min, .web_absolute = 1h};
    async::Loop loop_{"test"};
    FakeClock clock_{Timestamp(1'000'000s)};
    identity_testing::MemoryUserStore users_;
    identity_testing::MemoryTokenStore tokens_{users_};
    identity_testing::MemorySessionStore sessions_{users_};
    Authenticator authenticator_{tokens_, sessions_, clock_};
};

TEST_F(SessionTest, HoldsWhatItsUsersRolesGive) {
    const auto principal = use(open());
    ASSERT_TRUE(principal);
    EXPECT_EQ((*principal)->email, "ada@example.com");
    EXPECT_EQ((*principal)->permissions, access::permissions(access::Role::deployer));
    EXPECT_EQ((*principal)->roles, std::vector<std::string>{"deployer"});
    ASSERT_TRUE((*principal)->session);
    EXPECT_EQ((*principal)->session->channel, Channel::web);
    EXPECT_FALSE((*principal)->api_token_id);
}

TEST_F(SessionTest, EndsWithoutActivityAndNeverLivesBeyondItsAbsoluteLimit) {
    const std::string text = open();
    for (int minutes = 0; minutes < 56; minutes += 4) {
        EXPECT_TRUE(use(text)) << minutes;
        clock_.advance(4min);
    }
    EXPECT_TRUE(use(text));
    clock_.advance(4min);
    EXPECT_EQ(refusal(text), Errc::session_expired) << "an hour in all";

    const std::string idle = open();
    EXPECT_TRUE(use(idle));
    clock_.advance(5min);
    EXPECT_EQ(refusal(idle), Errc::session_expired);
}

TEST_F(SessionTest, WhatAPageAsksByItselfIsNoActivity) {
    const std::string text = open();
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(use(text, Activity::background));
        clock_.advance(1min);
    }
    EXPECT_TRUE(authenticator_.take_used().sessions.empty());
    clock_.advance(1min);
    EXPECT_EQ(refusal(text), Errc::session_expired);
}

TEST_F(SessionTest, UseOnAnotherReplicaIsSeenBeforeTheSessionIsTakenForIdle) {
    const std::string text = open();
    EXPECT_TRUE(use(text));
    clock_.advance(4min);
    Authenticator other(tokens_, sessions_, clock_);
    other.set_session_limits(limits_);
    ASSERT_TRUE(test::run(loop_, other.authenticate(text, Activity::person, soon())));
    (void)test::run(loop_, sessions_.touch(other.take_used().sessions, soon()));
    clock_.advance(4min);
    EXPECT_TRUE(use(text)) << "eight minutes after its last use here, four after that there";
}

TEST_F(SessionTest, IsReadFromTheCacheWhileItIsUsedAndUsesAreWrittenTogether) {
    const std::string text = open();
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(use(text));
        clock_.advance(1s);
    }
    EXPECT_EQ(sessions_.lookups, 1);
    const auto used = authenticator_.take_used().sessions;
    ASSERT_EQ(used.size(), 1U);
    EXPECT_EQ(used[0].at, clock_.now() - 1s);
    EXPECT_EQ(used[0].expires_at, clock_.now() - 1s + 5min);
}

TEST_F(SessionTest, AShorterLimitHoldsForTheSessionsThereAre) {
    const std::string text = open();
    EXPECT_TRUE(use(text));
    authenticator_.set_session_limits({.web_idle = 2min, .web_absolute = 1h});
    EXPECT_EQ(authenticator_.take_used().sessions.at(0).expires_at, clock_.now() + 2min)
        << "a use that is not written yet must not bring the old limit back";
    (void)test::run(loop_,
                    sessions_.shorten(authenticator_.session_limits(), clock_.now(), soon()));
    clock_.advance(2min);
    EXPECT_EQ(refusal(text), Errc::session_expired);
}

TEST_F(SessionTest, ALongerLimitHoldsFromTheNextUse) {
    const std::string text = open();
    authenticator_.set_session_limits({.web_idle = 30min, .web_absolute = 1h});
    EXPECT_TRUE(use(text));
    clock_.advance(29min);
    EXPECT_TRUE(use(text));
}

TEST_F(SessionTest, RevocationLockAndSuspensionEndIt) {
    const std::string text = open();
    EXPECT_TRUE(use(text));
    (void)test::run(loop_, sessions_.revoke(UserId{1}, SessionId{1}, clock_.now(), "", soon()));
    authenticator_.invalidate_session(SessionId{1});
    EXPECT_EQ(refusal(text), Errc::session_revoked);

    const std::string second = open();
    users_.users[0].locked = true;
    EXPECT_EQ(refusal(second), Errc::owner_locked);
    users_.users[0].locked = false;
    users_.users[0].suspended = true;
    const auto suspended = use(second);
    ASSERT_FALSE(suspended);
    EXPECT_EQ(suspended.error().error.code, Errc::owner_suspended);
    EXPECT_EQ(suspended.error().known->email, "ada@example.com") << "for the record";
    EXPECT_EQ(refusal("no-such-session"), Errc::token_unknown);
}

TEST_F(SessionTest, WhatItOpenedKeepsItFromBeingIdle) {
    const std::string text = open();
    PrincipalPtr principal = *use(text);
    write_uses();
    clock_.advance(20min);
    const auto renewed = test::run(loop_, authenticator_.renew(principal, soon()));
    ASSERT_TRUE(renewed);
    write_uses();
    EXPECT_TRUE(use(text));
    clock_.advance(41min);
    EXPECT_EQ(test::run(loop_, authenticator_.renew(principal, soon())).error().error.code,
              Errc::session_expired)
        << "the absolute limit holds";
}

TEST_F(SessionTest, ADemotionIsSeenAtTheNextCall) {
    const std::string text = open();
    EXPECT_TRUE((*use(text))->permissions.has(access::Permission::convox_release_promote));
    users_.users[0].roles = {"viewer"};
    authenticator_.invalidate_user(UserId{1});
    EXPECT_FALSE((*use(text))->permissions.has(access::Permission::convox_release_promote));
}

TEST(SessionText, IsRandomAndHasNoDot) {
    const NewSessionText one = create_session_text();
    const NewSessionText two = create_session_text();
    EXPECT_NE(one.text.expose(), two.text.expose());
    EXPECT_EQ(one.text.expose().size(), 43U);
    EXPECT_EQ(one.text.expose().find('.'), std::string_view::npos);
    EXPECT_EQ(one.hash, token_hash(one.text.expose()));
}

TEST(SessionText, ARotatedOneIsNewButKeepsThePagesToken) {
    const Secret key("0123456789abcdef0123456789abcdef");
    const NewSessionText first = create_session_text();
    const NewSessionText second = rotated_session_text(first.text.expose());
    const NewSessionText other = rotated_session_text(first.text.expose());
    EXPECT_EQ(second.text.expose().size(), 43U);
    EXPECT_EQ(second.hash, token_hash(second.text.expose()));
    EXPECT_NE(second.text.expose().substr(16), first.text.expose().substr(16));
    EXPECT_NE(second.text.expose(), other.text.expose());
    EXPECT_EQ(csrf_token(key, second.text.expose()), csrf_token(key, first.text.expose()));
    EXPECT_NE(csrf_token(key, create_session_text().text.expose()),
              csrf_token(key, first.text.expose()));
}

TEST(CsrfToken, DependsOnKeyAndSessionAndHasNoPadding) {
    const Secret key("0123456789abcdef0123456789abcdef");
    const std::string token = csrf_token(key, "session-one");
    EXPECT_EQ(token.size(), 43U);
    EXPECT_EQ(token, csrf_token(key, "session-one"));
    EXPECT_NE(token, csrf_token(key, "session-two"));
    EXPECT_NE(token, csrf_token(Secret("another key, 32 bytes long at least"), "session-one"));
}

}  // namespace
}  // namespace rgw::identity
