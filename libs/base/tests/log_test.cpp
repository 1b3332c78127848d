#include "rgw/base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rgw/base/secret.hpp"

namespace rgw {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Log, ALineIsOneJsonObjectWhateverTheTextHolds) {
    const std::string line = log::format_line(
        log::Level::warn, "a \"quoted\"\nline\x01",
        {{"count", 7}, {"ratio", 0.5}, {"ok", true}, {"path", std::string("/a\xFF")}});
    EXPECT_THAT(line, HasSubstr(R"("level":"warn","msg":"a \"quoted\"\nline\u0001")"));
    EXPECT_THAT(line, HasSubstr(R"("count":7,"ratio":0.5,"ok":true,"path":"/a)"
                                "\xEF\xBF\xBD\""));
    EXPECT_THAT(line, Not(HasSubstr("\n")));
}

template <class T>
concept Loggable = requires(T value) { log::Field("key", value); };

TEST(Log, ASecretCannotBeLogged) {
    static_assert(Loggable<std::string>);
    static_assert(!Loggable<Secret>);
    SUCCEED();
}

}  // namespace
}  // namespace rgw
