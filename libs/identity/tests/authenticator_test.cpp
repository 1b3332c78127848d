#include "rgw/identity/authenticator.hpp"

#include <gtest/gtest.h>

#include "rgw/identity/credential.hpp"
#include "rgw/identity_testing/memory_stores.hpp"
#include "support/run.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;

Deadline soon() {
    return deadline_in(std::chrono::seconds(10));
}

class AuthenticatorTest : public testing::Test {
protected:
    AuthenticatorTest() {
        loop_.start();
        users_.users.push_back(
            {.id = UserId{1}, .email = "ada@example.com", .name = "Ada", .roles = {"admin"}});
        authenticator_.set_listening(true);
    }

    std::string make_token(std::vector<std::string> permissions,
                           std::optional<Timestamp> expires_at = std::nullopt) {
        const NewTokenText made = create_token();
        const auto created = test::run(
            loop_, tokens_.create({.name = "token " + std::to_string(tokens_.tokens.size()),
                                   .hash = made.hash,
                                   .owner = UserId{1},
                                   .created_by = std::nullopt,
                                   .permissions = std::move(permissions),
                                   .expires_at = expires_at},
                                  soon()));
        EXPECT_TRUE(created);
        return std::string(made.text.expose());
    }

    boost::system::result<PrincipalPtr, Refusal> authenticate(const std::string& token) {
        return test::run(loop_, authenticator_.authenticate(token, Activity::person, soon()));
    }

    Errc refusal(const std::string& token) { return authenticate(token).error().error.code; }

    async::Loop loop_{"test"};
    FakeClock clock_{Timestamp(1'000'000s)};
    identity_testing::MemoryUserStore users_;
    identity_testing::MemoryTokenStore tokens_{users_};
    identity_testing::MemorySessionStore sessions_{users_};
    Authenticator authenticator_{tokens_, sessions_, clock_};
};

TEST_F(AuthenticatorTest, ATokenHasItsOwnPermissionsNotItsOwnersRoles) {
    const std::string token = make_token({"convox:app:list"});
    const auto answer = authenticate(token);
    ASSERT_TRUE(answer);
    const Principal& principal = **answer;
    EXPECT_EQ(principal.user_id, UserId{1});
    EXPECT_EQ(principal.email, "ada@example.com");
    EXPECT_EQ(principal.name, "Ada");
    EXPECT_EQ(principal.api_token_id, ApiTokenId{1});
    EXPECT_EQ(principal.api_token_name, "token 0");
    access::PermissionSet expected;
    expected.add(access::Permission::convox_app_list);
    EXPECT_EQ(principal.permissions, expected);
}

TEST_F(AuthenticatorTest, AStoredPermissionThatDoesNotExistGrantsNothing) {
    const auto answer = authenticate(make_token({"convox:made:up", "*", "convox:log:read"}));
    ASSERT_TRUE(answer);
    access::PermissionSet expected;
    expected.add(access::Permission::convox_log_read);
    EXPECT_EQ((*answer)->permissions, expected);
}

TEST_F(AuthenticatorTest, UnknownAndForeignTokensAreRefusedWithoutAPrincipal) {
    for (const std::string& token : {std::string("rgw_unknown"), std::string("rgw_"),
                                     std::string("a-session"), std::string("")}) {
        const auto answer = authenticate(token);
        ASSERT_FALSE(answer) << token;
        EXPECT_EQ(answer.error().error.code, Errc::token_unknown);
        EXPECT_EQ(answer.error().known, nullptr);
    }
}

TEST_F(AuthenticatorTest, ARefusedCallerIsKnownByName) {
    const std::string token = make_token({"convox:app:list"});
    users_.users[0].suspended = true;
    const auto answer = authenticate(token);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, Errc::owner_suspended);
    ASSERT_TRUE(answer.error().known);
    EXPECT_EQ(answer.error().known->email, "ada@example.com");
    EXPECT_EQ(answer.error().known->api_token_id, ApiTokenId{1});
}

TEST_F(AuthenticatorTest, ASecondCallAsksNoStore) {
    const std::string token = make_token({"convox:app:list"});
    const auto first = authenticate(token);
    const auto second = authenticate(token);
    EXPECT_EQ(tokens_.lookups, 1);
    EXPECT_EQ(first.value(), second.value());
}

TEST_F(AuthenticatorTest, RefusalsAreNotCachedSoANewTokenWorksAtOnce) {
    EXPECT_EQ(refusal("rgw_later"), Errc::token_unknown);
    tokens_.tokens[token_hash("rgw_later")] = {
        .id = ApiTokenId{9}, .name = "later", .owner_id = UserId{1}};
    EXPECT_TRUE(authenticate("rgw_later"));
}

TEST_F(AuthenticatorTest, ACachedTokenExpiresOnTime) {
    const std::string token = make_token({"convox:app:list"}, clock_.now() + 60s);
    ASSERT_TRUE(authenticate(token));
    clock_.advance(60s - 1us);
    ASSERT_TRUE(authenticate(token));
    clock_.advance(1us);
    const auto answer = authenticate(token);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, Errc::token_expired);
    EXPECT_EQ(answer.error().known->api_token_id, ApiTokenId{1});
    EXPECT_EQ(tokens_.lookups, 1);
    authenticator_.invalidate_all();
    EXPECT_EQ(refusal(token), Errc::token_expired);
}

// Spec proxy-rbac §7, 8 and 11: locks and demotions had no effect on tokens or until restart.
TEST_F(AuthenticatorTest, ALockActsAfterTheInvalidationOfThatUser) {
    const std::string token = make_token({"convox:app:list"});
    ASSERT_TRUE(authenticate(token));
    users_.users[0].locked = true;
    authenticator_.invalidate_user(UserId{2});
    EXPECT_TRUE(authenticate(token));
    EXPECT_EQ(tokens_.lookups, 1);
    authenticator_.invalidate_user(UserId{1});
    EXPECT_EQ(refusal(token), Errc::owner_locked);
    EXPECT_EQ(refusal(token), Errc::owner_locked);
}

TEST_F(AuthenticatorTest, ARevokedTokenEndsAfterItsInvalidation) {
    const std::string token = make_token({"convox:app:list"});
    ASSERT_TRUE(authenticate(token));
    tokens_.tokens.clear();
    authenticator_.invalidate_token(ApiTokenId{2});
    EXPECT_TRUE(authenticate(token));
    authenticator_.invalidate_token(ApiTokenId{1});
    EXPECT_EQ(refusal(token), Errc::token_unknown);
}

TEST_F(AuthenticatorTest, WhileNobodyListensTheCacheIsNotTrusted) {
    const std::string token = make_token({"convox:app:list"});
    ASSERT_TRUE(authenticate(token));
    authenticator_.set_listening(false);
    ASSERT_TRUE(authenticate(token));
    ASSERT_TRUE(authenticate(token));
    EXPECT_EQ(tokens_.lookups, 3);
    authenticator_.set_listening(true);
    ASSERT_TRUE(authenticate(token));
    ASSERT_TRUE(authenticate(token));
    EXPECT_EQ(tokens_.lookups, 4);
}

TEST_F(AuthenticatorTest, UsedTokensAreReportedOnceEach) {
    const std::string one = make_token({"convox:app:list"});
    const std::string two = make_token({"convox:app:list"});
    (void)make_token({"convox:app:list"});
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(authenticate(one));
        ASSERT_TRUE(authenticate(two));
    }
    auto used = authenticator_.take_used().tokens;
    std::ranges::sort(used);
    EXPECT_EQ(used, (std::vector{ApiTokenId{1}, ApiTokenId{2}}));
    EXPECT_TRUE(authenticator_.take_used().tokens.empty());
    ASSERT_TRUE(authenticate(one));
    EXPECT_EQ(authenticator_.take_used().tokens, std::vector{ApiTokenId{1}});
}

TEST_F(AuthenticatorTest, TheCacheIsBounded) {
    for (int i = 0; i < 10'100; ++i) {
        const std::string token = "rgw_" + std::to_string(i);
        tokens_.tokens[token_hash(token)] = {
            .id = ApiTokenId{i}, .name = token, .owner_id = UserId{1}};
    }
    async::Loop& loop = loop_;
    const auto all = [](Authenticator& authenticator) -> async::Task<int> {
        int authenticated = 0;
        for (int i = 0; i < 10'100; ++i) {
            const auto answer = co_await authenticator.authenticate("rgw_" + std::to_string(i),
                                                                    Activity::person, soon());
            authenticated += answer ? 1 : 0;
        }
        co_return authenticated;
    };
    EXPECT_EQ(test::run(loop, all(authenticator_)), 10'100);
    EXPECT_EQ(tokens_.lookups, 10'100);
    EXPECT_EQ(test::run(loop, all(authenticator_)), 10'100);
    EXPECT_GE(tokens_.lookups, 10'200);
}

}  // namespace
}  // namespace rgw::identity
