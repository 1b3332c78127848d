#pragma once

// What every TokenStore, UserStore and so on does. A fixture gives `users()`, `tokens()`, `loop()`
// … on empty storage, last_used(id) and add_trusted_device(user); INSTANTIATE with
// INSTANTIATE_TYPED_TEST_SUITE_P.
#include <gtest/gtest.h>

#include <string>

#include "rgw/identity/login_state_store.hpp"
#include "rgw/identity/session_store.hpp"
#include "rgw/identity/token_directory.hpp"
#include "rgw/identity/token_store.hpp"
#include "rgw/identity/user_store.hpp"
#include "support/run.hpp"

namespace rgw::identity_testing {

inline Deadline soon() {
    return deadline_in(std::chrono::seconds(10));
}

inline identity::NewSession a_session(UserId user, char hash_digit) {
    const Timestamp start(std::chrono::microseconds(1'790'000'000'654'321));
    return {.hash = std::string(64, hash_digit),
            .user = user,
            .channel = identity::Channel::cli,
            .created_at = start,
            .expires_at = start + std::chrono::minutes(5),
            .absolute_expires_at = start + std::chrono::hours(12),
            .mfa_verified_at = start,
            .ip_address = "192.0.2.7",
            .user_agent = "a browser",
            .login_flow = "cli"};
}

template <class Fixture>
class StoreContract : public testing::Test {
protected:
    template <class T>
    T wait(async::Task<T> task) {
        return test::run(fixture_.loop(), std::move(task));
    }

    UserId seed(const std::string& email) {
        const auto seeded = wait(fixture_.users().seed_if_empty(
            {{.email = email, .name = "A Name", .roles = {"admin", "viewer"}}}, soon()));
        EXPECT_EQ(seeded.value(), 1);
        return wait(fixture_.users().find_by_email(email, soon())).value().value().id;
    }

    identity::NewToken token(UserId owner, const std::string& name, char hash_digit) {
        return {.name = name,
                .hash = std::string(64, hash_digit),
                .owner = owner,
                .created_by = std::nullopt,
                .permissions = {"convox:app:list", "convox:log:*"},
                .expires_at = std::nullopt};
    }

    Result<identity::TokenProfile> create(const identity::NewToken& token) {
        return wait(fixture_.token_directory().create(token, Timestamp(), soon()));
    }

    Fixture fixture_;
};

TYPED_TEST_SUITE_P(StoreContract);

TYPED_TEST_P(StoreContract, SeedsOnlyAnEmptyTable) {
    using Seeds = std::vector<identity::SeedUser>;
    auto& users = this->fixture_.users();
    const Seeds two = {{.email = "a@example.com", .name = "A", .roles = {"admin"}},
                       {.email = "b@example.com", .name = "B", .roles = {"viewer", "ops"}}};
    EXPECT_EQ(this->wait(users.seed_if_empty({}, soon())).value(), 0);
    EXPECT_EQ(this->wait(users.seed_if_empty(two, soon())).value(), 2);
    EXPECT_EQ(this->wait(users.seed_if_empty({{"c@example.com", "C", {"admin"}}}, soon())).value(),
              0);
    const auto b = this->wait(users.find_by_email("b@example.com", soon())).value();
    ASSERT_TRUE(b);
    EXPECT_EQ(b->email, "b@example.com");
    EXPECT_EQ(b->name, "B");
    EXPECT_EQ(b->roles, (std::vector<std::string>{"viewer", "ops"}));
    EXPECT_FALSE(b->suspended);
    EXPECT_FALSE(b->locked);
    EXPECT_FALSE(this->wait(users.find_by_email("c@example.com", soon())).value());
}

TYPED_TEST_P(StoreContract, FindsACreatedTokenWithItsOwner) {
    const UserId owner = this->seed("owner@example.com");
    auto& tokens = this->fixture_.tokens();
    identity::NewToken made = this->token(owner, "ci", 'a');
    made.expires_at = Timestamp(std::chrono::microseconds(1'800'000'000'123'456));
    const auto created = this->create(made);
    ASSERT_TRUE(created);

    const auto found = this->wait(tokens.find_by_hash(made.hash, soon())).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, created->id);
    EXPECT_EQ(found->name, "ci");
    EXPECT_EQ(found->permissions, made.permissions);
    EXPECT_EQ(found->expires_at, made.expires_at);
    EXPECT_EQ(found->owner_id, owner);
    EXPECT_EQ(found->owner_email, "owner@example.com");
    EXPECT_EQ(found->owner_name, "A Name");
    EXPECT_FALSE(found->owner_suspended);
    EXPECT_FALSE(found->owner_locked);
    EXPECT_FALSE(this->wait(tokens.find_by_hash(std::string(64, 'b'), soon())).value());
}

TYPED_TEST_P(StoreContract, ATakenNameAlreadyExistsAndAnUnknownOwnerIsNotFound) {
    const UserId owner = this->seed("owner@example.com");
    ASSERT_TRUE(this->create(this->token(owner, "ci", 'a')));
    const auto taken = this->create(this->token(owner, "ci", 'b'));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::already_exists);
    const UserId nobody{owner.value + 1000};
    const auto orphan = this->create(this->token(nobody, "other", 'c'));
    ASSERT_FALSE(orphan);
    EXPECT_EQ(orphan.error().code, Errc::not_found);
}

TYPED_TEST_P(StoreContract, TouchesTheGivenTokensAndNoOther) {
    const UserId owner = this->seed("owner@example.com");
    auto& tokens = this->fixture_.tokens();
    const ApiTokenId one = this->create(this->token(owner, "one", 'a')).value().id;
    const ApiTokenId two = this->create(this->token(owner, "two", 'b')).value().id;
    const Timestamp at(std::chrono::microseconds(1'790'000'000'654'321));
    ASSERT_TRUE(this->wait(tokens.touch({one, ApiTokenId{one.value + 1000}}, at, soon())));
    ASSERT_TRUE(this->wait(tokens.touch({}, at, soon())));
    EXPECT_EQ(this->fixture_.last_used(one), at);
    EXPECT_EQ(this->fixture_.last_used(two), std::nullopt);
}

TYPED_TEST_P(StoreContract, AUserIsOnePersonOfTheProviderAndThatPersonNoOtherUser) {
    auto& users = this->fixture_.users();
    (void)this->wait(users.seed_if_empty(
        {{"a@example.com", "A", {"viewer"}}, {"b@example.com", "B", {"viewer"}}}, soon()));
    const UserId a = this->wait(users.find_by_email("a@example.com", soon())).value()->id;
    const UserId b = this->wait(users.find_by_email("b@example.com", soon())).value()->id;
    const auto bind = [&](UserId user, const char* subject) {
        const char* email = user == b ? "b@example.com" : "a@example.com";
        return this->wait(users.bind_identity(user, email, "https://idp", subject, soon())).value();
    };
    EXPECT_TRUE(bind(a, "1"));
    EXPECT_TRUE(bind(a, "1")) << "the next time too";
    EXPECT_FALSE(bind(a, "2")) << "the address was given to somebody else";
    EXPECT_FALSE(bind(b, "1"));
    EXPECT_TRUE(bind(b, "2"));
    EXPECT_FALSE(bind(UserId{a.value + 1000}, "3"));
}

TYPED_TEST_P(StoreContract, ALoginStateIsUsedOnce) {
    auto& states = this->fixture_.login_states();
    const Timestamp now(std::chrono::microseconds(1'790'000'000'000'000));
    EXPECT_TRUE(this->wait(states.use_once(std::string(64, 'a'), now, soon())).value());
    EXPECT_FALSE(this->wait(states.use_once(std::string(64, 'a'), now, soon())).value());
    EXPECT_TRUE(this->wait(states.use_once(std::string(64, 'b'), now, soon())).value());
}

TYPED_TEST_P(StoreContract, FindsACreatedSessionWithItsUser) {
    const UserId user = this->seed("ada@example.com");
    auto& sessions = this->fixture_.sessions();
    const identity::NewSession made = a_session(user, 'a');
    const auto id = this->wait(sessions.create(made, soon()));
    ASSERT_TRUE(id);
    const auto found = this->wait(sessions.find_session(made.hash, soon())).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, *id);
    EXPECT_EQ(found->channel, identity::Channel::cli);
    EXPECT_EQ(found->expires_at, made.expires_at);
    EXPECT_EQ(found->absolute_expires_at, made.absolute_expires_at);
    EXPECT_EQ(found->mfa_verified_at, made.mfa_verified_at);
    EXPECT_EQ(found->recent_step_up_at, std::nullopt);
    EXPECT_EQ(found->trusted_device_id, std::nullopt);
    EXPECT_FALSE(found->revoked);
    EXPECT_EQ(found->user_id, user);
    EXPECT_EQ(found->user_email, "ada@example.com");
    EXPECT_EQ(found->user_roles, (std::vector<std::string>{"admin", "viewer"}));
    EXPECT_FALSE(this->wait(sessions.find_session(std::string(64, 'b'), soon())).value());
    const auto nobody =
        this->wait(sessions.create(a_session(UserId{user.value + 1000}, 'c'), soon()));
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, Errc::not_found);
}

TYPED_TEST_P(StoreContract, ASessionKeepsItsStepUpAndItsTrustedDevice) {
    const UserId user = this->seed("ada@example.com");
    auto& sessions = this->fixture_.sessions();
    identity::NewSession made = a_session(user, 'a');
    made.recent_step_up_at = made.created_at + std::chrono::seconds(3);
    made.trusted_device_id = this->fixture_.add_trusted_device(user);
    ASSERT_TRUE(this->wait(sessions.create(made, soon())));
    const auto found = this->wait(sessions.find_session(made.hash, soon())).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->recent_step_up_at, made.recent_step_up_at);
    EXPECT_EQ(found->trusted_device_id, made.trusted_device_id);
    EXPECT_EQ(found->mfa_verified_at, made.mfa_verified_at);
}

TYPED_TEST_P(StoreContract, ASessionsLimitMovesOnWithinItsAbsoluteOneAndNeverBack) {
    const UserId user = this->seed("ada@example.com");
    auto& sessions = this->fixture_.sessions();
    const identity::NewSession made = a_session(user, 'a');
    const SessionId id = this->wait(sessions.create(made, soon())).value();
    const auto expires_at = [&] {
        return this->wait(sessions.find_session(made.hash, soon())).value()->expires_at;
    };
    const auto touch = [&](Timestamp at, Timestamp until) {
        ASSERT_TRUE(
            this->wait(sessions.touch({{.id = id, .at = at, .expires_at = until}}, soon())));
    };
    const Timestamp later = made.expires_at + std::chrono::minutes(2);
    touch(made.created_at, later);
    EXPECT_EQ(expires_at(), later);
    touch(made.created_at, made.expires_at);
    EXPECT_EQ(expires_at(), later);
    touch(made.created_at, made.absolute_expires_at + std::chrono::hours(1));
    EXPECT_EQ(expires_at(), made.absolute_expires_at);
}

TYPED_TEST_P(StoreContract, ShortenedSessionsEndSoonerAndNoneEndsLater) {
    using namespace std::chrono_literals;
    const UserId user = this->seed("ada@example.com");
    auto& sessions = this->fixture_.sessions();
    identity::NewSession cli = a_session(user, 'a');
    identity::NewSession web = a_session(user, 'b');
    web.channel = identity::Channel::web;
    for (const auto& made : {cli, web}) {
        ASSERT_TRUE(this->wait(sessions.create(made, soon())));
    }
    const auto ends = [&](const identity::NewSession& of) {
        const auto found = this->wait(sessions.find_session(of.hash, soon())).value();
        return std::pair(found->expires_at - of.created_at,
                         found->absolute_expires_at - of.created_at);
    };
    const auto shorten = [&](identity::SessionLimits limits, Timestamp now) {
        return this->wait(sessions.shorten(limits, now, soon())).value();
    };
    using Ends = std::pair<Timestamp::duration, Timestamp::duration>;
    const Timestamp now = cli.created_at + 1min;
    EXPECT_EQ(
        shorten({.web_idle = 24h, .web_absolute = 24h, .cli_idle = 24h, .cli_absolute = 24h}, now),
        0);
    EXPECT_EQ(ends(cli), Ends(5min, 12h));
    EXPECT_EQ(
        shorten({.web_idle = 24h, .web_absolute = 24h, .cli_idle = 2min, .cli_absolute = 3h}, now),
        1);
    EXPECT_EQ(ends(cli), Ends(3min, 3h));
    EXPECT_EQ(ends(web), Ends(5min, 12h));
    EXPECT_EQ(
        shorten({.web_idle = 1h, .web_absolute = 2min, .cli_idle = 2min, .cli_absolute = 3h}, now),
        1)
        << "the idle limit never lies beyond the absolute one";
    EXPECT_EQ(ends(web), Ends(2min, 2min));
    EXPECT_EQ(shorten({.web_idle = 1s, .web_absolute = 1s, .cli_idle = 1s, .cli_absolute = 1s},
                      cli.created_at + 4min),
              0)
        << "what is over stays as it is";
}

TYPED_TEST_P(StoreContract, ARevokedSessionStaysRevokedAndIsNotListed) {
    const UserId user = this->seed("ada@example.com");
    auto& sessions = this->fixture_.sessions();
    const Timestamp now = a_session(user, 'a').created_at;
    const SessionId one = this->wait(sessions.create(a_session(user, 'a'), soon())).value();
    const SessionId two = this->wait(sessions.create(a_session(user, 'b'), soon())).value();
    const auto revoke = [&](UserId of, SessionId id) {
        return this->wait(sessions.revoke(of, id, now, "test", soon())).value();
    };
    EXPECT_FALSE(revoke(UserId{user.value + 1000}, one)) << "of somebody else";
    EXPECT_FALSE(this->wait(sessions.has_session(UserId{user.value + 1000}, one, soon())).value());
    EXPECT_TRUE(this->wait(sessions.has_session(user, one, soon())).value());
    EXPECT_FALSE(
        this->wait(sessions.has_session(user, SessionId{one.value + 1000}, soon())).value());
    EXPECT_TRUE(revoke(user, one));
    EXPECT_FALSE(revoke(user, one));
    EXPECT_TRUE(this->wait(sessions.find_session(std::string(64, 'a'), soon())).value()->revoked);
    const auto listed = this->wait(sessions.list_active(user, now, soon())).value();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].id, two);
    EXPECT_EQ(listed[0].ip_address, "192.0.2.7");
    EXPECT_EQ(this->wait(sessions.revoke_all(user, now, "test", soon())).value(), 1);
    EXPECT_TRUE(this->wait(sessions.list_active(user, now, soon())).value().empty());
}

REGISTER_TYPED_TEST_SUITE_P(StoreContract, SeedsOnlyAnEmptyTable, FindsACreatedTokenWithItsOwner,
                            ATakenNameAlreadyExistsAndAnUnknownOwnerIsNotFound,
                            TouchesTheGivenTokensAndNoOther,
                            AUserIsOnePersonOfTheProviderAndThatPersonNoOtherUser,
                            ALoginStateIsUsedOnce, FindsACreatedSessionWithItsUser,
                            ASessionKeepsItsStepUpAndItsTrustedDevice,
                            ASessionsLimitMovesOnWithinItsAbsoluteOneAndNeverBack,
                            ShortenedSessionsEndSoonerAndNoneEndsLater,
                            ARevokedSessionStaysRevokedAndIsNotListed);

}  // namespace rgw::identity_testing
