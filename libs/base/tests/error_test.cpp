#include "rgw/base/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rgw {
namespace {

TEST(ErrorTable, EveryCodeHasItsOwnPublicIdAndAnErrorStatus) {
    std::set<std::string_view> ids;
    for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
        const ErrorInfo& entry = info(static_cast<Errc>(i));
        EXPECT_TRUE(ids.insert(entry.id).second) << entry.id;
        EXPECT_GE(entry.http_status, 400) << entry.id;
        EXPECT_FALSE(entry.sentence.empty()) << entry.id;
    }
}

TEST(ErrorTable, ServerErrorsNeverShowTheirDetail) {
    for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
        const ErrorInfo& entry = info(static_cast<Errc>(i));
        if (entry.http_status >= 500) {
            EXPECT_EQ(entry.detail, Detail::hidden) << entry.id;
        }
    }
    const Error error(Errc::rack_unreachable, "connect to https://10.0.0.7:5443 refused");
    EXPECT_EQ(public_message(error), "The rack cannot be reached");
    EXPECT_EQ(public_message(Error(Errc::bad_body, "env: not allowed")),
              "The body is not acceptable for this route: env: not allowed");
    EXPECT_EQ(public_message(
                  Error(Errc::permission_denied, "You don't have permission to run processes.")),
              "You don't have permission to run processes.");
    EXPECT_EQ(describe(error), "rack_unreachable: connect to https://10.0.0.7:5443 refused");
}

TEST(Error, ValueOfAFailedResultThrowsWithItsCode) {
    const Result<int> failed = Error(Errc::timed_out, "5 s");
    try {
        (void)failed.value();
        FAIL() << "value() of a failed result must throw";
    } catch (const ErrorException& thrown) {
        EXPECT_EQ(thrown.error().code, Errc::timed_out);
        EXPECT_STREQ(thrown.what(), "timed_out: 5 s");
    }
}

}  // namespace
}  // namespace rgw
