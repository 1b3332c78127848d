#pragma once

// What every UserDirectory and TokenDirectory does, on the fixture of store_contract.hpp with
// user_directory() and token_directory().
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rgw/identity/token_rules.hpp"
#include "rgw/identity/user_rules.hpp"
#include "rgw/identity_testing/store_contract.hpp"

namespace rgw::identity_testing {

template <class Fixture>
class DirectoryContract : public testing::Test {
protected:
    using Texts = std::vector<std::string>;

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(fixture_.loop(), std::move(task));
    }

    // Each a second after the one before.
    UserId add(const std::string& email, const std::string& role,
               std::optional<UserId> created_by = std::nullopt) {
        now_ += std::chrono::seconds(1);
        const auto made = wait(fixture_.user_directory().create(
            {.email = email, .name = "Name of " + email, .roles = {role}, .created_by = created_by},
            now_, soon()));
        return made.value().user.id;
    }

    Result<identity::ChangedUser> change(const std::string& email, identity::UserRule rule) {
        return wait(fixture_.user_directory().change(email, std::move(rule), now_, soon()));
    }
    std::optional<identity::UserProfile> find(const std::string& email) {
        return wait(fixture_.user_directory().find(email, soon())).value();
    }

    identity::TokenProfile add_token(UserId owner, const std::string& name, char hash_digit) {
        now_ += std::chrono::seconds(1);
        return wait(fixture_.token_directory().create({.name = name,
                                                       .hash = std::string(64, hash_digit),
                                                       .owner = owner,
                                                       .created_by = owner,
                                                       .permissions = {"convox:app:list"},
                                                       .expires_at = std::nullopt},
                                                      now_, soon()))
            .value();
    }
    Result<identity::ChangedToken> change_token(const std::string& id, identity::TokenRule rule) {
        return wait(fixture_.token_directory().change(id, std::move(rule), soon()));
    }
    // When the text of that hash ends, max() for never; empty when it is no token's.
    std::optional<Timestamp> ends(char hash_digit) {
        const auto found =
            wait(fixture_.tokens().find_by_hash(std::string(64, hash_digit), soon())).value();
        if (!found) {
            return std::nullopt;
        }
        return found->expires_at.value_or(Timestamp::max());
    }

    Fixture fixture_;
    Timestamp now_{std::chrono::microseconds(1'790'000'000'654'321)};
};

TYPED_TEST_SUITE_P(DirectoryContract);

TYPED_TEST_P(DirectoryContract, ListsUsersTheNewestFirstWithWhoMadeThem) {
    const UserId ada = this->add("ada@example.com", "admin");
    (void)this->add("bob@example.com", "viewer", ada);
    const auto users = this->wait(this->fixture_.user_directory().list(soon())).value();
    ASSERT_EQ(users.size(), 2U);
    EXPECT_EQ(users[0].user.email, "bob@example.com");
    EXPECT_EQ(users[0].user.name, "Name of bob@example.com");
    EXPECT_EQ(users[0].user.roles, (std::vector<std::string>{"viewer"}));
    EXPECT_EQ(users[0].created_at, this->now_);
    ASSERT_TRUE(users[0].created_by);
    EXPECT_EQ(users[0].created_by->id, ada);
    EXPECT_EQ(users[0].created_by->email, "ada@example.com");
    EXPECT_EQ(users[1].user.email, "ada@example.com");
    EXPECT_FALSE(users[1].created_by);
    EXPECT_FALSE(users[1].lock);
    EXPECT_FALSE(this->find("nobody@example.com"));
}

TYPED_TEST_P(DirectoryContract, CreatingNeverTouchesAnEntryThatIsThere) {
    (void)this->add("ada@example.com", "viewer");
    const auto again = this->wait(this->fixture_.user_directory().create(
        {.email = "ada@example.com", .name = "Other", .roles = {"admin"}, .created_by = {}},
        this->now_, soon()));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::already_exists);
    EXPECT_EQ(again.error().detail, "user already exists");
    EXPECT_EQ(this->find("ada@example.com")->user.roles, (std::vector<std::string>{"viewer"}));
    EXPECT_EQ(this->find("ada@example.com")->user.name, "Name of ada@example.com");
}

TYPED_TEST_P(DirectoryContract, ARuleSeesTheUserAndHowManyOtherAdminsCanSignIn) {
    const UserId ada = this->add("ada@example.com", "admin");
    (void)this->add("bob@example.com", "admin");
    (void)this->add("cy@example.com", "viewer");
    const auto others = [&](const std::string& email) {
        std::int64_t seen = -1;
        (void)this->change(email, [&](const identity::UserAtStake& stake) {
            EXPECT_EQ(stake.user.user.email, email);
            seen = stake.other_admins;
            return identity::UserChange{};
        });
        return seen;
    };
    EXPECT_EQ(others("ada@example.com"), 1);
    EXPECT_EQ(others("cy@example.com"), 2);
    ASSERT_TRUE(this->change("bob@example.com", identity::locking("left", ada)));
    EXPECT_EQ(others("ada@example.com"), 0);
}

TYPED_TEST_P(DirectoryContract, ARefusalOfTheRuleChangesNothing) {
    (void)this->add("ada@example.com", "admin");
    const auto refused = this->change("ada@example.com", [](const auto&) {
        return Result<identity::UserChange>(Error(Errc::last_admin));
    });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::last_admin);
    EXPECT_EQ(this->find("ada@example.com")->user.roles, (std::vector<std::string>{"admin"}));
    const auto nobody = this->change("no@example.com", identity::unlocking());
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, Errc::not_found);
    EXPECT_EQ(nobody.error().detail, "user not found");
}

TYPED_TEST_P(DirectoryContract, ChangesNameRolesAndAddressAndSaysWhatWas) {
    const UserId ada = this->add("ada@example.com", "admin");
    (void)this->add("bob@example.com", "viewer");
    auto& users = this->fixture_.users();
    const UserId bob = this->find("bob@example.com")->user.id;
    ASSERT_TRUE(this->wait(users.bind_identity(bob, "bob@example.com", "https://idp", "7", soon()))
                    .value());
    const auto changed = this->change(
        "bob@example.com",
        identity::updating({.email = "rob@example.com", .name = "Rob", .roles = {{"ops"}}}, ada));
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->before.user.email, "bob@example.com");
    EXPECT_EQ(changed->after.user.email, "rob@example.com");
    EXPECT_EQ(changed->after.user.id, bob);
    EXPECT_EQ(changed->after.user.name, "Rob");
    EXPECT_EQ(changed->after.user.roles, (std::vector<std::string>{"ops"}));
    EXPECT_FALSE(this->find("bob@example.com"));
    EXPECT_FALSE(
        this->wait(users.bind_identity(bob, "bob@example.com", "https://idp", "7", soon())).value())
        << "its old owner, who was signing in meanwhile";
    EXPECT_TRUE(
        this->wait(users.bind_identity(bob, "rob@example.com", "https://idp", "8", soon())).value())
        << "a new address is a new person";

    const auto taken = this->change(
        "rob@example.com",
        identity::updating({.email = "ada@example.com", .name = "X", .roles = {}}, ada));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::already_exists);
    EXPECT_EQ(taken.error().detail, "email already in use");
    EXPECT_EQ(this->find("rob@example.com")->user.name, "Rob");

    const auto renamed = this->change(
        "rob@example.com", identity::updating({.email = {}, .name = "Bob", .roles = {}}, ada));
    EXPECT_EQ(renamed->after.user.name, "Bob");
    EXPECT_EQ(renamed->after.user.roles, (std::vector<std::string>{"ops"}));
    EXPECT_FALSE(
        this->wait(users.bind_identity(bob, "rob@example.com", "https://idp", "9", soon())).value())
        << "a new name is none";
}

TYPED_TEST_P(DirectoryContract, ALockHasAReasonAndAnAuthorAndEndsTheSessions) {
    const UserId ada = this->add("ada@example.com", "admin");
    const UserId bob = this->add("bob@example.com", "viewer");
    const auto session = a_session(bob, 'a');
    ASSERT_TRUE(this->wait(this->fixture_.sessions().create(session, soon())));
    const auto locked = this->change("bob@example.com", identity::locking("left", ada));
    ASSERT_TRUE(locked);
    EXPECT_FALSE(locked->before.user.locked);
    EXPECT_TRUE(locked->after.user.locked);
    ASSERT_TRUE(locked->after.lock);
    EXPECT_EQ(locked->after.lock->reason, "left");
    EXPECT_EQ(locked->after.lock->at, this->now_);
    EXPECT_EQ(locked->after.lock->by->email, "ada@example.com");
    const auto found = this->wait(this->fixture_.sessions().find_session(session.hash, soon()));
    EXPECT_TRUE(found.value()->revoked);
    EXPECT_TRUE(found.value()->user_locked);

    const auto unlocked = this->change("bob@example.com", identity::unlocking());
    ASSERT_TRUE(unlocked);
    EXPECT_FALSE(unlocked->after.user.locked);
    EXPECT_FALSE(unlocked->after.lock);
    EXPECT_TRUE(
        this->wait(this->fixture_.sessions().find_session(session.hash, soon())).value()->revoked)
        << "what ended stays ended";
}

TYPED_TEST_P(DirectoryContract, ARemovedUserIsGoneWithTheirSessions) {
    const UserId ada = this->add("ada@example.com", "admin");
    const UserId bob = this->add("bob@example.com", "viewer", ada);
    (void)this->add("cy@example.com", "viewer", bob);
    const auto session = a_session(bob, 'a');
    ASSERT_TRUE(this->wait(this->fixture_.sessions().create(session, soon())));
    ASSERT_TRUE(this->change("bob@example.com", identity::removing(ada)));
    EXPECT_FALSE(this->find("bob@example.com"));
    EXPECT_FALSE(this->wait(this->fixture_.sessions().find_session(session.hash, soon())).value());
    EXPECT_FALSE(this->find("cy@example.com")->created_by);
}

TYPED_TEST_P(DirectoryContract, ListsTokensOfOneOwnerOrOfAllTheNewestFirst) {
    const UserId ada = this->add("ada@example.com", "admin");
    const UserId bob = this->add("bob@example.com", "deployer");
    const auto first = this->add_token(ada, "first", 'a');
    const auto second = this->add_token(bob, "second", 'b');
    auto& tokens = this->fixture_.token_directory();
    const auto all = this->wait(tokens.list(std::nullopt, soon())).value();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name, "second");
    EXPECT_EQ(all[1].name, "first");
    EXPECT_EQ(all[1].created_by->email, "ada@example.com");
    EXPECT_EQ(all[0].owner.name, "Name of bob@example.com");
    const auto own = this->wait(tokens.list(ada, soon())).value();
    ASSERT_EQ(own.size(), 1U);
    EXPECT_EQ(own[0].public_id, first.public_id);
    EXPECT_EQ(this->wait(tokens.find(second.public_id, soon())).value()->id, second.id);
    EXPECT_FALSE(this->wait(tokens.find("7", soon())).value());
    EXPECT_FALSE(this->wait(tokens.find("11111111-2222-4333-8444-555555555555", soon())).value());
}

TYPED_TEST_P(DirectoryContract, AnUpdateOfATokenChangesWhatItNames) {
    const UserId ada = this->add("ada@example.com", "admin");
    const auto token = this->add_token(ada, "ci", 'a');
    (void)this->add_token(ada, "taken", 'b');
    const auto to = [](const std::optional<std::string>& name,
                       const std::optional<std::vector<std::string>>& permissions) {
        const identity::TokenChange change{.name = name, .permissions = permissions};
        return [change](const identity::TokenProfile&) {
            return Result<identity::TokenChange>(change);
        };
    };
    const auto cleared =
        this->change_token(token.public_id, to(std::nullopt, std::vector<std::string>()));
    EXPECT_EQ(cleared->before.permissions, (std::vector<std::string>{"convox:app:list"}));
    EXPECT_TRUE(cleared->after.permissions.empty());
    EXPECT_EQ(cleared->after.name, "ci");
    const auto taken = this->change_token(token.public_id, to("taken", std::nullopt));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::already_exists);
    EXPECT_EQ(taken.error().detail, "token name already exists");
    EXPECT_EQ(this->change_token(token.public_id, to("new", std::nullopt))->after.name, "new");
    EXPECT_EQ(this->change_token("x", to("y", std::nullopt)).error().code, Errc::not_found);
}

TYPED_TEST_P(DirectoryContract, TheTextBeforeARotationIsGoodUntilItsTimeAndTheOneBeforeThatNoMore) {
    const UserId ada = this->add("ada@example.com", "admin");
    const auto token = this->add_token(ada, "ci", 'a');
    const auto rotate = [&](char digit, std::optional<Timestamp> until) {
        return this->change_token(token.public_id, [=](const identity::TokenProfile&) {
            return Result<identity::TokenChange>(identity::TokenChange{
                .rotation = identity::TokenRotation{.hash = std::string(64, digit),
                                                    .old_text_until = until}});
        });
    };
    const Timestamp until = this->now_ + std::chrono::hours(1);
    EXPECT_EQ(rotate('b', until)->after.old_text_until, until);
    EXPECT_EQ(this->ends('a'), until);
    EXPECT_EQ(this->ends('b'), Timestamp::max());

    EXPECT_EQ(rotate('c', until)->after.old_text_until, until);
    EXPECT_EQ(this->ends('a'), std::nullopt);
    EXPECT_EQ(this->ends('b'), until);

    EXPECT_EQ(rotate('d', std::nullopt)->after.old_text_until, std::nullopt);
    EXPECT_EQ(this->ends('c'), std::nullopt);
    EXPECT_EQ(this->ends('b'), std::nullopt);
    EXPECT_TRUE(this->ends('d'));
}

TYPED_TEST_P(DirectoryContract, ARemovedTokenIsGone) {
    const UserId ada = this->add("ada@example.com", "admin");
    const auto token = this->add_token(ada, "ci", 'a');
    const auto remove = [](const identity::TokenProfile&) {
        return Result<identity::TokenChange>(
            identity::TokenChange{.fate = identity::TokenFate::is_removed});
    };
    ASSERT_TRUE(this->change_token(token.public_id, remove));
    EXPECT_FALSE(this->ends('a'));
    EXPECT_EQ(this->change_token(token.public_id, remove).error().detail, "token not found");
}

REGISTER_TYPED_TEST_SUITE_P(
    DirectoryContract, ListsUsersTheNewestFirstWithWhoMadeThem,
    CreatingNeverTouchesAnEntryThatIsThere, ARuleSeesTheUserAndHowManyOtherAdminsCanSignIn,
    ARefusalOfTheRuleChangesNothing, ChangesNameRolesAndAddressAndSaysWhatWas,
    ALockHasAReasonAndAnAuthorAndEndsTheSessions, ARemovedUserIsGoneWithTheirSessions,
    ListsTokensOfOneOwnerOrOfAllTheNewestFirst, AnUpdateOfATokenChangesWhatItNames,
    TheTextBeforeARotationIsGoodUntilItsTimeAndTheOneBeforeThatNoMore, ARemovedTokenIsGone);

}  // namespace rgw::identity_testing
