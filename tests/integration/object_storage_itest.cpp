#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "http_client.hpp"
#include "object_storage_world.hpp"
#include "support/certificates.hpp"

namespace rgw::test {
namespace {

using namespace std::chrono_literals;
using http::test::CertificateFiles;
using http::test::make_certificate;
using http::test::TemporaryDirectory;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string field(const StoredVersion& version, const std::string& name) {
    return Response{.headers = version.headers}.header(name);
}

TEST_F(ObjectStorage, AnObjectIsWrittenWithItsLockAndChecksum) {
    const auto store = open(options());
    const auto version = run(loop_, store->put(object("a/b.json", "{}"), deadline_in(20s)));
    ASSERT_TRUE(version) << describe(version.error());
    const auto stored = server_.stored();
    ASSERT_EQ(stored.size(), 1U);
    EXPECT_EQ(stored[0].key, "a/b.json");
    EXPECT_EQ(stored[0].body, "{}");
    EXPECT_EQ(stored[0].version, version->value());
    EXPECT_EQ(field(stored[0], "content-type"), "application/json");
    EXPECT_EQ(field(stored[0], "if-none-match"), "*");
    EXPECT_EQ(field(stored[0], "x-amz-object-lock-mode"), "COMPLIANCE");
    const auto until =
        parse_rfc3339(field(stored[0], "x-amz-object-lock-retain-until-date")).value();
    EXPECT_GE(until, clock_.now() + std::chrono::days(400));
    EXPECT_LT(until, clock_.now() + std::chrono::days(400) + 1s);
    // sha256sum of "{}", in base64 and in hex.
    EXPECT_EQ(field(stored[0], "x-amz-checksum-sha256"),
              "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=");
    EXPECT_EQ(field(stored[0], "x-amz-content-sha256"),
              "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    EXPECT_EQ(field(stored[0], "x-amz-sdk-checksum-algorithm"), "SHA256");
    EXPECT_EQ(field(stored[0], "x-amz-server-side-encryption"), "");

    EXPECT_EQ(get(*store, "a/b.json"), "{}");
    EXPECT_EQ(get(*store, "a/c.json"), "none");
}

TEST_F(ObjectStorage, AKeyOfKmsEncryptsWhenGiven) {
    auto with_key = options();
    with_key.kms_key_id = "arn:aws:kms:eu-central-1:123456789012:key/1";
    EXPECT_EQ(put(*open(with_key), "a"), "written");
    const StoredVersion stored = server_.stored().at(0);
    EXPECT_EQ(field(stored, "x-amz-server-side-encryption"), "aws:kms");
    EXPECT_EQ(field(stored, "x-amz-server-side-encryption-aws-kms-key-id"), with_key.kms_key_id);
    with_key.kms_key_id = "key\r\nX-Evil: 1";
    EXPECT_EQ(outbound::S3ObjectStore::open(with_key, clock_).error().code,
              Errc::configuration_invalid);
}

TEST_F(ObjectStorage, KeysOfAnyCharactersAreSignedInBothStyles) {
    auto virtual_host = options();
    virtual_host.endpoint = "http://localhost:" + std::to_string(server_.port());
    virtual_host.addressing = outbound::S3Addressing::virtual_host;
    const auto in_host = open(virtual_host);
    const auto in_path = open(options());
    for (const std::string key : {"plain", "a b", "a+b", "a%2Fb", "ü/ẞ/日本", "=&?#;:@,$",
                                  "'()*!~-._", "//a//", "\"<>\\^`{|}"}) {
        EXPECT_EQ(put(*in_host, object("h/" + key, key)), "written") << key;
        EXPECT_EQ(put(*in_path, object("p/" + key, key)), "written") << key;
        EXPECT_EQ(get(*in_path, "h/" + key), key);
        EXPECT_EQ(get(*in_host, "p/" + key), key);
        const auto keys = list(*in_host, "p/" + key);
        ASSERT_TRUE(keys) << describe(keys.error());
        EXPECT_THAT(*keys, ElementsAre("p/" + key));
    }
    EXPECT_THAT(server_.requests().at(0), StartsWith("PUT /h/plain "));
    EXPECT_THAT(server_.requests().at(1), StartsWith("PUT /audit-anchors/p/plain "));
}

TEST_F(ObjectStorage, AnObjectIsWrittenOnce) {
    const auto store = open(options());
    EXPECT_EQ(put(*store, object("a", "first")), "written");
    EXPECT_EQ(put(*store, object("a", "second")), "already_exists: audit-anchors: a");
    EXPECT_EQ(server_.stored().size(), 1U);
    EXPECT_EQ(get(*store, "a"), "first");
    EXPECT_EQ(put(*store, ""),
              "object_storage_unavailable: audit-anchors: an object without a key");
}

TEST_F(ObjectStorage, AListingGoesOnAfterAThousand) {
    for (int i = 0; i < 1005; ++i) {
        std::string number = std::to_string(i);
        number.insert(0, 4 - number.size(), '0');
        ASSERT_EQ(server_.overwrite("list/" + number, ""), 200);
    }
    ASSERT_EQ(server_.overwrite("other", ""), 200);
    const auto store = open(options());
    const auto first = list(*store, "list/").value();
    ASSERT_EQ(first.size(), 1000U);
    EXPECT_EQ(first.front(), "list/0000");
    const auto rest = list(*store, "list/", first.back()).value();
    EXPECT_THAT(rest, ElementsAre("list/1000", "list/1001", "list/1002", "list/1003", "list/1004"));
    EXPECT_THAT(list(*store, "list/", rest.back()).value(), IsEmpty());
    EXPECT_THAT(list(*store, "", "list/1003").value(), ElementsAre("list/1004", "other"));
}

// What the store's promise is worth: COMPLIANCE holds for whoever owns the account, and a new
// version or a delete marker hides a version without touching it.
TEST_F(ObjectStorage, AnOwnerOfTheAccountHidesAVersionButCannotEndIt) {
    const auto store = open(options());
    EXPECT_EQ(put(*store, object("a", "ours")), "written");
    const std::string version = server_.stored().at(0).version;
    EXPECT_EQ(server_.remove_version("a", version), 403);
    EXPECT_EQ(server_.retain("a", version, "COMPLIANCE", rfc3339_seconds(clock_.now() + 24h)), 403);
    EXPECT_EQ(server_.retain("a", version, "GOVERNANCE", "2099-01-31T00:00:00Z"), 403);
    EXPECT_EQ(server_.overwrite("a", "theirs"), 200);
    EXPECT_EQ(get(*store, "a"), "theirs");
    EXPECT_EQ(server_.remove("a"), 200);
    EXPECT_EQ(get(*store, "a"), "none");
    EXPECT_EQ(server_.stored().at(0).body, "ours");
    EXPECT_EQ(server_.retain("a", version, "COMPLIANCE", "2099-01-31T00:00:00Z"), 200);
}

TEST_F(ObjectStorage, APolicyThatAsksForTheLockTakesWhatIsWritten) {
    const std::string head = R"({"Version":"2012-10-17","Statement":[)";
    const auto deny = [](const std::string& condition) {
        return R"({"Effect":"Deny","Principal":"*","Action":"s3:PutObject",)"
               R"("Resource":"arn:aws:s3:::audit-anchors/*","Condition":)" +
               condition + "}";
    };
    server_.set_policy(
        head + deny(R"({"StringNotEquals":{"s3:object-lock-mode":"COMPLIANCE"}})") + "," +
        deny(R"({"Null":{"s3:if-none-match":"true"}})") + "," +
        deny(R"({"NumericLessThan":{"s3:object-lock-remaining-retention-days":"399"}})") + "]}");
    server_.set_identity_policy(
        head + R"({"Effect":"Allow","Action":["s3:PutObject","s3:PutObjectRetention",)"
               R"("s3:GetObject"],"Resource":"arn:aws:s3:::audit-anchors/anchors/*"}]})");
    const auto store = open(options());
    EXPECT_EQ(put(*store, "anchors/a"), "written");
    EXPECT_EQ(get(*store, "anchors/a"), "body");
    auto brief = object("anchors/b");
    brief.retain_until = clock_.now() + std::chrono::days(398);
    EXPECT_THAT(put(*store, brief),
                StartsWith("object_storage_unavailable: audit-anchors: AccessDenied: User: arn:"));
    EXPECT_THAT(put(*store, "elsewhere/a"), HasSubstr("because no policy allows it"));
    EXPECT_THAT(list_error(*store), HasSubstr("is not authorized to perform: s3:ListBucket"));

    server_.set_identity_policy("");
    server_.set_policy(
        head + deny(R"({"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}})") + "]}");
    EXPECT_THAT(put(*store, "anchors/c"), HasSubstr("explicit deny"));
    auto with_key = options();
    with_key.kms_key_id = "key";
    EXPECT_EQ(put(*open(with_key), "anchors/c"), "written");
    EXPECT_THROW(server_.set_policy(head + deny(R"({"IpAddress":{"aws:SourceIp":"::"}})") + "]}"),
                 std::runtime_error);
}

TEST(ObjectStorageTls, TrustsTheAuthoritiesOfItsFile) {
    const TemporaryDirectory directory;
    const CertificateFiles files = make_certificate(directory, "127.0.0.1");
    const S3Server server({.certificate = files.certificate, .key = files.key});
    server.set_policy(
        R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*",)"
        R"("Condition":{"Bool":{"aws:SecureTransport":"false"}}}})");
    const SystemClock clock;
    async::Loop loop("caller");
    loop.start();
    const auto outcome = [&](const std::string& ca_file) {
        const auto store = outbound::S3ObjectStore::open(
                               {.bucket = server.bucket(),
                                .endpoint = server.endpoint(),
                                .ca_file = ca_file,
                                .retry_delay = 1ms,
                                .aws = {.region = S3Server::region,
                                        .access_key_id = S3Server::access_key_id,
                                        .secret_access_key = Secret(S3Server::secret_access_key)}},
                               clock)
                               .value();
        const auto version = run(loop, store->put({.key = "a",
                                                   .body = "body",
                                                   .content_type = "text/plain",
                                                   .retain_until = clock.now() + 1h},
                                                  deadline_in(20s)));
        return version ? "written" : describe(version.error());
    };
    EXPECT_EQ(outcome(""),
              "object_storage_unavailable: audit-anchors: 127.0.0.1: SSL certificate problem: "
              "self-signed certificate");
    EXPECT_EQ(outcome(files.certificate), "written");
}

}  // namespace
}  // namespace rgw::test
