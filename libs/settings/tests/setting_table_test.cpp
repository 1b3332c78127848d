#include "rgw/settings/setting_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace rgw::settings {
namespace {

using testing::HasSubstr;

TEST(SettingTable, NamesEachVariableOnceAndDescribesIt) {
    std::set<std::string_view> names;
    for (const SettingInfo& info : setting_table()) {
        EXPECT_TRUE(names.insert(info.name).second) << info.name;
        EXPECT_TRUE(info.description.ends_with('.')) << info.name;
        EXPECT_FALSE(info.type.empty()) << info.name;
        EXPECT_EQ(info.description.find('|'), std::string_view::npos) << info.name;
        if (info.secret) {
            EXPECT_EQ(info.default_value, "") << info.name;
        }
    }
}

TEST(SettingTable, WhatHoldsAPasswordOrAKeyIsSecret) {
    std::set<std::string_view> secrets;
    for (const SettingInfo& info : setting_table()) {
        if (info.secret) {
            secrets.insert(info.name);
        }
    }
    const std::set<std::string_view> expected = {"RGW_DATABASE_URL",
                                                 "GATEWAY_DATABASE_URL",
                                                 "DATABASE_URL",
                                                 "ADMIN_DATABASE_URL",
                                                 "RACK_TOKEN",
                                                 "AUDIT_HMAC_SECRET",
                                                 "AUDIT_HMAC_SECRET_PREVIOUS",
                                                 "APP_SECRET_KEY",
                                                 "OIDC_CLIENT_SECRET",
                                                 "GOOGLE_CLIENT_SECRET",
                                                 "YUBICO_SECRET_KEY",
                                                 "AUDIT_SIGNING_KEY",
                                                 "AUDIT_SIGNING_KEY_PREVIOUS",
                                                 "AWS_SECRET_ACCESS_KEY",
                                                 "AWS_SESSION_TOKEN",
                                                 "AWS_CONTAINER_AUTHORIZATION_TOKEN"};
    EXPECT_EQ(secrets, expected);
}

// With RGW_UPDATE_DOCS=1 in the environment the file is written instead of compared.
TEST(SettingsMarkdown, IsWhatStandsInTheDocumentation) {
    if (std::getenv("RGW_UPDATE_DOCS") != nullptr) {
        std::ofstream(RGW_SETTINGS_DOC) << settings_markdown();
    }
    std::ostringstream text;
    text << std::ifstream(RGW_SETTINGS_DOC).rdbuf();
    EXPECT_EQ(text.str(), settings_markdown()) << "run RGW_UPDATE_DOCS=1 ./dev test unit";
}

TEST(SettingsMarkdown, HasARowForEverySettingThatCanBeChanged) {
    const std::string page = settings_markdown();
    EXPECT_THAT(page,
                HasSubstr("| `RGW_SETTING_SESSION_TIMEOUT_MINUTES` | a whole number from 1 to "
                          "43200 | `5` | `/settings/session-configuration` | "));
    EXPECT_THAT(page, HasSubstr("| `RGW_APP_<APP>_SETTING_VCS_REPO` | "));
}

TEST(SettingsMarkdown, HasARowForEveryVariable) {
    const std::string page = settings_markdown();
    for (const SettingInfo& info : setting_table()) {
        EXPECT_THAT(page, HasSubstr("| `" + std::string(info.name) + "` | "));
    }
    EXPECT_THAT(page, HasSubstr("| `DB_MAX_OPEN_CONNS` | number | `25` |  | "));
    EXPECT_THAT(page, HasSubstr("| `RACK_TOKEN` | text, secret |  | outside DEV_MODE | "));
}

}  // namespace
}  // namespace rgw::settings
