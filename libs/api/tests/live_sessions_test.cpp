#include "rgw/api/live_sessions.hpp"

#include <gtest/gtest.h>

#include "rgw/identity/credential.hpp"
#include "rgw/identity_testing/memory_stores.hpp"
#include "support/run.hpp"

namespace rgw::api {
namespace {

using namespace std::chrono_literals;

class LiveSessionsTest : public testing::Test {
protected:
    LiveSessionsTest() {
        loop_.start();
        users_.users.push_back({.id = UserId{1}, .email = "ada@example.com", .name = "Ada"});
        users_.users.push_back({.id = UserId{2}, .email = "bob@example.com", .name = "Bob"});
    }

    struct Token {
        std::string hash;
        identity::PrincipalPtr principal;
    };

    Token make_token(UserId owner, std::optional<Timestamp> expires_at = std::nullopt) {
        const identity::NewTokenText made = identity::create_token();
        const std::string text(made.text.expose());
        (void)test::run(loop_, tokens_.create({.name = made.hash,
                                               .hash = made.hash,
                                               .owner = owner,
                                               .created_by = std::nullopt,
                                               .permissions = {"convox:process:exec"},
                                               .expires_at = expires_at},
                                              deadline_in(10s)));
        return {.hash = made.hash,
                .principal =
                    *test::run(loop_, authenticator_.authenticate(text, identity::Activity::person,
                                                                  deadline_in(10s)))};
    }

    LiveSessions::Lease open(const Token& token) {
        return sessions_.open(loop_, token.principal, access::Permission::convox_process_exec,
                              [this](const Error& why) { ended_.push_back(why.code); });
    }

    // The reasons with which leases were ended by this judgement.
    std::vector<Errc> judge(Timestamp now = Timestamp(1'000'000s)) {
        test::run(loop_, judged(now));
        return std::exchange(ended_, {});
    }

    async::Task<int> judged(Timestamp now) {
        co_await sessions_.judge(authenticator_, now);
        co_await async::sleep_for(0ms);  // behind what was posted to this loop
        co_return 0;
    }

    async::Loop loop_{"test"};
    FakeClock clock_{Timestamp(1'000'000s)};
    identity_testing::MemoryUserStore users_;
    identity_testing::MemoryTokenStore tokens_{users_};
    identity_testing::MemorySessionStore user_sessions_{users_};
    identity::Authenticator authenticator_{tokens_, user_sessions_, clock_};
    LiveSessions sessions_;
    std::vector<Errc> ended_;
};

TEST_F(LiveSessionsTest, ALeaseGoesOnWhileItsCallerMay) {
    const Token token = make_token(UserId{1});
    const auto lease = open(token);
    EXPECT_TRUE(judge().empty());
    sessions_.doubt_user(UserId{1});
    EXPECT_TRUE(judge().empty());
    EXPECT_EQ(sessions_.size(), 1U);
}

TEST_F(LiveSessionsTest, LockingTheOwnerEndsEveryLeaseOfTheirsAndNoOther) {
    const Token first = make_token(UserId{1});
    const Token second = make_token(UserId{1});
    const Token other = make_token(UserId{2});
    const auto a = open(first);
    const auto b = open(second);
    const auto c = open(other);
    (void)judge();
    users_.users[0].locked = true;
    sessions_.doubt_user(UserId{1});
    EXPECT_EQ(judge(), (std::vector{Errc::owner_locked, Errc::owner_locked}));
    EXPECT_TRUE(judge().empty()) << "an end is told once";
}

TEST_F(LiveSessionsTest, ADeletedTokenOneThatLostThePermissionAndOneThatExpiredAreEnded) {
    const Token deleted = make_token(UserId{1});
    const Token demoted = make_token(UserId{1});
    const Token expiring = make_token(UserId{1}, Timestamp(1'000'060s));
    const auto a = open(deleted);
    const auto b = open(demoted);
    const auto c = open(expiring);
    (void)judge();
    tokens_.tokens.erase(deleted.hash);
    sessions_.doubt_token(*deleted.principal->api_token_id);
    EXPECT_EQ(judge(), std::vector{Errc::token_unknown});
    tokens_.tokens[demoted.hash].permissions = {"convox:app:list"};
    sessions_.doubt_token(*demoted.principal->api_token_id);
    EXPECT_EQ(judge(), std::vector{Errc::permission_denied});
    EXPECT_TRUE(judge(Timestamp(1'000'059s)).empty());
    EXPECT_EQ(judge(Timestamp(1'000'060s)), std::vector{Errc::token_expired});
}

TEST_F(LiveSessionsTest, WhatChangedBetweenAuthenticationAndTheLeaseIsFound) {
    const Token token = make_token(UserId{1});
    users_.users[0].suspended = true;  // its notification came before the lease was opened
    const auto lease = open(token);
    EXPECT_EQ(judge(), std::vector{Errc::owner_suspended});
}

TEST_F(LiveSessionsTest, ManyLeasesOfOneCredentialCostOneLookup) {
    const Token token = make_token(UserId{1});
    std::vector<LiveSessions::Lease> leases;
    leases.reserve(100);
    for (int i = 0; i < 100; ++i) {
        leases.push_back(open(token));
    }
    tokens_.lookups = 0;
    EXPECT_TRUE(judge().empty());
    EXPECT_EQ(tokens_.lookups, 1);
}

TEST_F(LiveSessionsTest, AStoreThatCannotBeAskedEndsNothingAndIsAskedAgain) {
    const Token token = make_token(UserId{1});
    const auto lease = open(token);
    tokens_.tokens.erase(token.hash);
    tokens_.away = true;
    EXPECT_TRUE(judge().empty());
    tokens_.away = false;
    EXPECT_EQ(judge(), std::vector{Errc::token_unknown});
}

TEST_F(LiveSessionsTest, ALeaseThatIsOverIsNeverEnded) {
    const Token token = make_token(UserId{1});
    {
        const auto lease = open(token);
        tokens_.tokens.erase(token.hash);
    }
    EXPECT_TRUE(judge().empty());
    EXPECT_EQ(sessions_.size(), 0U);
}

}  // namespace
}  // namespace rgw::api
