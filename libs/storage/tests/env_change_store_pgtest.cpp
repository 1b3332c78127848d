#include "rgw/storage/env_change_store.hpp"

#include <gtest/gtest.h>

#include "store_fixture.hpp"

namespace rgw::storage {
namespace {

using namespace std::chrono_literals;

class EnvChanges : public testing::Test {
protected:
    bool begin(const std::string& app, const std::string& holder) {
        return test::run(fixture_.loop(), store_.begin(app, holder, 180s, deadline_in(10s)))
            .value();
    }
    void end(const std::string& app, const std::string& holder) {
        ASSERT_TRUE(test::run(fixture_.loop(), store_.end(app, holder, deadline_in(10s))));
    }

    StoreFixture fixture_;
    PgEnvChangeStore store_{fixture_.pool()};
};

TEST_F(EnvChanges, OneAtATimeOfEachApp) {
    EXPECT_TRUE(begin("shop", "one"));
    EXPECT_FALSE(begin("shop", "two"));
    EXPECT_FALSE(begin("shop", "one")) << "a request has one turn";
    EXPECT_TRUE(begin("blog", "two"));
    end("shop", "two");
    EXPECT_FALSE(begin("shop", "two")) << "only its holder ends a turn";
    end("shop", "one");
    EXPECT_TRUE(begin("shop", "two"));
}

TEST_F(EnvChanges, ATurnNobodyEndedIsOverAtItsTime) {
    EXPECT_TRUE(begin("shop", "killed"));
    fixture_.sql().execute("update env_changes set expires_at = now() - interval '1 second'");
    EXPECT_TRUE(begin("shop", "two"));
    end("shop", "killed");
    EXPECT_FALSE(begin("shop", "three")) << "it is the next one's by now";
}

}  // namespace
}  // namespace rgw::storage
