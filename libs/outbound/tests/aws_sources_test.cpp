#include "aws_sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "support/certificates.hpp"

namespace rgw::outbound {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class AwsSources : public testing::Test {
protected:
    std::string file(const std::string& name, const std::string& text) {
        const std::string path = directory_.file(name);
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    // "id secret token", or the error.
    std::string obtained(const AwsOptions& options) {
        const auto credentials =
            obtain_credentials(options, "eu-central-1", deadline_in(5s), stopping_);
        if (!credentials) {
            return describe(credentials.error());
        }
        return credentials->access_key_id + " " +
               std::string(credentials->secret_access_key.expose()) + " " +
               std::string(credentials->session_token.expose());
    }

    http::test::TemporaryDirectory directory_;
    Stopping stopping_;
    // Nothing answers there: what asks it fails at once.
    AwsOptions options_{.metadata_endpoint = "http://127.0.0.1:1"};
};

TEST_F(AwsSources, TheEnvironmentComesFirst) {
    options_.credentials_file = file("credentials", "[default]\naws_access_key_id=F\n");
    options_.web_identity_token_file = "/none";
    options_.access_key_id = "AKID\n";
    options_.secret_access_key = Secret("key\n");
    EXPECT_EQ(obtained(options_), "AKID key ");
    options_.session_token = Secret("token");
    EXPECT_EQ(obtained(options_), "AKID key token");
}

TEST_F(AwsSources, HalfOfAKeyIsAnError) {
    options_.secret_access_key = Secret("secret");
    const std::string half =
        "object_storage_unavailable: AWS credentials from the environment: AWS_ACCESS_KEY_ID goes "
        "together with AWS_SECRET_ACCESS_KEY";
    EXPECT_EQ(obtained(options_), half);
    options_.access_key_id = "AKID";
    options_.secret_access_key = Secret(" \n");
    EXPECT_EQ(obtained(options_), half);
}

TEST_F(AwsSources, AKeyCannotAddFieldsToARequest) {
    options_.access_key_id = "AKID";
    options_.secret_access_key = Secret("key");
    options_.session_token = Secret("token\r\nX-Evil: secret");
    const std::string outcome = obtained(options_);
    EXPECT_THAT(outcome, HasSubstr("characters that no key has"));
    EXPECT_THAT(outcome, Not(HasSubstr("secret")));
}

TEST_F(AwsSources, AProfileGivesItsStaticKeys) {
    options_.credentials_file =
        file("credentials",
             "[default]\naws_access_key_id = D\naws_secret_access_key = ds\n"
             "[audit]\naws_access_key_id = A\naws_secret_access_key = as\naws_session_token = at\n"
             "[half]\naws_access_key_id = H\n"
             "[role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n");
    options_.config_file = file("config", "[profile login]\nsso_session = mine\n");
    EXPECT_EQ(obtained(options_), "D ds ");
    const auto of_profile = [&](std::string name) {
        options_.profile = std::move(name);
        return obtained(options_);
    };
    const std::string source = "object_storage_unavailable: AWS credentials from a profile: ";
    EXPECT_EQ(of_profile("audit"), "A as at");
    EXPECT_EQ(of_profile("half"), source + "profile half has half of a key");
    EXPECT_EQ(of_profile("role"),
              source +
                  "profile role uses role_arn, which is not supported: it must have "
                  "aws_access_key_id and aws_secret_access_key");
    EXPECT_THAT(of_profile("login"), HasSubstr("profile login uses sso_session, which is not"));
    EXPECT_EQ(of_profile("none"),
              source + "profile none has no keys in " + options_.credentials_file);
}

TEST_F(AwsSources, AFileThatCannotBeReadIsNamedWithoutWhatIsInIt) {
    options_.credentials_file = file("credentials", "[default]\nsecret\n");
    EXPECT_EQ(obtained(options_), "object_storage_unavailable: AWS credentials from a profile: " +
                                      options_.credentials_file +
                                      ": line 2: neither a section nor a setting");
    options_.credentials_file = file("large", std::string(300'000, '#'));
    EXPECT_THAT(obtained(options_), HasSubstr("it is larger than 256 KiB"));
}

TEST_F(AwsSources, WithoutAnyInstanceMetadataIsAskedUnlessDisabled) {
    options_.credentials_file = directory_.file("none");
    EXPECT_THAT(obtained(options_), HasSubstr("AWS credentials from instance metadata: "));
    options_.metadata_disabled = true;
    EXPECT_EQ(obtained(options_),
              "object_storage_unavailable: AWS credentials: there are none, and instance metadata "
              "is disabled");
}

TEST_F(AwsSources, AWebIdentityNeedsItsTokenAndRole) {
    const std::string source =
        "object_storage_unavailable: AWS credentials from the web identity: ";
    options_.role_arn = "arn";
    EXPECT_EQ(obtained(options_),
              source + "AWS_WEB_IDENTITY_TOKEN_FILE goes together with AWS_ROLE_ARN");
    options_.web_identity_token_file = directory_.file("none");
    EXPECT_EQ(obtained(options_),
              source + options_.web_identity_token_file + ": it is not there, or may not be read");
    options_.web_identity_token_file = file("token", "secret\nsecret\n");
    EXPECT_EQ(obtained(options_),
              source + options_.web_identity_token_file + ": it is not one line");
}

TEST_F(AwsSources, AContainerIsAskedNearbyOnly) {
    for (const std::string_view uri :
         {"http://169.254.170.2/v2/x", "http://169.254.170.23/v1/credentials",
          "http://[fd00:ec2::23]/v1", "http://127.0.0.1:8080/c", "http://localhost/c",
          "http://[::1]:80"}) {
        EXPECT_TRUE(is_container_address(uri)) << uri;
    }
    for (const std::string_view uri :
         {"", "http://", "https://169.254.170.2/", "http://169.254.169.254/latest",
          "http://evil.test/", "http://localhost.evil.test/", "http://localhost@evil.test/",
          "http://localhost:80@evil.test/", "http://127.0.0.1.evil.test/",
          "http://[::1].evil.test/", "http://[::1", "file:///etc/passwd", "HTTP://localhost/"}) {
        EXPECT_FALSE(is_container_address(uri)) << uri;
    }
    options_.container_full_uri = "http://evil.test/";
    options_.container_token = Secret("secret");
    EXPECT_EQ(obtained(options_),
              "object_storage_unavailable: AWS credentials from the container: "
              "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither on this machine nor of ECS or EKS");
    options_.container_full_uri = "http://127.0.0.1:1/";
    options_.container_token = Secret("secret\r\nX-Evil: 1");
    EXPECT_THAT(obtained(options_), HasSubstr("AWS_CONTAINER_AUTHORIZATION_TOKEN is not one line"));
    options_.container_relative_uri = "@evil.test/";
    EXPECT_THAT(obtained(options_), HasSubstr("RELATIVE_URI is no path"));
}

TEST_F(AwsSources, TheRegionIsTheEnvironmentsOrTheProfiles) {
    EXPECT_EQ(region_of(options_).value(), "");
    options_.config_file = file("config", "[default]\nregion = eu-west-1\n[profile b]\n");
    options_.credentials_file = file("credentials", "[b]\nregion = eu-west-2\n");
    EXPECT_EQ(region_of(options_).value(), "eu-west-1");
    options_.profile = "b";
    EXPECT_EQ(region_of(options_).value(), "eu-west-2");
    options_.region = "us-gov-east-1";
    EXPECT_EQ(region_of(options_).value(), "us-gov-east-1");
    for (const std::string bad : {"evil.test/", "EU", "eu west", "a@b"}) {
        options_.region = bad;
        EXPECT_EQ(region_of(options_).error().code, Errc::configuration_invalid) << bad;
    }
}

}  // namespace
}  // namespace rgw::outbound
