#include "rgw/storage/settings_store.hpp"

#include <gtest/gtest.h>

#include "store_fixture.hpp"

namespace rgw::storage {
namespace {

TEST(SettingsStore, LoadsTheGlobalRowsAsJsonText) {
    StoreFixture fixture;
    PgSettingsStore store(fixture.pool());
    const auto load = [&] {
        return test::run(fixture.loop(), store.load_global(deadline_in(std::chrono::seconds(10))));
    };
    EXPECT_TRUE(load().value().empty());
    fixture.sql().execute(
        "insert into settings (app_name, key, value) values"
        " (null, 'allow_destructive_actions', 'true'), (null, 'default_vcs_provider', "
        "'\"github\"'),"
        " ('web', 'allow_destructive_actions', 'false')");
    const access::StoredSettings expected = {{"allow_destructive_actions", "true"},
                                             {"default_vcs_provider", "\"github\""}};
    EXPECT_EQ(load().value(), expected);
    EXPECT_TRUE(access::resolve_policy(load().value(), {}).allow_destructive_actions);
}

}  // namespace
}  // namespace rgw::storage
