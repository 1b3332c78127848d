#pragma once

// What every TokenStore and UserStore does. A fixture gives `users()`, `tokens()`, `loop()` on
// empty storage and last_used(id); INSTANTIATE with INSTANTIATE_TYPED_TEST_SUITE_P.
#include <gtest/gtest.h>

#include <string>

#include "rgw/identity/token_store.hpp"
#include "rgw/identity/user_store.hpp"
#include "support/run.hpp"

namespace rgw::identity_testing {

inline Deadline soon() {
    return deadline_in(std::chrono::seconds(10));
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
                .permissions = {"convox:app:list", "convox:log:*"},
                .expires_at = std::nullopt};
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
    const auto id = this->wait(tokens.create(made, soon()));
    ASSERT_TRUE(id);

    const auto found = this->wait(tokens.find_by_hash(made.hash, soon())).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, *id);
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
    auto& tokens = this->fixture_.tokens();
    ASSERT_TRUE(this->wait(tokens.create(this->token(owner, "ci", 'a'), soon())));
    const auto taken = this->wait(tokens.create(this->token(owner, "ci", 'b'), soon()));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::already_exists);
    const UserId nobody{owner.value + 1000};
    const auto orphan = this->wait(tokens.create(this->token(nobody, "other", 'c'), soon()));
    ASSERT_FALSE(orphan);
    EXPECT_EQ(orphan.error().code, Errc::not_found);
}

TYPED_TEST_P(StoreContract, TouchesTheGivenTokensAndNoOther) {
    const UserId owner = this->seed("owner@example.com");
    auto& tokens = this->fixture_.tokens();
    const ApiTokenId one =
        this->wait(tokens.create(this->token(owner, "one", 'a'), soon())).value();
    const ApiTokenId two =
        this->wait(tokens.create(this->token(owner, "two", 'b'), soon())).value();
    const Timestamp at(std::chrono::microseconds(1'790'000'000'654'321));
    ASSERT_TRUE(this->wait(tokens.touch({one, ApiTokenId{one.value + 1000}}, at, soon())));
    ASSERT_TRUE(this->wait(tokens.touch({}, at, soon())));
    EXPECT_EQ(this->fixture_.last_used(one), at);
    EXPECT_EQ(this->fixture_.last_used(two), std::nullopt);
}

REGISTER_TYPED_TEST_SUITE_P(StoreContract, SeedsOnlyAnEmptyTable, FindsACreatedTokenWithItsOwner,
                            ATakenNameAlreadyExistsAndAnUnknownOwnerIsNotFound,
                            TouchesTheGivenTokensAndNoOther);

}  // namespace rgw::identity_testing
