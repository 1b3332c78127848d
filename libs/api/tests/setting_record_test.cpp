#include "setting_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call.hpp"

namespace rgw::api {
namespace {

using access::EffectiveSetting;
using access::SettingSource;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(SettingRecord, SaysWhatWasInForceBeforeAndAfter) {
    const ChangeRecord record = setting_record(
        access::setting("session_timeout_minutes"), "",
        {.value = std::int64_t{5}, .source = SettingSource::built_in, .problem = {}},
        {.value = std::int64_t{9}, .source = SettingSource::database, .problem = {}});
    EXPECT_EQ(record.action_type, "gateway");
    EXPECT_EQ(record.action, "setting.update");
    EXPECT_EQ(record.resource_type, "setting");
    EXPECT_EQ(record.resource, "session_timeout_minutes");
    EXPECT_EQ(record.details, R"({"old":5,"new":9,"old_source":"default","new_source":"db"})");
}

TEST(SettingRecord, ANoLongerStoredValueOfAnAppIsADeletion) {
    const ChangeRecord record = setting_record(
        access::setting("secret_env_vars"), "shop",
        {.value = std::vector<std::string>{"A"}, .source = SettingSource::database, .problem = {}},
        {.value = {}, .source = SettingSource::built_in, .problem = {}});
    EXPECT_EQ(record.action, "setting.delete");
    EXPECT_EQ(record.resource, "shop/secret_env_vars");
    EXPECT_EQ(record.details,
              R"({"app":"shop","old":["A"],"new":null,"old_source":"db","new_source":"default"})");
}

TEST(SettingRecord, OfALongListItSaysWhatCameAndWent) {
    std::vector<std::string> before;
    std::map<std::string, std::string> patterns;
    for (int i = 0; i < 100; ++i) {
        before.push_back("rake task:" + std::to_string(i) + std::string(60, 'x'));
        patterns.emplace("service-" + std::to_string(i), std::string(80, 'y'));
    }
    std::vector<std::string> after = before;
    after.erase(after.begin());
    after.emplace_back("true");
    const auto effective = [](access::SettingValue value) {
        return EffectiveSetting{
            .value = std::move(value), .source = SettingSource::database, .problem = {}};
    };
    const ChangeRecord record = setting_record(access::setting("approved_deploy_commands"), "shop",
                                               effective(before), effective(after));
    EXPECT_LT(record.details.size(), 8000U);
    EXPECT_THAT(record.details,
                AllOf(HasSubstr("\"removed\":[\"rake task:0xxx"), HasSubstr("\"added\":[\"true\"]"),
                      Not(HasSubstr("\"old\""))));

    auto changed = patterns;
    changed["service-7"] = "z";
    EXPECT_THAT(setting_record(access::setting("service_image_patterns"), "shop",
                               effective(patterns), effective(changed))
                    .details,
                AllOf(HasSubstr("\"removed\":[\"service-7: yyy"),
                      HasSubstr("\"added\":[\"service-7: z\"]")));
}

}  // namespace
}  // namespace rgw::api
