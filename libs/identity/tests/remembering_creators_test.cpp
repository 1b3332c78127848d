#include "rgw/identity/remembering_creators.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// Lists what it is asked to record.
class ListingStore final : public CreatorStore {
public:
    async::Task<Result<void>> record(UserId user, Created created, Deadline) override {
        asked.push_back(std::to_string(user.value) + " " + created.type + " " + created.id);
        co_return answer;
    }
    async::Task<Result<void>> record_release_of_build(std::string app, std::string build,
                                                      std::string release, Deadline) override {
        asked.push_back(app + " " + build + " " + release);
        co_return answer;
    }
    async::Task<Result<void>> forget_app(std::string app, Deadline) override {
        asked.push_back("forget " + app);
        co_return answer;
    }
    async::Task<Result<std::vector<Creation>>> find_creators(std::string type,
                                                             std::vector<std::string> ids,
                                                             Deadline) override {
        asked.push_back("find " + type + " " + ids.front());
        co_return std::vector<Creation>{{.resource_id = ids.front()}};
    }

    std::vector<std::string> asked;
    Result<void> answer;
};

class RememberingCreatorsTest : public testing::Test {
protected:
    RememberingCreatorsTest() { loop_.start(); }

    Result<void> read(const std::string& app, const std::string& build) {
        return test::run(loop_, creators_.record_release_of_build(app, build, "R1", soon_));
    }

    async::Loop loop_{"test"};
    ListingStore store_;
    RememberingCreators creators_{store_};
    const Deadline soon_ = deadline_in(10s);
};

TEST_F(RememberingCreatorsTest, ABuildThatIsReadManyTimesIsRecordedOnce) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(read("shop", "B1"));
        EXPECT_TRUE(read("docs", "B1"));
        EXPECT_TRUE(read("shop", "B2"));
    }
    EXPECT_THAT(store_.asked, ElementsAre("shop B1 R1", "docs B1 R1", "shop B2 R1"));
}

TEST_F(RememberingCreatorsTest, WhatCouldNotBeRecordedIsTriedAgain) {
    store_.answer = Errc::database_unavailable;
    EXPECT_EQ(read("shop", "B1").error().code, Errc::database_unavailable);
    store_.answer = {};
    EXPECT_TRUE(read("shop", "B1"));
    EXPECT_TRUE(read("shop", "B1"));
    EXPECT_THAT(store_.asked, ElementsAre("shop B1 R1", "shop B1 R1"));
}

TEST_F(RememberingCreatorsTest, ItForgetsRatherThanGrows) {
    for (std::size_t i = 0; i < RememberingCreators::max_builds; ++i) {
        EXPECT_TRUE(read("shop", "B" + std::to_string(i)));
    }
    EXPECT_TRUE(read("shop", "B0"));
    EXPECT_EQ(store_.asked.size(), RememberingCreators::max_builds);
    EXPECT_TRUE(read("shop", "one more"));
    EXPECT_TRUE(read("shop", "B0"));
    EXPECT_EQ(store_.asked.size(), RememberingCreators::max_builds + 2);
}

TEST_F(RememberingCreatorsTest, EverythingElseIsAskedOfTheStore) {
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(test::run(
            loop_,
            creators_.record(UserId{7}, {.type = "build", .app = "shop", .id = "B1"}, soon_)));
        EXPECT_TRUE(test::run(loop_, creators_.forget_app("shop", soon_)));
    }
    EXPECT_EQ(
        test::run(loop_, creators_.find_creators("build", {"B1"}, soon_)).value()[0].resource_id,
        "B1");
    EXPECT_THAT(store_.asked, ElementsAre("7 build B1", "forget shop", "7 build B1", "forget shop",
                                          "find build B1"));
}

}  // namespace
}  // namespace rgw::identity
