#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "schema_fixture.hpp"

namespace rgw::pg {
namespace {

using testing::ElementsAre;

class ApprovalTest : public SchemaTest {
protected:
    void SetUp() override {
        sql_.execute("insert into api_tokens (token_hash, name, user_id, permissions) values ('" +
                     std::string(64, 'b') + "', 'ci', " + add_user("dev@example.com") + ", '[]')");
        create("abc1234");
    }
    std::string create(const std::string& commit) {
        return refusal(
            "insert into deploy_approval_requests (git_commit_hash, message, app,"
            " created_by_user_id, created_by_email, target_api_token_id,"
            " target_api_token_public_id, target_api_token_name)"
            " select '" +
            commit +
            "', 'please', 'web', user_id, 'dev@example.com', id,"
            " public_id, name from api_tokens");
    }
    std::string set(const std::string& assignments) {
        return refusal("update deploy_approval_requests set " + assignments);
    }
    static constexpr std::string_view approve =
        "status = 'approved', approved_at = now(), approval_expires_at = now() + interval '15 min'";
};

TEST_F(ApprovalTest, OnlyTheAllowedTransitionsArePossible) {
    const std::pair<std::string_view, std::vector<std::string_view>> allowed[] = {
        {"pending", {"pending", "approved", "rejected", "expired"}},
        {"approved", {"approved", "rejected", "expired", "deployed"}},
        {"rejected", {"rejected"}},
        {"expired", {"expired", "approved"}},
        {"deployed", {"deployed"}},
    };
    for (const auto& [from, targets] : allowed) {
        for (const std::string_view to :
             {"pending", "approved", "rejected", "expired", "deployed"}) {
            sql_.execute("alter table deploy_approval_requests disable trigger user");
            sql_.execute(
                "update deploy_approval_requests set release_id = 'R', approved_at = now(),"
                " rejected_at = now(), approval_expires_at = now(), status = '" +
                std::string(from) + "'");
            sql_.execute("alter table deploy_approval_requests enable trigger user");
            const bool may = std::find(targets.begin(), targets.end(), to) != targets.end();
            EXPECT_EQ(set("status = '" + std::string(to) + "'"),
                      may ? "" : "deploy_approval_requests_transition")
                << from << " to " << to;
        }
    }
}

TEST_F(ApprovalTest, TheStepsHappenOnceInOrderUnderAnApproval) {
    EXPECT_EQ(set("object_url = 'o'"), "deploy_approval_requests_step_order");
    EXPECT_EQ(set(std::string(approve)), "");
    EXPECT_EQ(set("build_id = 'B'"), "deploy_approval_requests_step_order");
    EXPECT_EQ(set("status = 'deployed'"), "deploy_approval_requests_step_order");
    EXPECT_EQ(set("object_url = 'o'"), "");
    EXPECT_EQ(set("object_url = 'p'"), "deploy_approval_requests_step_order");
    EXPECT_EQ(set("release_id = 'R'"), "deploy_approval_requests_step_order");
    EXPECT_EQ(set("build_id = 'B'"), "");
    EXPECT_EQ(set("release_id = 'R'"), "");
    EXPECT_EQ(set("git_commit_hash = 'fff'"), "deploy_approval_requests_immutable");
    EXPECT_EQ(set("status = 'deployed'"), "");
}

TEST_F(ApprovalTest, AnExpiredRequestMakesRoomForANewOneAndItsHistoryOutlivesThePeople) {
    EXPECT_EQ(create("abc1234"), "deploy_approval_requests_open_uq");
    EXPECT_EQ(create("abc%"), "deploy_approval_requests_commit_plain");
    EXPECT_EQ(set("status = 'expired'"), "");
    EXPECT_EQ(create("abc1234"), "");
    EXPECT_EQ(refusal("delete from users"), "");
    EXPECT_EQ(sql_.value("select count(*) from api_tokens"), "0");
    EXPECT_THAT(sql_.column("select target_api_token_name || ' ' || created_by_email"
                            " from deploy_approval_requests where target_api_token_id is null"),
                ElementsAre("ci dev@example.com", "ci dev@example.com"));
}

}  // namespace
}  // namespace rgw::pg
