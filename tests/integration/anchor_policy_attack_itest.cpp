// packaging/terraform/anchors: each rule of its bucket's policy against another client, curl, that
// has the gateway's credentials and leaves out what the rule asks for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "object_storage_world.hpp"
#include "rgw/audit/anchor.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "support/certificates.hpp"

namespace rgw::test {
namespace {

using namespace std::chrono_literals;
using http::test::CertificateFiles;
using http::test::make_certificate;
using http::test::TemporaryDirectory;
using testing::HasSubstr;
using testing::StartsWith;

const std::string chain_id = "production";
constexpr int retention_days = 400;

// As Terraform's templatefile() fills it in.
std::string policy(const std::string& name) {
    std::string text = read_file(RGW_PROJECT_DIR "/packaging/terraform/anchors/" + name);
    for (const auto& [variable, value] :
         {std::pair{std::string("${bucket}"), std::string("audit-anchors")},
          std::pair{std::string("${chain_id}"), chain_id},
          std::pair{std::string("${least_days}"), std::to_string(retention_days - 1)}}) {
        for (std::size_t at = 0; (at = text.find(variable, at)) != std::string::npos;) {
            text.replace(at, variable.size(), value);
        }
    }
    EXPECT_EQ(text.find("${"), std::string::npos);
    return text;
}

// A server that speaks TLS, or plain HTTP, with both policies on it.
class AnchorBucket {
public:
    enum class Speaks : std::uint8_t { tls, plain };
    explicit AnchorBucket(Speaks speaks)
        : files_(make_certificate(directory_, "127.0.0.1")),
          server_(speaks == Speaks::tls
                      ? S3Server::Options{.certificate = files_.certificate, .key = files_.key}
                      : S3Server::Options{}) {
        loop_.start();
        server_.set_policy(policy("bucket-policy.json"));
        server_.set_identity_policy(policy("gateway-policy.json"));
    }

    [[nodiscard]] std::unique_ptr<outbound::S3ObjectStore> store() const {
        return outbound::S3ObjectStore::open(
                   {.bucket = server_.bucket(),
                    .endpoint = server_.endpoint(),
                    .ca_file = files_.certificate,
                    .retry_delay = 1ms,
                    .aws = {.region = S3Server::region,
                            .access_key_id = S3Server::access_key_id,
                            .secret_access_key = Secret(S3Server::secret_access_key),
                            .metadata_disabled = true}},
                   clock_)
            .value();
    }
    // As AnchorWriter writes it.
    [[nodiscard]] audit::LockedObject anchor(std::chrono::days retention) const {
        const auto at = std::chrono::floor<std::chrono::seconds>(clock_.now());
        return {.key = audit::anchor_key(chain_id, at, 1),
                .body = "{}",
                .content_type = "application/json",
                .retain_until = at + retention};
    }
    // "written", or the error.
    std::string put(audit::LockedObject object) {
        const auto written =
            run(loop_, store()->put(std::move(object), deadline_in(std::chrono::seconds(20))));
        return written ? "written" : describe(written.error());
    }
    // "status body" of a request by another client with the gateway's credentials.
    [[nodiscard]] std::string ask(const std::vector<std::string>& more, const std::string& path,
                                  const std::string& body = "") const {
        std::vector<std::string> command = {
            "/usr/bin/curl",
            "--silent",
            "--globoff",
            "--cacert",
            files_.certificate,
            "--aws-sigv4",
            std::string("aws:amz:") + S3Server::region + ":s3",
            "--user",
            std::string(S3Server::access_key_id) + ":" + S3Server::secret_access_key,
            "-H",
            "x-amz-content-sha256: " + crypto::hex(crypto::sha256(body)),
            "--write-out",
            " %{http_code}"};
        command.insert(command.end(), more.begin(), more.end());
        command.push_back(server_.endpoint() + "/" + server_.bucket() + path);
        const Ran ran = test::run(std::move(command), {});
        const std::size_t space = ran.out.rfind(' ');
        return ran.out.substr(space + 1) + " " + ran.out.substr(0, space);
    }
    [[nodiscard]] std::string put_with(const std::vector<std::string>& fields,
                                       const std::string& path) const {
        const std::string body = "{}";
        std::vector<std::string> more = {
            "-X",
            "PUT",
            "--data-binary",
            body,
            "-H",
            "Content-Type: text/plain",
            "-H",
            "x-amz-checksum-sha256: " +
                crypto::base64(crypto::text_of(crypto::sha256(std::string_view(body))))};
        for (const std::string& field : fields) {
            more.emplace_back("-H");
            more.push_back(field);
        }
        return ask(more, path, body);
    }
    [[nodiscard]] std::string until(std::chrono::hours from_now) const {
        return "x-amz-object-lock-retain-until-date: " + rfc3339_seconds(clock_.now() + from_now);
    }
    [[nodiscard]] const S3Server& server() const { return server_; }
    async::Loop& loop() { return loop_; }

private:
    SystemClock clock_;
    TemporaryDirectory directory_;
    CertificateFiles files_;
    S3Server server_;
    async::Loop loop_{"caller"};
};

TEST(AnchorPolicyAttack, TakesWhatTheGatewayWritesAndLetsItRead) {
    AnchorBucket bucket(AnchorBucket::Speaks::tls);
    const audit::LockedObject anchor = bucket.anchor(std::chrono::days(retention_days));
    ASSERT_EQ(bucket.put(anchor), "written");
    EXPECT_THAT(bucket.put(anchor), StartsWith("already_exists"));
    const auto store = bucket.store();
    EXPECT_EQ(run(bucket.loop(), store->get(anchor.key, deadline_in(20s))).value(), "{}");
    EXPECT_EQ(run(bucket.loop(), store->list(chain_id + "/", "", deadline_in(20s))).value(),
              std::vector{anchor.key});
    EXPECT_EQ(run(bucket.loop(), store->get(chain_id + "/none", deadline_in(20s))).value(),
              std::nullopt);
}

TEST(AnchorPolicyAttack, AttackEveryWriteThatDiffersFromTheGatewaysIsRefused) {
    const AnchorBucket bucket(AnchorBucket::Speaks::tls);
    const std::string compliance = "x-amz-object-lock-mode: COMPLIANCE";
    const std::string new_name = "If-None-Match: *";
    const std::string long_enough = bucket.until(24h * retention_days);
    const std::string path = "/" + chain_id + "/a.json";
    struct Write {
        const char* what;
        std::vector<std::string> fields;
        std::string path;
        const char* answer;
    };
    const Write writes[] = {
        {"without a lock", {new_name}, path, "explicit deny"},
        {"a lock that can be lifted",
         {"x-amz-object-lock-mode: GOVERNANCE", long_enough, new_name},
         path,
         "explicit deny"},
        {"a day too short",
         {compliance, bucket.until(24h * (retention_days - 1)), new_name},
         path,
         "explicit deny"},
        {"over a name that may be there", {compliance, long_enough}, path, "explicit deny"},
        {"of another chain",
         {compliance, long_enough, new_name},
         "/staging/a.json",
         "no policy allows it"},
        {"beside the chains",
         {compliance, long_enough, new_name},
         "/a.json",
         "no policy allows it"}};
    for (const Write& write : writes) {
        const std::string answer = bucket.put_with(write.fields, write.path);
        EXPECT_THAT(answer, StartsWith("403 ")) << write.what;
        EXPECT_THAT(answer, HasSubstr(write.answer)) << write.what;
    }
    EXPECT_TRUE(bucket.server().stored().empty());
    EXPECT_THAT(bucket.put_with({compliance, long_enough, new_name}, path), StartsWith("200 "));
}

// The lock keeps versions, not names: the policy keeps the names.
TEST(AnchorPolicyAttack, AttackNothingIsRemovedOrHidden) {
    AnchorBucket bucket(AnchorBucket::Speaks::tls);
    const audit::LockedObject anchor = bucket.anchor(std::chrono::days(retention_days));
    ASSERT_EQ(bucket.put(anchor), "written");
    const std::string path = "/" + anchor.key;
    const std::string version = bucket.server().stored().at(0).version;
    EXPECT_THAT(bucket.ask({"-X", "DELETE"}, path), HasSubstr("explicit deny"));
    EXPECT_THAT(bucket.ask({"-X", "DELETE"}, path + "?versionId=" + version),
                HasSubstr("explicit deny"));
    // Whoever may otherwise do everything in the account is told the same.
    bucket.server().set_identity_policy("");
    EXPECT_THAT(bucket.ask({"-X", "DELETE"}, path), HasSubstr("explicit deny"));
    EXPECT_THAT(
        bucket.put_with(
            {"x-amz-object-lock-mode: COMPLIANCE", bucket.until(24h * (retention_days + 1))}, path),
        HasSubstr("explicit deny"));
    ASSERT_EQ(bucket.server().stored().size(), 1U);
    EXPECT_EQ(bucket.ask({}, path), "200 {}");
}

TEST(AnchorPolicyAttack, NothingIsTakenOrGivenWithoutTls) {
    AnchorBucket bucket(AnchorBucket::Speaks::plain);
    EXPECT_THAT(bucket.put(bucket.anchor(std::chrono::days(retention_days))),
                HasSubstr("explicit deny"));
    EXPECT_THAT(bucket.ask({}, "?list-type=2&prefix=" + chain_id + "%2F"),
                HasSubstr("explicit deny"));
    EXPECT_TRUE(bucket.server().stored().empty());
}

}  // namespace
}  // namespace rgw::test
