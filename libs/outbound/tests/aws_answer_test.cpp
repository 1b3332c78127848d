#include "aws_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace rgw::outbound {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string complaint(std::string_view xml) {
    return text_of(read_complaint(xml));
}

TEST(AwsComplaint, NamesCodeAndMessage) {
    EXPECT_EQ(
        complaint("<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code><Message>Reduce &amp; "
                  "wait</Message><RequestId>1</RequestId></Error>"),
        "SlowDown: Reduce & wait");
    EXPECT_EQ(complaint("<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>AccessDenied"
                        "</Code><Message>no</Message></Error></ErrorResponse>"),
              "AccessDenied: no");
    EXPECT_EQ(complaint("<Error><Code>NoSuchKey</Code></Error>"), "NoSuchKey");
    const AwsComplaint full = read_complaint(
        "<Error><Code>RequestTimeTooSkewed</Code><Region>eu-west-3</Region>"
        "<ServerTime>2026-01-31T10:00:00Z</ServerTime></Error>");
    EXPECT_EQ(full.region, "eu-west-3");
    EXPECT_EQ(full.server_time, parse_rfc3339("2026-01-31T10:00:00Z").value());
}

TEST(AwsComplaint, WhatIsNoErrorSaysNothing) {
    for (const std::string_view body :
         {"", "not xml", "<html><body>Sign in</body></html>", "<Error><Code>cut", "{\"a\":1}",
          "<Errors><Error><Code>X</Code></Error></Errors>", "<Error/><Error/>"}) {
        EXPECT_EQ(complaint(body), "") << body;
    }
}

TEST(AwsComplaint, IsBoundedAndWithoutControlCharacters) {
    const std::string text = complaint("<Error><Code>A\x1b[31mB</Code><Message>x\ny\x7f" +
                                       std::string(100'000, 'z') + "</Message></Error>");
    EXPECT_THAT(text, testing::StartsWith("A [31mB: x y "));
    EXPECT_LT(text.size(), 500U);
    EXPECT_THAT(text, Not(HasSubstr("\n")));
    EXPECT_THAT(complaint("<Error><Code>\xff\xfe</Code></Error>"), HasSubstr("\uFFFD"));
}

// Nobody's entities are expanded: not a billion laughs, not a file of this machine.
TEST(AwsComplaint, ADocumentTypeIsRefused) {
    EXPECT_EQ(complaint("<!DOCTYPE Error [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
                        "<Error><Code>&b;</Code></Error>"),
              "");
    EXPECT_EQ(complaint("<!DOCTYPE Error [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>"
                        "<Error><Code>&f;</Code></Error>"),
              "");
    EXPECT_EQ(complaint("<Error><Code>&f;</Code></Error>"), "&f;");
}

TEST(AwsComplaint, DepthDoesNoHarm) {
    std::string deep;
    for (int i = 0; i < 200'000; ++i) {
        deep += "<a>";
    }
    EXPECT_EQ(complaint(deep), "");
    EXPECT_EQ(complaint("<Error>" + deep), "");
}

std::string listing(const std::string& inside, const std::string& encoding = "url") {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3"
           ".amazonaws.com/doc/2006-03-01/\"><Name>b</Name><EncodingType>" +
           encoding + "</EncodingType>" + inside + "</ListBucketResult>";
}

std::string entry(const std::string& key) {
    return "<Contents><Key>" + key + "</Key><Size>3</Size></Contents>";
}

TEST(AwsListing, GivesTheKeysDecoded) {
    EXPECT_THAT(read_listing(listing("")).value(), IsEmpty());
    EXPECT_THAT(read_listing(listing(entry("a/b") + entry("a/%C3%BC+%2B%25") +
                                     "<CommonPrefixes><Prefix>x/</Prefix></CommonPrefixes>"))
                    .value(),
                ElementsAre("a/b", "a/ü +%"));
}

TEST(AwsListing, WhatIsNoneIsAnError) {
    const auto error = [](const std::string& xml) {
        const auto keys = read_listing(xml);
        return keys ? "none" : keys.error().detail;
    };
    std::string many;
    for (int i = 0; i <= 1000; ++i) {
        many += entry("k" + std::to_string(i));
    }
    EXPECT_EQ(error(""), "the answer is no listing");
    EXPECT_EQ(error("<html/>"), "the answer is no listing");
    EXPECT_EQ(error("<!DOCTYPE x>" + listing("")), "the answer is no listing");
    EXPECT_EQ(error(listing("", "")), "the listing is not percent-encoded");
    EXPECT_EQ(error(listing(entry("%zz"))), "a key of the listing is not percent-encoded");
    EXPECT_EQ(error(listing(entry(""))), "a key of the listing has an impossible length");
    EXPECT_EQ(error(listing(entry(std::string(1025, 'k')))),
              "a key of the listing has an impossible length");
    EXPECT_EQ(error(listing(many)), "the listing has more keys than asked for");
}

std::string assumed(const std::string& inside) {
    return "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
           "<AssumeRoleWithWebIdentityResult><Credentials>" +
           inside +
           "</Credentials></AssumeRoleWithWebIdentityResult>"
           "</AssumeRoleWithWebIdentityResponse>";
}

TEST(AwsCredentialAnswers, AreReadFromXmlAndJson) {
    const auto xml = read_assumed_role(
        assumed("<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s/+=</SecretAccessKey>"
                "<SessionToken>t</SessionToken><Expiration>2026-01-31T10:00:00Z</Expiration>"));
    ASSERT_TRUE(xml) << describe(xml.error());
    EXPECT_EQ(xml->access_key_id, "ASIA1");
    EXPECT_EQ(xml->secret_access_key.expose(), "s/+=");
    EXPECT_EQ(xml->session_token.expose(), "t");
    EXPECT_EQ(xml->expires_at, parse_rfc3339("2026-01-31T10:00:00Z").value());

    const auto json = read_credentials(
        R"({"Code":"Success","AccessKeyId":"ASIA2","SecretAccessKey":"s","Token":"t",)"
        R"("Expiration":"2026-01-31T10:00:00Z","RoleArn":"x"})");
    ASSERT_TRUE(json) << describe(json.error());
    EXPECT_EQ(json->access_key_id, "ASIA2");
    EXPECT_EQ(json->session_token.expose(), "t");
}

TEST(AwsCredentialAnswers, WhatIsMissingIsAnErrorThatRepeatsNothing) {
    const auto xml = [](const std::string& body) {
        return describe(read_assumed_role(body).error());
    };
    const auto json = [](const std::string& body) {
        return describe(read_credentials(body).error());
    };
    EXPECT_EQ(xml("secret"), "invalid_value: the answer is none of STS");
    EXPECT_EQ(xml(assumed("<AccessKeyId>secret</AccessKeyId>")),
              "invalid_value: the answer has no credentials");
    EXPECT_EQ(xml(assumed("<AccessKeyId>i</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>"
                          "<Expiration>secret</Expiration>")),
              "invalid_value: the answer does not say when its credentials expire");
    EXPECT_EQ(json("secret"), "invalid_value: the answer is no JSON object");
    EXPECT_EQ(json(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"secret"})"),
              "invalid_value: the answer says AssumeRoleUnauthorizedAccess");
    EXPECT_EQ(json(R"({"AccessKeyId":"i","SecretAccessKey":7})"),
              "invalid_value: the answer has no credentials");
}

}  // namespace
}  // namespace rgw::outbound
