#include <gtest/gtest.h>

#include <future>
#include <set>
#include <string>
#include <vector>

#include "rgw/identity/token_rules.hpp"
#include "rgw/identity/user_rules.hpp"
#include "rgw/identity_testing/store_contract.hpp"
#include "store_fixture.hpp"

namespace rgw::storage {
namespace {

using identity::ChangedUser;
using identity_testing::soon;

const Timestamp now = parse_rfc3339("2026-11-22T12:00:00Z").value();

class Directories : public testing::Test {
protected:
    Directories() {
        fixture_.sql().execute(
            "insert into users (id, email, name, roles) overriding system value values"
            " (1, 'ada@example.com', 'Ada', '[\"admin\"]'),"
            " (2, 'bob@example.com', 'Bob', '[\"viewer\", \"admin\"]');"
            "alter table users alter id restart with 100");
    }

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(fixture_.loop(), std::move(task));
    }

    std::future<Result<ChangedUser>> begin(const std::string& email, identity::UserRule rule) {
        return test::start(fixture_.loop(),
                           fixture_.user_directory().change(email, std::move(rule), now, soon()));
    }

    std::string admins() {
        return fixture_.sql().value(
            "select count(*) from users where roles::jsonb ? 'admin' and locked_at is null");
    }

    StoreFixture fixture_;
};

// Each sees the other admin when it begins; on two connections of two replicas.
TEST_F(Directories, OfTwoChangesThatWouldTogetherLeaveNoAdminOneIsRefused) {
    const UserId ada{1};
    const UserId bob{2};
    using Rules = std::vector<std::pair<identity::UserRule, identity::UserRule>>;
    const auto to_viewer = [](UserId actor) {
        return identity::updating({.email = {}, .name = {}, .roles = {{"viewer"}}}, actor);
    };
    for (const auto& [of_bob, of_ada] :
         Rules{{to_viewer(ada), to_viewer(bob)},
               {identity::locking("x", ada), identity::locking("x", bob)},
               {identity::removing(ada), identity::removing(bob)},
               {identity::following_claims({"ops"}), identity::locking("x", bob)}}) {
        fixture_.sql().execute(
            "insert into users (id, email, name, roles) overriding system value values"
            " (1, 'ada@example.com', 'Ada', '[\"admin\"]'),"
            " (2, 'bob@example.com', 'Bob', '[\"admin\"]')"
            " on conflict (id) do update set roles = '[\"admin\"]', locked_at = null");
        // Holds both up until both have asked.
        test::Sql gate(fixture_.dsn());
        gate.execute("begin; lock table users in share mode");
        auto one = begin("bob@example.com", of_bob);
        auto two = begin("ada@example.com", of_ada);
        fixture_.wait_for_waiters(2);
        gate.execute("commit");
        const Result<ChangedUser> first = one.get();
        const Result<ChangedUser> second = two.get();
        EXPECT_NE(first.has_value(), second.has_value());
        EXPECT_EQ((first ? second : first).error().code, Errc::last_admin);
        EXPECT_EQ(admins(), "1");
    }
}

TEST_F(Directories, ASuspendedOrLockedAdminDoesNotCount) {
    fixture_.sql().execute("update users set suspended = true where id = 2");
    const auto refused = wait(fixture_.user_directory().change(
        "ada@example.com", identity::locking("x", UserId{2}), now, soon()));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::last_admin);
    fixture_.sql().execute("update users set suspended = false, locked_at = now() where id = 2");
    EXPECT_EQ(wait(fixture_.user_directory().change("ada@example.com",
                                                    identity::removing(UserId{2}), now, soon()))
                  .error()
                  .code,
              Errc::last_admin);
    // Who cannot sign in is not the last who can.
    EXPECT_TRUE(wait(fixture_.user_directory().change("bob@example.com",
                                                      identity::removing(UserId{1}), now, soon())));
}

TEST_F(Directories, OfManyWhoCreateAUserOneDoes) {
    std::vector<std::future<Result<identity::UserProfile>>> tries;
    tries.reserve(6);
    for (int i = 0; i < 6; ++i) {
        tries.push_back(test::start(
            fixture_.loop(), fixture_.user_directory().create({.email = "cy@example.com",
                                                               .name = "Cy " + std::to_string(i),
                                                               .roles = {"viewer"},
                                                               .created_by = UserId{1}},
                                                              now, soon())));
    }
    std::size_t made = 0;
    for (auto& each : tries) {
        const auto outcome = each.get();
        made += outcome ? 1 : 0;
        if (!outcome) {
            EXPECT_EQ(outcome.error().code, Errc::already_exists);
        }
    }
    EXPECT_EQ(made, 1U);
}

TEST_F(Directories, AProfileHasAllThereIsToKnow) {
    fixture_.sql().execute(
        "update users set mfa_enrolled = true, mfa_enforced_at = '2026-01-02T03:04:05Z',"
        " preferred_mfa_method = 'totp', created_by_user_id = 1 where id = 2");
    const auto bob = wait(fixture_.user_directory().find("bob@example.com", soon())).value();
    ASSERT_TRUE(bob);
    EXPECT_TRUE(bob->user.mfa_enrolled);
    EXPECT_TRUE(bob->user.mfa_enforced);
    EXPECT_EQ(bob->mfa_enforced_at, parse_rfc3339("2026-01-02T03:04:05Z").value());
    EXPECT_EQ(bob->preferred_mfa_method, "totp");
    EXPECT_EQ(bob->created_by->name, "Ada");
    const auto listed = wait(fixture_.user_directory().list(soon())).value();
    EXPECT_TRUE(listed[0].user.mfa_enrolled || listed[1].user.mfa_enrolled);
}

TEST_F(Directories, OfTwoRotationsAtOnceBothHappenOneAfterTheOther) {
    const auto token = wait(fixture_.token_directory().create({.name = "ci",
                                                               .hash = std::string(64, 'a'),
                                                               .owner = UserId{1},
                                                               .created_by = UserId{1},
                                                               .permissions = {},
                                                               .expires_at = std::nullopt},
                                                              now, soon()));
    const identity::TokenActor ada{.user = UserId{1}, .permissions = {}};
    std::vector<std::future<Result<identity::ChangedToken>>> rotations;
    for (const char digit : {'b', 'c'}) {
        rotations.push_back(
            test::start(fixture_.loop(),
                        fixture_.token_directory().change(
                            token->public_id,
                            identity::rotating({}, std::string(64, digit), ada, now), soon())));
    }
    for (auto& each : rotations) {
        EXPECT_TRUE(each.get());
    }
    EXPECT_FALSE(wait(fixture_.tokens().find_by_hash(std::string(64, 'a'), soon())).value())
        << "its grace ended with the second rotation";
    EXPECT_TRUE(wait(fixture_.tokens().find_by_hash(std::string(64, 'b'), soon())).value());
    EXPECT_TRUE(wait(fixture_.tokens().find_by_hash(std::string(64, 'c'), soon())).value());
}

}  // namespace
}  // namespace rgw::storage
