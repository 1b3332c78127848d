#include "rgw/storage/creator_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store_fixture.hpp"

namespace rgw::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr UserId ada{7};
constexpr UserId dan{8};

class CreatorStore : public testing::Test {
protected:
    CreatorStore() {
        fixture_.sql().execute(
            "insert into users (id, email, name, roles) overriding system value values"
            " (7, 'ada@example.com', 'Ada', '[\"admin\"]'),"
            " (8, 'dan@example.com', 'Dan', '[\"deployer\"]')");
    }

    Result<void> record(UserId user, const std::string& type, const std::string& app,
                        const std::string& id) {
        return test::run(fixture_.loop(),
                         store_.record(user, {.type = type, .app = app, .id = id}, soon_));
    }
    Result<void> record_release(const std::string& app, const std::string& build,
                                const std::string& release) {
        return test::run(fixture_.loop(),
                         store_.record_release_of_build(app, build, release, soon_));
    }
    // "id name" of each whose creator is known, in order of their creation.
    std::vector<std::string> found(const std::string& type, std::vector<std::string> ids) {
        std::vector<std::string> texts;
        for (const identity::Creation& each :
             test::run(fixture_.loop(), store_.find_creators(type, std::move(ids), soon_))
                 .value()) {
            texts.push_back(each.resource_id + " " + each.name);
        }
        return texts;
    }
    std::vector<std::string> rows() {
        return fixture_.sql().column(
            "select concat_ws(' ', user_id, resource_type, app, resource_id)"
            " from user_resources order by id");
    }

    StoreFixture fixture_;
    PgCreatorStore store_{fixture_.pool()};
    const Deadline soon_ = deadline_in(10s);
};

TEST_F(CreatorStore, WhoeverIsRecordedAlreadyStays) {
    ASSERT_TRUE(record(ada, "build", "shop", "B1"));
    ASSERT_TRUE(record(dan, "build", "shop", "B1"));
    ASSERT_TRUE(record(dan, "build", "docs", "B2"));
    ASSERT_TRUE(record(dan, "release", "shop", "B1"));
    EXPECT_THAT(found("build", {"B1", "B2", "B3"}), ElementsAre("B1 Ada", "B2 Dan"));
    EXPECT_THAT(found("release", {"B1"}), ElementsAre("B1 Dan"));
    EXPECT_THAT(found("app", {"B1"}), IsEmpty());
    EXPECT_THAT(rows(), ElementsAre("7 build shop B1", "8 build docs B2", "8 release shop B1"));
}

TEST_F(CreatorStore, OfWhatTwoGatewaysRecordAtOnceOneStays) {
    std::vector<std::future<Result<void>>> writers;
    writers.reserve(8);
    for (int i = 0; i < 8; ++i) {
        writers.push_back(test::start(
            fixture_.loop(), store_.record(i % 2 == 0 ? ada : dan,
                                           {.type = "release", .app = "shop", .id = "R1"}, soon_)));
    }
    for (auto& writer : writers) {
        EXPECT_TRUE(writer.get());
    }
    EXPECT_EQ(rows().size(), 1U);
}

TEST_F(CreatorStore, AReleaseOfABuildIsItsBuilders) {
    ASSERT_TRUE(record(dan, "build", "shop", "B1"));
    ASSERT_TRUE(record_release("shop", "B1", "R1"));
    ASSERT_TRUE(record_release("shop", "B1", "R1"));
    EXPECT_THAT(found("release", {"R1"}), ElementsAre("R1 Dan"));
    ASSERT_TRUE(record(ada, "release", "shop", "R2"));
    ASSERT_TRUE(record_release("shop", "B1", "R2"));
    EXPECT_THAT(found("release", {"R2"}), ElementsAre("R2 Ada"));
}

TEST_F(CreatorStore, TheReleaseOfABuildNobodyIsKnownToHaveMadeIsNobodys) {
    ASSERT_TRUE(record(dan, "build", "docs", "B1"));
    ASSERT_TRUE(record(dan, "process", "shop", "B1"));
    ASSERT_TRUE(record_release("shop", "B1", "R1"));
    EXPECT_THAT(found("release", {"R1"}), IsEmpty());
}

TEST_F(CreatorStore, AnAppThatIsForgottenLeavesTheOthersAlone) {
    ASSERT_TRUE(record(ada, "app", "", "shop"));
    ASSERT_TRUE(record(ada, "app", "", "docs"));
    for (const char* type : {"build", "release", "object", "process"}) {
        ASSERT_TRUE(record(ada, type, "shop", "X1"));
        ASSERT_TRUE(record(ada, type, "docs", "shop"));
    }
    ASSERT_TRUE(test::run(fixture_.loop(), store_.forget_app("shop", soon_)));
    EXPECT_THAT(rows(), ElementsAre("7 app  docs", "7 build docs shop", "7 release docs shop",
                                    "7 object docs shop", "7 process docs shop"));
    ASSERT_TRUE(record(dan, "app", "", "shop"));
    EXPECT_THAT(found("app", {"docs", "shop"}), ElementsAre("docs Ada", "shop Dan"));
}

TEST_F(CreatorStore, WhatAPersonWhoIsGoneCreatedIsNobodys) {
    ASSERT_TRUE(record(dan, "app", "", "shop"));
    fixture_.sql().execute("delete from users where id = 8");
    EXPECT_THAT(found("app", {"shop"}), IsEmpty());
    EXPECT_FALSE(record(dan, "app", "", "docs"));
}

TEST_F(CreatorStore, TakesTheLongestIdsAndAnyTextInThem) {
    const std::string key = "tmp/" + std::string(247, 'k') + "é\"'";
    ASSERT_EQ(key.size(), 255U);
    ASSERT_TRUE(record(ada, "object", std::string(255, 'a'), key));
    EXPECT_THAT(found("object", {key}), ElementsAre(key + " Ada"));
}

}  // namespace
}  // namespace rgw::storage
