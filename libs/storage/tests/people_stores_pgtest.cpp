#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "rgw/identity_testing/directory_contract.hpp"
#include "rgw/identity_testing/store_contract.hpp"
#include "store_fixture.hpp"

namespace rgw::identity_testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Pg, StoreContract, storage::StoreFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Pg, DirectoryContract, storage::StoreFixture);
}  // namespace rgw::identity_testing

namespace rgw::storage {
namespace {

using namespace std::chrono_literals;
using identity_testing::soon;

class PeopleStores : public testing::Test {
protected:
    PeopleStores() {
        fixture_.sql().execute(
            "insert into users (id, email, name, roles) overriding system value"
            " values (7, 'ada@example.com', 'Ada', '[\"admin\"]')");
    }

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(fixture_.loop(), std::move(task));
    }

    void insert_token(const std::string& hash, const std::string& more_columns = "",
                      const std::string& more_values = "") {
        fixture_.sql().execute("insert into api_tokens (token_hash, name, user_id, permissions" +
                               more_columns + ") values ('" + hash +
                               "', 'ci', 7, '[\"convox:app:list\"]'" + more_values + ")");
    }

    StoreFixture fixture_;
    const std::string current_ = std::string(64, 'a');
    const std::string previous_ = std::string(64, 'b');
};

TEST_F(PeopleStores, ALockedOrSuspendedOwnerIsSeen) {
    insert_token(current_);
    fixture_.sql().execute("update users set locked_at = now()");
    auto found = wait(fixture_.tokens().find_by_hash(current_, soon())).value();
    EXPECT_TRUE(found->owner_locked);
    EXPECT_FALSE(found->owner_suspended);
    fixture_.sql().execute("update users set locked_at = null, suspended = true");
    found = wait(fixture_.tokens().find_by_hash(current_, soon())).value();
    EXPECT_FALSE(found->owner_locked);
    EXPECT_TRUE(found->owner_suspended);
    EXPECT_TRUE(wait(fixture_.users().find_by_email("ada@example.com", soon())).value()->suspended);
}

TEST_F(PeopleStores, ARotatedTokenIsFoundByItsPreviousHashAndExpiresWithItsGrace) {
    insert_token(current_, ", expires_at, previous_token_hash, previous_token_expires_at",
                 ", '2031-01-01Z', '" + previous_ + "', '2030-01-01Z'");
    const auto by_current = wait(fixture_.tokens().find_by_hash(current_, soon())).value();
    EXPECT_EQ(by_current->expires_at, parse_rfc3339("2031-01-01").value());
    const auto by_previous = wait(fixture_.tokens().find_by_hash(previous_, soon())).value();
    ASSERT_TRUE(by_previous);
    EXPECT_EQ(by_previous->id, by_current->id);
    EXPECT_EQ(by_previous->expires_at, parse_rfc3339("2030-01-01").value());

    fixture_.sql().execute("update api_tokens set expires_at = null");
    EXPECT_EQ(wait(fixture_.tokens().find_by_hash(previous_, soon())).value()->expires_at,
              parse_rfc3339("2030-01-01").value());
    EXPECT_EQ(wait(fixture_.tokens().find_by_hash(current_, soon())).value()->expires_at,
              std::nullopt);
    fixture_.sql().execute("update api_tokens set expires_at = '2029-01-01Z'");
    EXPECT_EQ(wait(fixture_.tokens().find_by_hash(previous_, soon())).value()->expires_at,
              parse_rfc3339("2029-01-01").value());
}

TEST_F(PeopleStores, ALastUseNeverGoesBackInTime) {
    insert_token(current_);
    const ApiTokenId id = wait(fixture_.tokens().find_by_hash(current_, soon())).value()->id;
    const Timestamp later = parse_rfc3339("2026-11-22T12:00:00Z").value();
    ASSERT_TRUE(wait(fixture_.tokens().touch({id}, later, soon())));
    ASSERT_TRUE(wait(fixture_.tokens().touch({id}, later - 1min, soon())));
    EXPECT_EQ(fixture_.last_used(id), later);
}

TEST_F(PeopleStores, PermissionsThatAreNoListOfTextsAreAnErrorNotAnEmptyList) {
    insert_token(current_);
    fixture_.sql().execute("update api_tokens set permissions = '[1]'");
    const auto found = wait(fixture_.tokens().find_by_hash(current_, soon()));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::database_rejected);
}

TEST_F(PeopleStores, AnOddTextSurvivesTheWayInAndOut) {
    const std::string odd = "q\"b\\s\n\xC3\xA9';--";
    identity::NewToken token{.name = odd,
                             .hash = current_,
                             .owner = UserId{7},
                             .created_by = std::nullopt,
                             .permissions = {odd, "", "convox:*:*"},
                             .expires_at = std::nullopt};
    ASSERT_TRUE(wait(fixture_.token_directory().create(token, Timestamp(), soon())));
    const auto found = wait(fixture_.tokens().find_by_hash(current_, soon())).value();
    EXPECT_EQ(found->name, odd);
    EXPECT_EQ(found->permissions, token.permissions);
}

TEST_F(PeopleStores, AHashThatIsNoneIsRefusedByTheDatabase) {
    const auto created = wait(fixture_.token_directory().create({.name = "x",
                                                                 .hash = "short",
                                                                 .owner = UserId{7},
                                                                 .created_by = {},
                                                                 .permissions = {},
                                                                 .expires_at = {}},
                                                                Timestamp(), soon()));
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code, Errc::database_conflict);
    EXPECT_EQ(created.error().detail, "api_tokens_token_hash_sha256");
}

TEST(SeedIfEmpty, OfManyReplicasStartingTogetherExactlyOneSeeds) {
    StoreFixture fixture;
    std::vector<std::future<Result<std::int64_t>>> starting;
    for (int replica = 0; replica < 8; ++replica) {
        const std::string own = "replica" + std::to_string(replica) + "@example.com";
        starting.push_back(test::start(
            fixture.loop(), fixture.users().seed_if_empty(
                                {{.email = "a@example.com", .name = "A", .roles = {"admin"}},
                                 {.email = own, .name = "R", .roles = {"viewer"}}},
                                soon())));
    }
    std::multiset<std::int64_t> inserted;
    for (auto& replica : starting) {
        inserted.insert(replica.get().value());
    }
    EXPECT_EQ(inserted, (std::multiset<std::int64_t>{0, 0, 0, 0, 0, 0, 0, 2}));
    EXPECT_EQ(fixture.sql().value("select count(*) from users"), "2");
}

TEST(SeedIfEmpty, ABadUserLeavesTheTableEmpty) {
    StoreFixture fixture;
    const auto seeded = test::run(
        fixture.loop(),
        fixture.users().seed_if_empty({{.email = "a@example.com", .name = "A", .roles = {}},
                                       {.email = "B@example.com", .name = "B", .roles = {}}},
                                      soon()));
    ASSERT_FALSE(seeded);
    EXPECT_EQ(seeded.error().detail, "users_email_lower");
    EXPECT_EQ(fixture.sql().value("select count(*) from users"), "0");
}

}  // namespace
}  // namespace rgw::storage
