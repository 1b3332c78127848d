#include "rgw/access/env_lists.hpp"

#include <gtest/gtest.h>

namespace rgw::access {
namespace {

const std::vector<std::string> everywhere = {"DSN"};

EnvPolicy of_apps(std::map<std::string, StoredRows, std::less<>> apps) {
    return {{.global = {}, .apps = std::move(apps)}, {}, everywhere};
}

EnvPolicy of_shop(StoredRows rows) {
    return of_apps({{"shop", std::move(rows)}});
}

TEST(EnvLists, NamesCompareWithoutCase) {
    EnvNames names;
    EXPECT_FALSE(names.has("A"));
    names.add("Db_Host");
    EXPECT_TRUE(names.has("DB_HOST"));
    EXPECT_TRUE(names.has("db_host"));
    EXPECT_FALSE(names.has("DB_HOSTS"));
    EXPECT_FALSE(names.has(""));
    EXPECT_TRUE(EnvNames::every().has("whatever"));
}

TEST(EnvLists, NamesOfEverySizeAreFound) {
    for (std::size_t size = 1; size < 200; ++size) {
        EnvNames names;
        names.add(std::string(size, 'a'));
        EXPECT_TRUE(names.has(std::string(size, 'A')));
        EXPECT_FALSE(names.has(std::string(size, 'B')));
        EXPECT_FALSE(names.has(std::string(size + 64, 'A')));
    }
}

TEST(EnvLists, EachAppHasItsOwnAndTheOnesOfTheEnvironment) {
    const EnvPolicy policy = of_shop({{"secret_env_vars", R"(["LICENCE", " pin "])"},
                                      {"protected_env_vars", R"(["REGION"])"},
                                      {"approved_deploy_commands", R"(["REGION2"])"}});
    const EnvLists& shop = policy.of_app("shop");
    for (const char* secret : {"licence", "PIN", "DSN"}) {
        EXPECT_TRUE(shop.secret_names.has(secret)) << secret;
    }
    EXPECT_FALSE(shop.secret_names.has("REGION"));
    EXPECT_TRUE(shop.protected_names.has("REGION"));
    EXPECT_FALSE(shop.protected_names.has("DSN"));
    const EnvLists& other = policy.of_app("docs");
    EXPECT_TRUE(other.secret_names.has("DSN"));
    EXPECT_FALSE(other.secret_names.has("LICENCE"));
    EXPECT_FALSE(other.protected_names.has("REGION"));
}

TEST(EnvLists, AnAppIsFoundWhateverItsNamesCase) {
    const EnvPolicy policy = of_apps(
        {{"Shop", {{"secret_env_vars", R"(["A"])"}}}, {"shop", {{"secret_env_vars", R"(["B"])"}}}});
    for (const char* app : {"shop", "SHOP", "Shop"}) {
        EXPECT_TRUE(policy.of_app(app).secret_names.has("A")) << app;
        EXPECT_TRUE(policy.of_app(app).secret_names.has("B")) << app;
    }
}

TEST(EnvLists, ARowThatIsNoListMakesEverythingOfItsAppSecretAndProtected) {
    for (const std::string value :
         {"\"A\"", "1", "true", "{}", "[1]", "[\"A\",null]", "[[\"A\"]]", "", "[\"A\"", "A,B"}) {
        for (const char* key : {"secret_env_vars", "protected_env_vars"}) {
            const EnvPolicy policy = of_shop({{key, value}});
            EXPECT_TRUE(policy.of_app("shop").secret_names.has("LOG_LEVEL")) << value;
            EXPECT_TRUE(policy.of_app("shop").protected_names.has("LOG_LEVEL")) << value;
            EXPECT_FALSE(policy.of_app("docs").secret_names.has("LOG_LEVEL"));
        }
    }
}

TEST(EnvLists, AReadableRowDoesNotLoosenAnUnreadableOne) {
    const EnvPolicy policy =
        of_shop({{"secret_env_vars", R"(["A"])"}, {"protected_env_vars", "7"}});
    EXPECT_TRUE(policy.of_app("shop").secret_names.has("B"));
    const EnvPolicy turned =
        of_shop({{"secret_env_vars", "7"}, {"protected_env_vars", R"(["A"])"}});
    EXPECT_TRUE(turned.of_app("shop").protected_names.has("B"));
    const EnvPolicy two_cases = of_apps({{"SHOP", {{"secret_env_vars", "7"}}}, {"shop", {}}});
    EXPECT_TRUE(two_cases.of_app("shop").secret_names.has("B"));
}

TEST(EnvLists, NullIsUnset) {
    const EnvPolicy policy = of_shop({{"secret_env_vars", "null"}, {"protected_env_vars", "null"}});
    EXPECT_FALSE(policy.of_app("shop").secret_names.has("LOG_LEVEL"));
    EXPECT_FALSE(policy.of_app("shop").protected_names.has("LOG_LEVEL"));
}

TEST(EnvLists, TheEnvironmentSpeaksForAnAppWhoseListIsNotStored) {
    std::vector<std::string> problems;
    const auto environment =
        EnvironmentSettings::read({{"RGW_APP_MY_APP_SETTING_SECRET_ENV_VARS", "PIN"},
                                   {"RGW_APP_MY_APP_SETTING_PROTECTED_ENV_VARS", "REGION"}},
                                  problems);
    ASSERT_TRUE(problems.empty());
    const EnvPolicy unstored({}, environment, everywhere);
    EXPECT_TRUE(unstored.of_app("my-app").secret_names.has("PIN"));
    EXPECT_TRUE(unstored.of_app("my-app").secret_names.has("DSN"));
    EXPECT_TRUE(unstored.of_app("my-app").protected_names.has("REGION"));
    EXPECT_FALSE(unstored.of_app("my-app").secret_names.has("REGION"));
    EXPECT_FALSE(unstored.of_app("other").secret_names.has("PIN"));
    const EnvPolicy stored({.apps = {{"my-app", {{"secret_env_vars", R"(["LICENCE"])"}}}}},
                           environment, everywhere);
    EXPECT_TRUE(stored.of_app("my-app").secret_names.has("LICENCE"));
    EXPECT_FALSE(stored.of_app("my-app").secret_names.has("PIN"));
    EXPECT_TRUE(stored.of_app("my-app").protected_names.has("REGION"));
}

}  // namespace
}  // namespace rgw::access
