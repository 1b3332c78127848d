#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "rgw/access/setting.hpp"

namespace rgw::access {
namespace {

TEST(SettingTable, NamesEachKeyOnceAndItsDefaultIsValid) {
    std::set<std::string_view> keys;
    for (const SettingInfo& setting : all_settings()) {
        EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
        EXPECT_TRUE(setting.description.ends_with('.')) << setting.key;
        EXPECT_FALSE(wanted(setting).empty()) << setting.key;
        EXPECT_EQ(to_json(default_value(setting)), setting.default_json) << setting.key;
        EXPECT_EQ(find_setting(setting.key), &setting);
    }
    EXPECT_EQ(find_setting("rack_tls_cert"), nullptr);
    EXPECT_THROW((void)setting("no_such_key"), std::logic_error);
}

TEST(SettingTable, NumbersHaveARangeThatHoldsTheDefault) {
    for (const SettingInfo& setting : all_settings()) {
        if (setting.kind == SettingKind::integer) {
            EXPECT_GE(setting.least, 1) << setting.key;
            EXPECT_LT(setting.least, setting.most) << setting.key;
            EXPECT_TRUE(setting.key.ends_with("_minutes") || setting.key.ends_with("_days"))
                << setting.key << " says no unit";
        }
    }
}

TEST(SettingTable, WhatStandsInIsAGlobalSettingOfTheSameKind) {
    for (const SettingInfo& each : all_settings()) {
        if (!each.fallback.empty()) {
            EXPECT_TRUE(each.nullable()) << each.key;
            EXPECT_EQ(scope(each), SettingScope::app) << each.key;
            EXPECT_EQ(scope(setting(each.fallback)), SettingScope::global) << each.key;
            EXPECT_EQ(setting(each.fallback).kind, each.kind) << each.key;
        }
    }
}

// The levels of spec proxy-rbac §3.4 and §5.
TEST(SettingTable, GroupsAskForTheirOwnPermission) {
    const std::map<std::string_view, MfaLevel> levels = {
        {"mfa-configuration", MfaLevel::always},
        {"allow-destructive-actions", MfaLevel::always},
        {"vcs-and-ci-defaults", MfaLevel::step_up},
        {"deploy-approvals", MfaLevel::always},
        {"session-configuration", MfaLevel::step_up},
        {"vcs-ci-deploy", MfaLevel::always},
        {"protected-env-vars", MfaLevel::step_up},
        {"secret-env-vars", MfaLevel::step_up},
        {"approved-deploy-commands", MfaLevel::step_up},
        {"service-image-patterns", MfaLevel::step_up},
    };
    ASSERT_EQ(all_setting_groups().size(), levels.size());
    for (const SettingGroupInfo& group : all_setting_groups()) {
        EXPECT_EQ(&info(group.group), &group);
        EXPECT_EQ(mfa_level(group.permission), levels.at(group.path)) << group.path;
        std::size_t keys = 0;
        for (const SettingInfo& setting : all_settings()) {
            keys += setting.group == group.group ? 1 : 0;
        }
        EXPECT_GE(keys, 1U) << group.path;
        if (group.body == SettingBody::bare_value) {
            EXPECT_EQ(keys, 1U) << group.path;
        }
    }
}

}  // namespace
}  // namespace rgw::access
