#include "rgw/identity/user_rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rgw::identity {
namespace {

using Texts = std::vector<std::string>;

constexpr UserId ada{1};
constexpr UserId bob{2};

UserAtStake stake(UserId id, Texts roles, std::int64_t other_admins) {
    return {.user = {.user = {.id = id,
                              .email = "person@example.com",
                              .name = "P",
                              .roles = std::move(roles)}},
            .other_admins = other_admins};
}

TEST(CheckRoles, TakesWhatUsersCanHaveEachOnce) {
    EXPECT_EQ(check_roles(Texts{"ops", "viewer", "ops"}).value(), (Texts{"ops", "viewer"}));
    EXPECT_EQ(check_roles(Texts{"auditor", "admin", "deployer"}).value().size(), 3U);
}

TEST(CheckRoles, RefusesNoneUnknownOnesAndCicd) {
    EXPECT_EQ(check_roles({}).error().detail, "roles cannot be empty");
    for (const std::string bad : {"cicd", "root", "", "Admin", "admin "}) {
        const auto checked = check_roles(Texts{"viewer", bad});
        ASSERT_FALSE(checked) << bad;
        EXPECT_EQ(checked.error().code, Errc::invalid_request);
        EXPECT_EQ(checked.error().detail, "invalid role: " + bad);
    }
}

TEST(CheckUserName, TakesALineOfUpTo120Characters) {
    EXPECT_EQ(check_user_name("  Ada  ").value(), "Ada");
    std::string wide;
    for (int i = 0; i < 120; ++i) {
        wide += "\xC3\xA9";
    }
    EXPECT_TRUE(check_user_name(wide));
    EXPECT_FALSE(check_user_name(wide + "x"));
    EXPECT_EQ(check_user_name(" \t").error().detail, "name cannot be empty");
    EXPECT_FALSE(check_user_name("A\nB"));
    EXPECT_FALSE(check_user_name(std::string("A\0B", 3)));
}

TEST(CheckNewUser, NormalisesAndSaysWhatIsWrong) {
    const auto good =
        check_new_user({.email = " Ada@Example.COM ", .name = " Ada ", .roles = {"admin"}}, bob);
    ASSERT_TRUE(good);
    EXPECT_EQ(good->email, "ada@example.com");
    EXPECT_EQ(good->name, "Ada");
    EXPECT_EQ(good->created_by, bob);
    struct Case {
        UserRequest request;
        std::string sentence;
    };
    for (const Case& each :
         {Case{{.email = "", .name = "A", .roles = {"ops"}}, "email cannot be empty"},
          Case{{.email = "a", .name = "A", .roles = {"ops"}}, "email is not an address"},
          Case{{.email = "a@b", .name = "", .roles = {"ops"}}, "name cannot be empty"},
          Case{{.email = "a@b", .name = "A", .roles = {}}, "roles cannot be empty"},
          Case{{.email = "a@b", .name = "A", .roles = {"cicd"}}, "invalid role: cicd"}}) {
        const auto checked = check_new_user(each.request, bob);
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().code, Errc::invalid_request);
        EXPECT_EQ(checked.error().detail, each.sentence);
    }
}

TEST(CheckUpdate, EverythingIsSoundOrNothingIsTaken) {
    EXPECT_EQ(check_update({}).error().detail, "no fields provided");
    EXPECT_EQ(check_update({.email = "", .name = {}, .roles = {}}).error().detail,
              "email cannot be empty");
    EXPECT_EQ(check_update({.email = "new@example.com", .name = {}, .roles = Texts{"root"}})
                  .error()
                  .detail,
              "invalid role: root");
    EXPECT_EQ(check_update({.email = {}, .name = {}, .roles = Texts{}}).error().detail,
              "roles cannot be empty");
    const auto blank = check_update({.email = {}, .name = "  ", .roles = {}});
    ASSERT_TRUE(blank) << "a blank name is ignored";
    EXPECT_FALSE(blank->name);
}

Errc refusal(const UserRule& rule, const UserAtStake& of) {
    const auto change = rule(of);
    return change ? Errc::internal : change.error().code;
}

TEST(Updating, NobodyChangesTheirOwnRoles) {
    const UserRule rule = updating({.email = {}, .name = {}, .roles = Texts{"admin"}}, ada);
    const auto own = rule(stake(ada, {"admin"}, 5));
    ASSERT_FALSE(own);
    EXPECT_EQ(own.error().code, Errc::own_account);
    EXPECT_EQ(own.error().detail, "cannot change your own roles");
    EXPECT_TRUE(rule(stake(bob, {"viewer"}, 5)));
    EXPECT_TRUE(updating({.email = "x@example.com", .name = "X", .roles = {}},
                         ada)(stake(ada, {"admin"}, 0)));
}

TEST(Updating, AnAddressThatStaysEndsNoSession) {
    const auto same = updating({.email = "person@example.com", .name = {}, .roles = {}},
                               ada)(stake(bob, {"ops"}, 1));
    EXPECT_FALSE(same->email);
    EXPECT_EQ(same->sessions_end_because, "");
    const auto other = updating({.email = "other@example.com", .name = {}, .roles = {}},
                                ada)(stake(bob, {"ops"}, 1));
    EXPECT_EQ(other->email, "other@example.com");
    EXPECT_NE(other->sessions_end_because, "");
}

TEST(Updating, RightsThatGrowEndTheSessionsAndThoseThatShrinkDoNot) {
    const auto ends = [](Texts before, Texts after) {
        const auto change =
            updating({.email = {}, .name = {}, .roles = after}, ada)(stake(bob, before, 1));
        EXPECT_EQ(following_claims(after)(stake(bob, before, 1))->sessions_end_because,
                  change->sessions_end_because);
        return !change->sessions_end_because.empty();
    };
    EXPECT_TRUE(ends({"viewer"}, {"ops"}));
    EXPECT_TRUE(ends({"deployer"}, {"deployer", "auditor"}));
    EXPECT_TRUE(ends({}, {"viewer"}));
    EXPECT_FALSE(ends({"admin"}, {"viewer"}));
    EXPECT_FALSE(ends({"deployer"}, {"ops"}));
    EXPECT_FALSE(ends({"ops"}, {"ops", "viewer"})) << "the same rights";
}

TEST(TheLastAdmin, CannotBeDemotedLockedOrRemoved) {
    const std::vector<UserRule> rules = {
        updating({.email = {}, .name = {}, .roles = Texts{"viewer"}}, bob), locking("x", bob),
        removing(bob), following_claims({"ops"})};
    for (const UserRule& rule : rules) {
        EXPECT_EQ(refusal(rule, stake(ada, {"admin"}, 0)), Errc::last_admin);
        EXPECT_TRUE(rule(stake(ada, {"admin"}, 1))) << "another can sign in";
        EXPECT_TRUE(rule(stake(ada, {"ops"}, 0))) << "is no admin";
        UserAtStake locked = stake(ada, {"admin"}, 0);
        locked.user.user.locked = true;
        EXPECT_TRUE(rule(locked)) << "cannot sign in anyway";
        locked.user.user.locked = false;
        locked.user.user.suspended = true;
        EXPECT_TRUE(rule(locked));
    }
    EXPECT_TRUE(updating({.email = {}, .name = {}, .roles = Texts{"ops", "admin"}},
                         bob)(stake(ada, {"admin"}, 0)))
        << "stays an admin";
    EXPECT_TRUE(following_claims({"admin"})(stake(ada, {"admin"}, 0)));
}

TEST(Locking, NeedsAReason) {
    EXPECT_EQ(locking(" ", ada)(stake(bob, {"ops"}, 1)).error().detail, "invalid request");
    EXPECT_FALSE(locking(std::string(1001, 'x'), ada)(stake(bob, {"ops"}, 1)));
    EXPECT_FALSE(locking(std::string("a\0b", 3), ada)(stake(bob, {"ops"}, 1)));
    const auto change = locking("left\nthe company", ada)(stake(bob, {"ops"}, 1));
    EXPECT_EQ(change->fate, UserFate::is_locked);
    EXPECT_EQ(change->locked_by, ada);
    EXPECT_NE(change->sessions_end_because, "");
}

TEST(Removing, NobodyRemovesThemselves) {
    const auto own = removing(ada)(stake(ada, {"viewer"}, 3));
    ASSERT_FALSE(own);
    EXPECT_EQ(own.error().code, Errc::own_account);
    EXPECT_EQ(own.error().detail, "cannot delete yourself");
}

}  // namespace
}  // namespace rgw::identity
