#include "rgw/storage/settings_store.hpp"

#include <gtest/gtest.h>

#include "store_fixture.hpp"

namespace rgw::storage {
namespace {

TEST(SettingsStore, LoadsTheRowsAsJsonText) {
    StoreFixture fixture;
    PgSettingsStore store(fixture.pool());
    const auto load = [&] {
        return test::run(fixture.loop(), store.load(deadline_in(std::chrono::seconds(10))));
    };
    EXPECT_EQ(load().value(), access::StoredSettings());
    fixture.sql().execute(
        "insert into settings (app_name, key, value) values"
        " (null, 'allow_destructive_actions', 'true'), (null, 'default_vcs_provider', "
        "'\"github\"'),"
        " ('web', 'allow_destructive_actions', 'false'),"
        " ('web', 'secret_env_vars', '[\"A\"]')");
    const access::StoredSettings expected = {
        .global = {{"allow_destructive_actions", "true"}, {"default_vcs_provider", "\"github\""}},
        .apps = {
            {"web", {{"allow_destructive_actions", "false"}, {"secret_env_vars", "[\"A\"]"}}}}};
    EXPECT_EQ(load().value(), expected);
    const access::PolicySettings policy = access::resolve_policy(load().value(), {});
    EXPECT_TRUE(policy.allow_destructive_actions);
    EXPECT_TRUE(policy.env.of_app("web").secret_names.has("A"));
}

}  // namespace
}  // namespace rgw::storage
