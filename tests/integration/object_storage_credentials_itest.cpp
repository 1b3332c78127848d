#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include "object_storage_world.hpp"
#include "support/certificates.hpp"

namespace rgw::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::StartsWith;

const std::string unavailable = "object_storage_unavailable: audit-anchors: AWS credentials from ";

class ObjectStorageCredentials : public ObjectStorage {
protected:
    [[nodiscard]] outbound::S3Options without_keys() const {
        auto none = options();
        none.aws = {.region = S3Server::region, .metadata_disabled = true};
        return none;
    }
    [[nodiscard]] outbound::S3Options with_web_identity() {
        auto web = without_keys();
        web.aws.web_identity_token_file = token_file_;
        web.aws.role_arn = S3Server::role_arn;
        web.aws.sts_endpoint = server_.credentials_endpoint();
        write_token(S3Server::web_identity_token);
        return web;
    }
    void write_token(const std::string& token) const {
        std::ofstream(token_file_) << token << "\n";
    }

    // How often credentials were asked for.
    [[nodiscard]] std::size_t asked(const std::string& request) const {
        const auto requests = server_.requests();
        return static_cast<std::size_t>(std::ranges::count(requests, request));
    }

    http::test::TemporaryDirectory directory_;
    std::string token_file_ = directory_.file("token");
};

TEST_F(ObjectStorageCredentials, AWebIdentityIsExchangedForThem) {
    EXPECT_EQ(put(*open(with_web_identity()), "a"), "written");
    EXPECT_EQ(asked("POST /"), 1U);
    auto session = with_web_identity();
    session.aws.role_session_name = "not a name";
    EXPECT_EQ(put(*open(session), "b"),
              unavailable + "the web identity: status 400, ValidationError");
}

TEST_F(ObjectStorageCredentials, ARefusedTokenIsNotRepeated) {
    const auto store = open(with_web_identity());
    write_token("secret");
    EXPECT_EQ(put(*store, "a"), unavailable + "the web identity: status 400, InvalidIdentityToken");
}

TEST_F(ObjectStorageCredentials, AContainerGivesThem) {
    auto container = without_keys();
    container.aws.container_full_uri = server_.credentials_endpoint() + "/container";
    container.aws.container_token = Secret("secret");
    EXPECT_EQ(put(*open(container), "a"), unavailable + "the container: status 403");
    container.aws.container_token_file = token_file_;
    write_token(S3Server::container_token);
    EXPECT_EQ(put(*open(container), "a"), "written");
    EXPECT_EQ(asked("GET /container"), 2U);
}

TEST_F(ObjectStorageCredentials, InstanceMetadataGivesThemInVersionTwo) {
    auto instance = without_keys();
    instance.aws.metadata_disabled = false;
    instance.aws.metadata_endpoint = server_.credentials_endpoint() + "/";
    EXPECT_EQ(put(*open(instance), "a"), "written");
    const std::string roles = "GET /latest/meta-data/iam/security-credentials/";
    EXPECT_THAT(server_.requests(),
                testing::ElementsAre("PUT /latest/api/token", roles, roles + "rack-gateway",
                                     StartsWith("PUT /audit-anchors/a 200")));
}

TEST_F(ObjectStorageCredentials, TheyAreRenewedBeforeTheyExpire) {
    const auto store = open(with_web_identity());
    EXPECT_EQ(put(*store, "a"), "written");
    advance(54min);
    EXPECT_EQ(put(*store, "b"), "written");
    EXPECT_EQ(asked("POST /"), 1U);
    advance(2min);
    EXPECT_EQ(put(*store, "c"), "written");
    EXPECT_EQ(asked("POST /"), 2U);
    advance(50min);  // past the end of the first
    EXPECT_EQ(put(*store, "d"), "written");
    EXPECT_EQ(asked("POST /"), 2U);
}

TEST_F(ObjectStorageCredentials, ARenewalThatFailsDoesNoHarmWhileTheOldOnesAreGood) {
    const auto store = open(with_web_identity());
    EXPECT_EQ(put(*store, "a"), "written");
    write_token("wrong");
    advance(57min);
    EXPECT_EQ(put(*store, "b"), "written");
    advance(4min);
    EXPECT_EQ(put(*store, "c"), unavailable + "the web identity: status 400, InvalidIdentityToken");
    write_token(S3Server::web_identity_token);
    EXPECT_EQ(put(*store, "c"), "written");
}

TEST_F(ObjectStorageCredentials, ThoseThatS3TakesNoLongerAreReplaced) {
    const auto store = open(with_web_identity());
    EXPECT_EQ(put(*store, "a"), "written");
    server_.expire_credentials();
    EXPECT_EQ(put(*store, "b"), "written");
    EXPECT_THAT(server_.requests(), Contains("PUT /audit-anchors/b 400"));
    EXPECT_EQ(asked("POST /"), 2U);
}

TEST_F(ObjectStorageCredentials, ThoseThatHaveExpiredAlreadyAreNotUsed) {
    server_.set_lifetime(-1s);
    EXPECT_EQ(put(*open(with_web_identity()), "a"),
              "object_storage_unavailable: audit-anchors: AWS credentials: those just given out "
              "have expired already");
}

TEST_F(ObjectStorageCredentials, ASessionOfTheEnvironmentThatExpiredIsSaid) {
    server_.add_key("ASIATEST", "temporary", "session-token", -1s);
    auto expired = options();
    expired.aws.access_key_id = "ASIATEST";
    expired.aws.secret_access_key = Secret("temporary");
    expired.aws.session_token = Secret("session-token");
    EXPECT_EQ(put(*open(expired), "a"),
              "object_storage_unavailable: audit-anchors: ExpiredToken: The provided token has "
              "expired.");
}

TEST_F(ObjectStorageCredentials, TheyAreRenewedOnceForAllWhoWait) {
    auto web = with_web_identity();
    web.threads = 4;
    const auto store = open(web);
    std::vector<std::future<Result<std::optional<std::string>>>> pending;
    pending.reserve(8);
    for (int i = 0; i < 8; ++i) {
        pending.push_back(
            start(loop_, store->put(object("k" + std::to_string(i)), deadline_in(20s))));
    }
    for (auto& one : pending) {
        EXPECT_TRUE(one.get());
    }
    EXPECT_EQ(asked("POST /"), 1U);
}

}  // namespace
}  // namespace rgw::test
