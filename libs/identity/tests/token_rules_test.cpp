#include "rgw/identity/token_rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rgw/access/role.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;
using access::Role;
using Texts = std::vector<std::string>;

const Timestamp now = parse_rfc3339("2026-11-22T12:00:00Z").value();

Principal person(std::int64_t id, Role role) {
    return {.user_id = UserId{id}, .permissions = access::permissions(role)};
}
const TokenActor deployer = actor_of(person(1, Role::deployer));
const TokenActor admin = actor_of(person(2, Role::admin));
const TokenActor auditor = actor_of(person(3, Role::auditor));

TokenRequest wanting(Texts permissions) {
    return {.name = "ci", .permissions = std::move(permissions), .role = {}, .expires_at = {}};
}

TokenProfile token_of(std::int64_t owner, Texts permissions) {
    return {.name = "ci",
            .owner = {.id = UserId{owner}, .email = "", .name = ""},
            .permissions = std::move(permissions)};
}

TEST(ActorOf, SeesAndManagesWhatItsPermissionsSay) {
    EXPECT_FALSE(deployer.sees_all || deployer.manages_all);
    EXPECT_TRUE(admin.sees_all && admin.manages_all);
    EXPECT_TRUE(auditor.sees_all);
    EXPECT_FALSE(auditor.manages_all);
}

TEST(IsPublicId, OnlyTheOneForm) {
    EXPECT_TRUE(is_public_id("01234567-89ab-cdef-0123-456789ABCDEF"));
    for (const std::string_view bad :
         {"", "7", "01234567-89ab-cdef-0123-456789abcde", "01234567-89ab-cdef-0123-456789abcdef0",
          "01234567+89ab-cdef-0123-456789abcdef", "g1234567-89ab-cdef-0123-456789abcdef",
          "{01234567-89ab-cdef-0123-456789abcdef}", "0123456789abcdef0123456789abcdef"}) {
        EXPECT_FALSE(is_public_id(bad)) << bad;
    }
}

TEST(PlanToken, ANameIsTrimmedAndNeeded) {
    TokenRequest request = wanting({"convox:app:list"});
    request.name = "  ci  ";
    EXPECT_EQ(plan_token(request, admin, now)->name, "ci");
    request.name = " ";
    EXPECT_EQ(plan_token(request, admin, now).error().detail, "token name is required");
    request.name = std::string(151, 'x');
    EXPECT_EQ(plan_token(request, admin, now).error().code, Errc::invalid_request);
    request.name = "a\nb";
    EXPECT_FALSE(plan_token(request, admin, now));
}

TEST(PlanToken, PermissionsComeFromTheListOrElseFromARole) {
    EXPECT_EQ(plan_token(wanting({"convox:app:list", "convox:app:list"}), admin, now)->permissions,
              (Texts{"convox:app:list"}));
    TokenRequest request = wanting({});
    EXPECT_EQ(plan_token(request, admin, now).error().detail,
              "permissions required: give permissions or a role");
    request.role = "cicd";
    EXPECT_EQ(plan_token(request, admin, now)->permissions, access::permission_texts(Role::cicd));
    request.role = "root";
    EXPECT_EQ(plan_token(request, admin, now).error().detail, "invalid role: root");
    request.permissions = {"convox:log:read"};
    EXPECT_EQ(plan_token(request, admin, now)->permissions, (Texts{"convox:log:read"}));
    EXPECT_EQ(plan_token(wanting({"convox:app:list", "convox:app:fly"}), admin, now).error().detail,
              "unknown permission: convox:app:fly");
    Texts many;
    for (int i = 0; i < 200; ++i) {
        many.push_back("convox:app:list");
    }
    EXPECT_TRUE(plan_token(wanting(many), admin, now)) << "each counts once";
    Texts all;
    for (const access::Permission permission : access::all_permissions()) {
        const std::string text(access::text(permission));
        all.push_back(text);
        all.push_back("*" + text.substr(text.find(':')));
    }
    EXPECT_EQ(plan_token(wanting(all), admin, now).error().detail,
              "too many permissions; use * for whole components");
}

TEST(PlanToken, NeverHoldsWhatItsCreatorLacks) {
    EXPECT_TRUE(plan_token(wanting({"convox:release:promote"}), deployer, now));
    for (const std::string beyond :
         {"convox:app:delete", "convox:*:*", "convox:app:*", "*:*:*", "gateway:api_token:manage",
          "gateway:user:create", "gateway:deploy_approval_request:approve"}) {
        const auto planned = plan_token(wanting({"convox:app:list", beyond}), deployer, now);
        ASSERT_FALSE(planned) << beyond;
        EXPECT_EQ(planned.error().code, Errc::rights_exceeded);
    }
    TokenRequest as_admin = wanting({});
    as_admin.role = "admin";
    EXPECT_EQ(plan_token(as_admin, deployer, now).error().code, Errc::rights_exceeded);
    EXPECT_TRUE(plan_token(as_admin, admin, now));

    // A token creates within its own list, whatever its owner may do.
    Principal token = person(2, Role::admin);
    token.api_token_id = ApiTokenId{9};
    token.permissions = access::compile(Texts{"gateway:api_token:*", "convox:app:list"}).value();
    EXPECT_TRUE(plan_token(wanting({"convox:app:list"}), actor_of(token), now));
    EXPECT_EQ(plan_token(wanting({"convox:app:read"}), actor_of(token), now).error().code,
              Errc::rights_exceeded);
}

TEST(PlanToken, EndsAfterNinetyDaysUnlessItSaysOrAManagerLetsItLive) {
    TokenRequest request = wanting({"convox:app:list"});
    EXPECT_EQ(plan_token(request, deployer, now)->expires_at, now + 90 * 24h);
    EXPECT_EQ(plan_token(request, admin, now)->expires_at, std::nullopt);
    request.expires_at = now + 366 * 24h;
    EXPECT_EQ(plan_token(request, deployer, now)->expires_at, request.expires_at);
    *request.expires_at += 1us;
    EXPECT_EQ(plan_token(request, deployer, now).error().detail,
              "expires_at is more than 366 days ahead");
    EXPECT_EQ(plan_token(request, admin, now)->expires_at, request.expires_at);
    request.expires_at = now;
    EXPECT_EQ(plan_token(request, admin, now).error().detail, "expires_at is in the past");
}

TEST(MaySee, OnesOwnOrEverybodys) {
    EXPECT_TRUE(may_see(token_of(1, {}), deployer));
    EXPECT_EQ(may_see(token_of(2, {}), deployer).error().code, Errc::permission_denied);
    EXPECT_TRUE(may_see(token_of(2, {}), auditor));
    EXPECT_TRUE(may_see(token_of(1, {}), admin));
}

TEST(ChangingATokenOfAnother, IsForThoseWhoManageEverybodys) {
    const std::vector<std::function<TokenRule(TokenActor)>> rules = {
        [](TokenActor actor) { return updating({.name = "x", .permissions = {}}, actor); },
        [](TokenActor actor) { return rotating({}, "hash", actor, now); },
        [](TokenActor actor) { return removing(actor); }};
    for (const auto& rule : rules) {
        EXPECT_TRUE(rule(deployer)(token_of(1, {})));
        EXPECT_EQ(rule(deployer)(token_of(2, {})).error().code, Errc::permission_denied);
        EXPECT_EQ(rule(auditor)(token_of(2, {})).error().code, Errc::permission_denied);
        EXPECT_TRUE(rule(admin)(token_of(1, {})));
    }
}

TEST(UpdatingAToken, AddsWithinTheChangersRightsAndTakesAwayAtWill) {
    const TokenProfile powerful = token_of(1, {"convox:*:*", "of:another:version"});
    const auto to = [](Texts permissions) {
        return updating({.name = {}, .permissions = std::move(permissions)}, deployer);
    };
    EXPECT_TRUE(to({})(powerful)->permissions->empty());
    EXPECT_TRUE(to({"convox:app:delete"})(powerful)) << "it held that already";
    EXPECT_TRUE(to({"convox:*:*", "gateway:deploy_approval_request:read"})(powerful));
    EXPECT_EQ(to({"convox:*:*", "gateway:user:create"})(powerful).error().code,
              Errc::rights_exceeded);
    EXPECT_EQ(to({"convox:app:delete"})(token_of(1, {"convox:app:list"})).error().code,
              Errc::rights_exceeded);
    EXPECT_EQ(to({"of:another:version"})(powerful).error().detail,
              "unknown permission: of:another:version");
    const auto renamed = updating({.name = " new ", .permissions = {}}, deployer)(powerful);
    EXPECT_EQ(renamed->name, "new");
    EXPECT_FALSE(renamed->permissions);
}

TEST(RotatingAToken, OverlapsForAnHourOrAsLongAsIsAskedUpToAWeek) {
    const TokenProfile token = token_of(1, {"convox:app:list"});
    const auto with = [](RotationRequest request) {
        return rotating(request, "hash", deployer, now);
    };
    EXPECT_EQ(with({})(token)->rotation->old_text_until, now + 1h);
    EXPECT_EQ(with({})(token)->rotation->hash, "hash");
    EXPECT_EQ(with({})(token)->expires_at, std::nullopt);
    EXPECT_EQ(with({.overlap = 7 * 24h})(token)->rotation->old_text_until, now + 7 * 24h);
    EXPECT_EQ(with({.overlap = 0min})(token)->rotation->old_text_until, std::nullopt);
    for (const auto bad : {-1min, std::chrono::minutes(7 * 24 * 60 + 1)}) {
        EXPECT_EQ(with({.overlap = bad})(token).error().code, Errc::invalid_request);
    }
    EXPECT_EQ(with({.expires_at = now + 24h})(token)->expires_at, now + 24h);
    EXPECT_FALSE(with({.expires_at = now + 367 * 24h})(token));
    EXPECT_FALSE(with({.expires_at = now})(token));
}

// Its owner could do through the new text what they cannot do themselves.
TEST(RotatingAToken, GivesOutNoTextOfMoreThanWhoRotatesHolds) {
    EXPECT_EQ(rotating({}, "hash", deployer, now)(token_of(1, {"convox:app:delete"})).error().code,
              Errc::rights_exceeded);
    EXPECT_TRUE(rotating({}, "hash", admin, now)(token_of(1, {"convox:app:delete"})));
}

}  // namespace
}  // namespace rgw::identity
