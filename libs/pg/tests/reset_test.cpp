#include "rgw/pg/reset.hpp"

#include <gtest/gtest.h>

namespace rgw::pg {
namespace {

TEST(ResetGuards, RefuseUnlessConfirmedAndTheDatabaseIsForDevelopmentOrTheCheckDisabled) {
    struct Case {
        ResetGuards guards;
        EnvironmentMarker marker;
        std::string_view missing;  // what the refusal names; empty: the reset may go on
    };
    const std::string yes = "DELETE_ALL_DATA";
    const std::string_view confirm = "RESET_RACK_GATEWAY_DATABASE=DELETE_ALL_DATA";
    const std::string_view dev = "DEV_MODE=true";
    const std::string_view check = "DISABLE_DATABASE_ENVIRONMENT_CHECK=1";
    const Case cases[] = {
        {{"", "true", "1"}, "development", confirm},
        {{"yes", "true", "1"}, "development", confirm},
        {{"delete_all_data", "true", "1"}, "development", confirm},
        {{"DELETE_ALL_DATA ", "true", "1"}, "development", confirm},
        {{yes, "", ""}, "development", ""},
        {{yes, "false", "0"}, "development", ""},
        {{yes, "", ""}, std::nullopt, dev},
        {{yes, "false", ""}, std::nullopt, dev},
        {{yes, "", "0"}, std::nullopt, check},
        {{yes, "true", ""}, std::nullopt, ""},
        {{yes, "", "1"}, std::nullopt, ""},
        {{yes, "true", ""}, "production", check},
        {{yes, "", "0"}, "production", check},
        {{yes, "", "no"}, "production", check},
        {{yes, "", "yes"}, "production", check},
        {{yes, "", "1"}, "production", ""},
        {{yes, "", "true"}, "production", ""},
        {{yes, "", "TRUE"}, "production", ""},
        {{yes, "true", ""}, "staging", check},
        {{yes, "", "1"}, "staging", ""},
        {{yes, "true", ""}, "Development", check},
    };
    for (const Case& c : cases) {
        const Result<void> allowed = check_reset(c.guards, c.marker);
        const std::string what = c.guards.confirmation + "/" + c.guards.dev_mode + "/" +
                                 c.guards.disable_environment_check + "/" +
                                 c.marker.value_or("(none)");
        EXPECT_EQ(allowed.has_value(), c.missing.empty()) << what;
        if (!allowed) {
            EXPECT_EQ(allowed.error().code, Errc::configuration_invalid);
            EXPECT_NE(allowed.error().detail.find(c.missing), std::string::npos)
                << what << ": " << allowed.error().detail;
        }
    }
}

TEST(ResetGuards, AreReadFromTheVariablesOfTheSeedPage) {
    const ResetGuards guards = ResetGuards::from([](std::string_view name) {
        return std::optional<std::string>("value of " + std::string(name));
    });
    EXPECT_EQ(guards.confirmation, "value of RESET_RACK_GATEWAY_DATABASE");
    EXPECT_EQ(guards.dev_mode, "value of DEV_MODE");
    EXPECT_EQ(guards.disable_environment_check, "value of DISABLE_DATABASE_ENVIRONMENT_CHECK");
}

}  // namespace
}  // namespace rgw::pg
