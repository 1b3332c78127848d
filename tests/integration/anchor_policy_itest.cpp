// packaging/terraform/anchors: its policies accept what the gateway writes, and nothing weaker.
#include <gmock/gmock.h>

#include "object_storage_world.hpp"

namespace rgw::test {
namespace {

using testing::HasSubstr;

std::string policy(const std::string& name, const std::string& days = "399") {
    std::string text = read_file(RGW_PROJECT_DIR "/packaging/terraform/anchors/" + name);
    for (const auto& [variable, value] :
         {std::pair{"${bucket}", std::string("audit-anchors")},
          std::pair{"${chain_id}", std::string("production")}, std::pair{"${least_days}", days}}) {
        for (std::size_t at = text.find(variable); at != std::string::npos;
             at = text.find(variable)) {
            text.replace(at, std::string(variable).size(), value);
        }
    }
    EXPECT_EQ(text.find("${"), std::string::npos);
    return text;
}

// This server speaks plain HTTP here: everything but the rule that refuses that.
std::string without_tls_rule(std::string text) {
    const std::size_t at = text.find("\"false\"");
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, 7, "\"never\"");
}

class AnchorPolicy : public ObjectStorage {};

TEST_F(AnchorPolicy, TheGatewaysObjectsAreAccepted) {
    server_.set_policy(without_tls_rule(policy("bucket-policy.json")));
    server_.set_identity_policy(policy("gateway-policy.json"));
    const auto store = open(options());
    EXPECT_EQ(put(*store, "production/a"), "written");
    EXPECT_EQ(get(*store, "production/a"), "body");
    EXPECT_EQ(run(loop_, store->list("production/", "", deadline_in(std::chrono::seconds(20))))
                  .value()
                  .size(),
              1U);
}

TEST_F(AnchorPolicy, WhatIsWeakerIsRefused) {
    server_.set_policy(without_tls_rule(policy("bucket-policy.json")));
    server_.set_identity_policy(policy("gateway-policy.json"));
    const auto store = open(options());
    audit::LockedObject brief = object("production/brief");
    brief.retain_until = clock_.now() + std::chrono::days(30);
    EXPECT_THAT(put(*store, brief), HasSubstr("explicit deny"));
    EXPECT_THAT(put(*store, "staging/a"), HasSubstr("because no policy allows it"));
    server_.set_policy(policy("bucket-policy.json"));
    EXPECT_THAT(put(*store, "production/plain"), HasSubstr("explicit deny")) << "plain HTTP";
    EXPECT_TRUE(server_.stored().empty());
}

}  // namespace
}  // namespace rgw::test
