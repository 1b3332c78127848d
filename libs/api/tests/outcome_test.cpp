#include <gtest/gtest.h>

#include "audit_entry.hpp"

namespace rgw::api {
namespace {

TEST(OutcomeOfRefusal, SaysWhetherAnythingMayHaveChanged) {
    const struct {
        Errc code;
        const char* status;
    } cases[] = {
        {Errc::permission_denied, "denied"},
        {Errc::own_account, "denied"},
        {Errc::last_admin, "denied"},
        {Errc::invalid_request, "failed"},
        {Errc::not_found, "failed"},
        {Errc::already_exists, "failed"},
        {Errc::sign_in_unavailable, "error"},
        {Errc::overloaded, "error"},
        {Errc::database_timeout, "unknown"},
        {Errc::internal, "unknown"},
        {Errc::database_unavailable, "unknown"},
    };
    for (const auto& c : cases) {
        const Outcome outcome = outcome_of_refusal(c.code);
        EXPECT_EQ(outcome.status, c.status) << id(c.code);
        EXPECT_EQ(outcome.http_status, info(c.code).http_status);
        EXPECT_EQ(outcome.reason, c.code);
    }
}

}  // namespace
}  // namespace rgw::api
