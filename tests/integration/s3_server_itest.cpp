#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "object_storage_world.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::test {
namespace {

using testing::HasSubstr;

// The tests' own S3 is only worth what it refuses. Another client of another make, curl, asks it.
class S3ServerJudges : public ObjectStorage {
protected:
    // "status body" of a signed request.
    std::string ask(const std::vector<std::string>& more, const std::string& path = "/a",
                    const std::string& secret = S3Server::secret_access_key,
                    const std::string& body = "") const {
        std::vector<std::string> command = {
            "/usr/bin/curl",
            "--silent",
            "--globoff",
            "--aws-sigv4",
            std::string("aws:amz:") + S3Server::region + ":s3",
            "--user",
            std::string(S3Server::access_key_id) + ":" + secret,
            "-H",
            "x-amz-content-sha256: " + crypto::hex(crypto::sha256(body)),
            "--write-out",
            "%{http_code} "};
        command.insert(command.end(), more.begin(), more.end());
        command.push_back(server_.endpoint() + "/" + server_.bucket() + path);
        const Ran ran = run(command, {});
        constexpr std::size_t status_size = 4;
        const std::size_t end = ran.out.size() - std::min(ran.out.size(), status_size);
        return ran.out.substr(end) + ran.out.substr(0, end);
    }
    std::string put(const std::vector<std::string>& fields, const std::string& body = "{}",
                    const std::string& secret = S3Server::secret_access_key) const {
        std::vector<std::string> arguments = {"-X", "PUT", "--data-binary",
                                              body, "-H",  "Content-Type: text/plain"};
        for (const std::string& field : fields) {
            arguments.emplace_back("-H");
            arguments.push_back(field);
        }
        return ask(arguments, "/a", secret, body);
    }

    const std::string mode_ = "x-amz-object-lock-mode: COMPLIANCE";
    const std::string until_ = "x-amz-object-lock-retain-until-date: 2099-01-31T00:00:00Z";
    const std::string checksum_ =
        "x-amz-checksum-sha256: RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=";
};

TEST_F(S3ServerJudges, TakesWhatAnotherClientSigns) {
    EXPECT_EQ(put({mode_, until_, checksum_}), "200 ");
    EXPECT_EQ(ask({}), "200 {}");
    EXPECT_THAT(ask({}, "/none"), HasSubstr("404 <?xml"));
}

TEST_F(S3ServerJudges, RefusesWhatS3Refuses) {
    EXPECT_THAT(put({}, "{}", "wrong"), HasSubstr("SignatureDoesNotMatch"));
    EXPECT_THAT(put({mode_, until_}), HasSubstr("Content-MD5 OR x-amz-checksum-"));
    EXPECT_THAT(put({mode_, checksum_}), HasSubstr("must both be supplied"));
    EXPECT_THAT(put({until_, checksum_}), HasSubstr("must both be supplied"));
    EXPECT_THAT(put({mode_, checksum_,
                     "x-amz-object-lock-retain-until-date: "
                     "2020-01-31T00:00:00Z"}),
                HasSubstr("must be in the future"));
    EXPECT_THAT(put({"x-amz-object-lock-mode: FOREVER", until_, checksum_}),
                HasSubstr("Unknown wormMode directive"));
    EXPECT_THAT(put({mode_, until_, checksum_}, "changed"), HasSubstr("BadDigest"));
    EXPECT_THAT(put({"x-amz-sdk-checksum-algorithm: SHA256"}), HasSubstr("InvalidRequest"));
    EXPECT_THAT(put({"If-None-Match: \"etag\""}), HasSubstr("NotImplemented"));
    EXPECT_THAT(put({"x-amz-server-side-encryption-aws-kms-key-id: k"}),
                HasSubstr("InvalidArgument"));
    EXPECT_EQ(send_request(server_.port(), {.target = "/audit-anchors/a"}).status, 403);
    EXPECT_TRUE(server_.stored().empty());
}

TEST_F(S3ServerJudges, KeepsEveryVersion) {
    EXPECT_EQ(put({mode_, until_, checksum_}), "200 ");
    EXPECT_EQ(put({}, "second"), "200 ");
    EXPECT_THAT(put({"If-None-Match: *"}, "third"), HasSubstr("412 <?xml"));
    ASSERT_EQ(server_.stored().size(), 2U);
    EXPECT_EQ(ask({}), "200 second");
    const std::string locked = "/a?versionId=" + server_.stored()[0].version;
    EXPECT_EQ(ask({}, locked), "200 {}");
    EXPECT_THAT(ask({"-X", "DELETE"}, locked), HasSubstr("protected by object lock"));
    EXPECT_EQ(ask({"-X", "DELETE"}, "/a?versionId=" + server_.stored()[1].version), "204 ");
    EXPECT_EQ(ask({}), "200 {}");
    EXPECT_EQ(ask({"-X", "DELETE"}), "204 ");
    EXPECT_THAT(ask({}), HasSubstr("NoSuchKey"));
    EXPECT_EQ(ask({}, locked), "200 {}");
}

}  // namespace
}  // namespace rgw::test
