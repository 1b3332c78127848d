#include "rgw/access/decision.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rgw/access/role.hpp"

namespace rgw::access {
namespace {

TEST(Decide, AllowsExactlyWhatIsHeld) {
    for (const RoleInfo& role : all_roles()) {
        for (const Permission needed : all_permissions()) {
            EXPECT_EQ(decide(permissions(role.role), needed).has_value(),
                      permissions(role.role).has(needed))
                << role.name << " " << text(needed);
        }
    }
}

struct Case {
    Permission needed;
    std::string_view searched_for;  // what existing clients look for (spec http-api §23)
};

TEST(Decide, ARefusalSaysWhatItIsAboutAndNamesThePermission) {
    using enum Permission;
    for (const Case& c : {
             Case{convox_secret_read, "You don't have permission to view secrets."},
             Case{convox_secret_set, "modify secrets"},
             Case{convox_env_read, "You don't have permission to view environment variables."},
             Case{convox_process_start, "You don't have permission to run processes"},
             Case{convox_process_exec, "You don't have permission to run processes"},
             Case{convox_process_terminate, "stop processes"},
             Case{convox_process_stop, "stop processes"},
             Case{convox_release_create, "create releases"},
             Case{convox_release_promote, "You don't have permission to promote releases"},
             Case{convox_app_delete, "permission denied"},
         }) {
        const Result<void> decision = decide(PermissionSet(), c.needed);
        ASSERT_FALSE(decision);
        EXPECT_EQ(decision.error().code, Errc::permission_denied);
        const std::string sentence = public_message(decision.error());
        EXPECT_THAT(sentence, testing::HasSubstr(std::string(c.searched_for)));
        EXPECT_THAT(sentence, testing::EndsWith("Needed: " + std::string(text(c.needed))));
    }
}

}  // namespace
}  // namespace rgw::access
