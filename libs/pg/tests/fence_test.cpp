#include "rgw/pg/fence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rgw::pg {
namespace {

using testing::HasSubstr;

constexpr std::int64_t ours = 7'301;
constexpr std::int64_t another = 7'302;

ServerState primary(std::int64_t system, std::int64_t timeline) {
    return {.version = 150'000, .system = system, .timeline = timeline};
}

const ServerState silent{.version = 150'000};  // a login that may not see what it is

TEST(Fence, AdmitsThePrimaryThatWasPromotedLastAndNoOther) {
    const ServerState standby{.version = 150'000, .standby = true, .system = ours};
    struct Case {
        std::string_view what;
        std::vector<ServerState> before;
        ServerState now;
        std::string says;  // "" when it is admitted
    };
    const Case cases[] = {
        {"the first", {}, primary(ours, 1), ""},
        {"again", {primary(ours, 1)}, primary(ours, 1), ""},
        {"promoted", {primary(ours, 1)}, primary(ours, 2), ""},
        {"promoted twice", {primary(ours, 1)}, primary(ours, 3), ""},
        {"came back", {primary(ours, 1), primary(ours, 2)}, primary(ours, 1), "old primary"},
        {"came back first", {primary(ours, 3)}, primary(ours, 2), "timeline 3"},
        {"a standby", {}, standby, "connected to a standby"},
        {"a standby later", {primary(ours, 1)}, standby, "connected to a standby"},
        {"another cluster", {primary(ours, 5)}, primary(another, 1), ""},
        {"back from another", {primary(ours, 5), primary(another, 1)}, primary(ours, 5), ""},
        {"says nothing", {primary(ours, 5)}, silent, ""},
        {"said nothing", {silent}, primary(ours, 1), ""},
        {"silence forgets nothing", {primary(ours, 2), silent}, primary(ours, 1), "old primary"},
        {"a refusal forgets nothing",
         {primary(ours, 2), primary(ours, 1)},
         primary(ours, 1),
         "old primary"},
    };
    for (const Case& c : cases) {
        Fence fence;
        for (const ServerState& earlier : c.before) {
            (void)fence.admit(earlier);
        }
        const Result<void> admitted = fence.admit(c.now);
        EXPECT_EQ(admitted.has_value(), c.says.empty()) << c.what;
        if (!admitted) {
            EXPECT_EQ(admitted.error().code, Errc::database_unavailable) << c.what;
            EXPECT_THAT(admitted.error().detail, HasSubstr(c.says)) << c.what;
        }
    }
}

TEST(Fence, SessionsThatWereAdmittedAreOvertakenByAPromotion) {
    Fence fence;
    EXPECT_FALSE(fence.overtaken(primary(ours, 1)));
    ASSERT_TRUE(fence.admit(primary(ours, 1)));
    EXPECT_FALSE(fence.overtaken(primary(ours, 1)));
    ASSERT_TRUE(fence.admit(primary(ours, 2)));
    EXPECT_TRUE(fence.overtaken(primary(ours, 1)));
    EXPECT_FALSE(fence.overtaken(primary(ours, 2)));
    EXPECT_FALSE(fence.overtaken(silent));
}

TEST(Version, From14On) {
    struct Case {
        int version;
        bool good;
    };
    for (const Case& c : {Case{90'624, false},
                          {130'000, false},
                          {130'023, false},
                          {139'999, false},
                          {140'000, true},
                          {150'018, true},
                          {180'004, true}}) {
        const Result<void> checked = check_version(c.version);
        EXPECT_EQ(checked.has_value(), c.good) << c.version;
        if (!checked) {
            EXPECT_EQ(checked.error().code, Errc::configuration_invalid);
            EXPECT_THAT(checked.error().detail, HasSubstr("14 or later"));
        }
    }
    EXPECT_EQ(check_version(130'023).error().detail,
              "the server is PostgreSQL 13: the gateway needs 14 or later");
}

}  // namespace
}  // namespace rgw::pg
