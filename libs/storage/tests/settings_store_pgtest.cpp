#include "rgw/storage/settings_store.hpp"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <vector>

#include "rgw/access/policy.hpp"
#include "rgw/access_testing/settings_store_contract.hpp"
#include "store_fixture.hpp"

namespace rgw::access_testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Pg, SettingsStoreContract, storage::StoreFixture);
}  // namespace rgw::access_testing

namespace rgw::storage {
namespace {

constexpr std::chrono::seconds patience{10};

class SettingsStoreTest : public testing::Test {
protected:
    Result<access::FormerRows> change(access::SettingsChange change) {
        return test::run(fixture_.loop(),
                         fixture_.settings().change(std::move(change), deadline_in(patience)));
    }
    access::StoredSettings load() {
        return test::run(fixture_.loop(), fixture_.settings().load(deadline_in(patience))).value();
    }

    StoreFixture fixture_;
};

TEST_F(SettingsStoreTest, LoadsTheRowsAsJsonText) {
    fixture_.sql().execute(
        "insert into settings (app_name, key, value) values"
        " (null, 'allow_destructive_actions', 'true'), (null, 'default_vcs_provider', "
        "'\"github\"'),"
        " ('web', 'allow_destructive_actions', 'false'),"
        " ('web', 'secret_env_vars', '[\"A\"]')");
    const access::StoredSettings expected = {
        .global = {{"allow_destructive_actions", "true"}, {"default_vcs_provider", "\"github\""}},
        .apps = {
            {"web", {{"allow_destructive_actions", "false"}, {"secret_env_vars", "[\"A\"]"}}}}};
    EXPECT_EQ(load(), expected);
    const access::PolicySettings policy = access::resolve_policy(load(), {});
    EXPECT_TRUE(policy.allow_destructive_actions);
    EXPECT_TRUE(policy.env.of_app("web").secret_names.has("A"));
}

TEST_F(SettingsStoreTest, OneBadRowOfThreeAndNothingIsWritten) {
    ASSERT_TRUE(change({.rows = {{"a", "1"}}}));
    const access::StoredSettings before = load();
    EXPECT_FALSE(change({.rows = {{"a", "2"}, {"b", "no json"}, {"c", "3"}}}));
    EXPECT_FALSE(change({.rows = {{"a", std::nullopt}, {"b", "2"}}, .by = UserId{4711}}))
        << "by nobody there is";
    EXPECT_EQ(load(), before);
}

// Each change of many at once says what it really replaced: together they tell one story.
TEST_F(SettingsStoreTest, ChangesAtTheSameTimeHappenOneAfterTheOther) {
    constexpr int changes = 12;
    std::vector<std::future<Result<access::FormerRows>>> running;
    for (int i = 1; i <= changes; ++i) {
        access::SettingsChange change;
        change.rows.emplace("a", std::to_string(i));
        running.push_back(test::start(
            fixture_.loop(), fixture_.settings().change(std::move(change), deadline_in(patience))));
    }
    std::set<std::string> seen;
    for (auto& each : running) {
        const access::FormerRows former = each.get().value();
        seen.insert(former.at("a").value_or("nothing"));
    }
    seen.insert(load().global.at("a"));
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(changes) + 1) << "each value stood there once";
}

TEST_F(SettingsStoreTest, KeepsWhoWroteARowLastAndTellsEverybodyOnlyOfChanges) {
    fixture_.sql().execute(
        "insert into users (email, name, roles) values ('a@example.com', 'A', '[\"admin\"]')");
    const UserId user{std::stoll(fixture_.sql().value("select id from users"))};
    const auto written_by = [&] {
        return fixture_.sql().value(
            "select coalesce(updated_by_user_id::text, 'nobody') || ' ' ||"
            " (updated_at > created_at) from settings");
    };
    ASSERT_TRUE(change({.rows = {{"a", "1"}}}));
    EXPECT_EQ(written_by(), "nobody false");
    ASSERT_TRUE(change({.rows = {{"a", "1"}}, .by = user}));
    EXPECT_EQ(written_by(), "nobody false") << "no change, no write";
    ASSERT_TRUE(change({.rows = {{"a", "2"}}, .by = user}));
    EXPECT_EQ(written_by(), std::to_string(user.value) + " true");
}

}  // namespace
}  // namespace rgw::storage
