#include "rgw/identity/api_tokens.hpp"

#include <gtest/gtest.h>

#include "rgw/access/role.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity_testing/memory_directories.hpp"
#include "support/run.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;

Deadline soon() {
    return deadline_in(10s);
}

class ApiTokensTest : public testing::Test {
protected:
    ApiTokensTest() {
        loop_.start();
        users_.users = {{.id = UserId{1}, .email = "dev@example.com", .name = "Dev"},
                        {.id = UserId{2}, .email = "ada@example.com", .name = "Ada"}};
    }

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(loop_, std::move(task));
    }

    static TokenActor actor(std::int64_t id, access::Role role) {
        return actor_of({.user_id = UserId{id}, .permissions = access::permissions(role)});
    }
    Result<IssuedToken> create(const TokenActor& by, const std::string& name,
                               std::optional<std::string> owner = std::nullopt) {
        return wait(service_.create(
            by, {.name = name, .permissions = {"convox:app:list"}, .role = {}, .expires_at = {}},
            std::move(owner), soon()));
    }

    async::Loop loop_{"test"};
    FakeClock clock_{Timestamp(1'000'000s)};
    identity_testing::MemoryUserStore users_;
    identity_testing::MemoryTokenStore tokens_{users_};
    identity_testing::MemoryTokenDirectory directory_{tokens_, users_};
    ApiTokens service_{directory_, users_, clock_};
    const TokenActor dev_ = actor(1, access::Role::deployer);
    const TokenActor ada_ = actor(2, access::Role::admin);
};

TEST_F(ApiTokensTest, TheTextIsGivenOnceAndStoredAsItsHash) {
    const auto made = create(dev_, "ci");
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->text.expose().starts_with("rgw_"));
    EXPECT_TRUE(tokens_.tokens.contains(token_hash(made->text.expose())));
    EXPECT_EQ(made->token.owner.email, "dev@example.com");
    EXPECT_EQ(made->token.created_by->email, "dev@example.com");
    EXPECT_EQ(made->token.created_at, clock_.now());
    EXPECT_EQ(made->token.expires_at, clock_.now() + default_token_life);
}

TEST_F(ApiTokensTest, OnlyWhoManagesEverybodysCreatesForAnother) {
    EXPECT_TRUE(create(dev_, "own", "DEV@example.com"));
    EXPECT_EQ(create(dev_, "for ada", "ada@example.com").error().code, Errc::permission_denied);
    EXPECT_EQ(create(dev_, "for nobody", "no@example.com").error().code, Errc::permission_denied)
        << "nor learns who is a user";
    const auto made = create(ada_, "for dev", "dev@example.com");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->token.owner.email, "dev@example.com");
    EXPECT_EQ(made->token.created_by->email, "ada@example.com");
    EXPECT_EQ(create(ada_, "x", "no@example.com").error().code, Errc::invalid_request);
    EXPECT_EQ(create(ada_, "x", "no address").error().code, Errc::invalid_request);
}

TEST_F(ApiTokensTest, ATakenNameIsAFaultOfTheRequest) {
    ASSERT_TRUE(create(dev_, "ci"));
    const auto again = create(ada_, "ci");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::invalid_request);
    EXPECT_EQ(again.error().detail, "token name already exists");
    const auto other = create(ada_, "other");
    const auto renamed = wait(
        service_.update(ada_, other->token.public_id, {.name = "ci", .permissions = {}}, soon()));
    EXPECT_EQ(renamed.error().code, Errc::invalid_request);
}

TEST_F(ApiTokensTest, ListsAndLoadsOnesOwnOrEverybodys) {
    const auto own = create(dev_, "own");
    const auto other = create(ada_, "other");
    EXPECT_EQ(wait(service_.list(dev_, soon()))->size(), 1U);
    EXPECT_EQ(wait(service_.list(ada_, soon()))->size(), 2U);
    EXPECT_EQ(wait(service_.list(actor(3, access::Role::auditor), soon()))->size(), 2U);
    EXPECT_TRUE(wait(service_.load(dev_, own->token.public_id, soon())));
    EXPECT_EQ(wait(service_.load(dev_, other->token.public_id, soon())).error().code,
              Errc::permission_denied);
    EXPECT_EQ(wait(service_.load(dev_, "7", soon())).error().detail, "token not found");
}

TEST_F(ApiTokensTest, ARotationGivesANewTextAndLeavesTheOldOneItsTime) {
    const auto made = create(dev_, "ci");
    const auto rotated =
        wait(service_.rotate(dev_, made->token.public_id, {.overlap = 5min}, soon()));
    ASSERT_TRUE(rotated);
    EXPECT_NE(rotated->text.expose(), made->text.expose());
    EXPECT_EQ(rotated->token.id, made->token.id);
    EXPECT_EQ(tokens_.tokens.at(token_hash(made->text.expose())).expires_at, clock_.now() + 5min);
    EXPECT_TRUE(tokens_.tokens.contains(token_hash(rotated->text.expose())));
}

TEST_F(ApiTokensTest, ARemovedTokenIsGone) {
    const auto made = create(dev_, "ci");
    ASSERT_TRUE(wait(service_.remove(dev_, made->token.public_id, soon())));
    EXPECT_TRUE(tokens_.tokens.empty());
    EXPECT_EQ(wait(service_.remove(dev_, made->token.public_id, soon())).error().code,
              Errc::not_found);
}

}  // namespace
}  // namespace rgw::identity
