#include "aws_signing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rgw/crypto/encoding.hpp"

namespace rgw::outbound {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

std::string field(const std::vector<identity::FetchField>& fields, std::string_view name) {
    for (const identity::FetchField& one : fields) {
        if (one.name == name) {
            return std::string(one.value.expose());
        }
    }
    return "none";
}

identity::FetchField plain(std::string name, std::string value) {
    return {.name = std::move(name), .value = Secret(std::move(value))};
}

// Signature Version 4 test suite of AWS: github.com/awslabs/aws-c-auth,
// tests/aws-signing-test-suite.
struct SuiteCase {
    std::string name;
    AwsRequest request;
    std::string signed_fields;
    std::string signature;
    std::string token;
};

AwsRequest suite_request() {
    AwsRequest request;
    request.host = "example.amazonaws.com";
    return request;
}

AwsRequest with_path(std::string path) {
    AwsRequest request = suite_request();
    request.path = std::move(path);
    return request;
}

AwsRequest with_query(std::vector<std::pair<std::string, std::string>> query) {
    AwsRequest request = suite_request();
    request.query = std::move(query);
    return request;
}

AwsRequest with_fields(std::string method, std::vector<identity::FetchField> fields,
                       std::string_view body = "") {
    AwsRequest request = suite_request();
    request.method = std::move(method);
    request.fields = std::move(fields);
    request.body_digest = crypto::sha256(body);
    return request;
}

std::vector<SuiteCase> suite() {
    const std::string unreserved =
        "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return {
        {"get-utf8", with_path("/\u1234"), "host;x-amz-date",
         "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85", ""},
        {"get-space-unnormalized", with_path("/example space/"), "host;x-amz-date",
         "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741", ""},
        {"get-slashes-unnormalized", with_path("//example//"), "host;x-amz-date",
         "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5", ""},
        {"get-header-value-trim",
         with_fields("GET",
                     {plain("My-Header1", " value1"), plain("My-Header2", " \"a   b   c\"")}),
         "host;my-header1;my-header2;x-amz-date",
         "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736", ""},
        {"post-header-key-sort", with_fields("POST", {plain("My-Header1", "value1")}),
         "host;my-header1;x-amz-date",
         "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c", ""},
        {"get-vanilla-query-order-key-case",
         with_query({{"Param2", "value2"}, {"Param1", "value1"}}), "host;x-amz-date",
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", ""},
        {"get-vanilla-query-order-encoded",
         with_query({{"Param-3", "Value3"}, {"Param", "Value2"}, {"\u1234", "Value1"}}),
         "host;x-amz-date", "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac", ""},
        {"get-vanilla-utf8-query", with_query({{"\u1234", "bar"}}), "host;x-amz-date",
         "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04", ""},
        {"get-vanilla-query-unreserved", with_query({{unreserved, unreserved}}), "host;x-amz-date",
         "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197", ""},
        {"post-x-www-form-urlencoded",
         with_fields("POST",
                     {plain("Content-Type", "application/x-www-form-urlencoded"),
                      plain("Content-Length", "13"),
                      plain("x-amz-content-sha256",
                            "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e")},
                     "Param1=value1"),
         "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
         "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b", ""},
        {"get-vanilla-with-session-token", suite_request(), "host;x-amz-date;x-amz-security-token",
         "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
         "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"},
    };
}

TEST(AwsSigning, SignsAsThePublishedSuiteDoes) {
    const Timestamp at = parse_rfc3339("2015-08-30T12:36:00Z").value();
    for (const SuiteCase& one : suite()) {
        const AwsCredentials credentials{
            .access_key_id = "AKIDEXAMPLE",
            .secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            .session_token = Secret(one.token)};
        const auto fields = signature_fields(one.request, credentials,
                                             {.region = "us-east-1", .service = "service"}, at);
        EXPECT_EQ(field(fields, "Authorization"),
                  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/"
                  "aws4_request, SignedHeaders=" +
                      one.signed_fields + ", Signature=" + one.signature)
            << one.name;
        EXPECT_EQ(field(fields, "X-Amz-Date"), "20150830T123600Z");
        EXPECT_EQ(field(fields, "X-Amz-Security-Token"), one.token.empty() ? "none" : one.token);
    }
}

// Amazon S3 API Reference, "Signature Calculations for the Authorization Header".
struct S3Case {
    std::string method;
    std::string path;
    std::vector<std::pair<std::string, std::string>> query;
    std::vector<identity::FetchField> fields;
    std::string body;
    std::string signature;
};

TEST(AwsSigning, SignsTheExamplesOfTheS3Documentation) {
    const std::vector<S3Case> cases = {
        {"GET",
         "/test.txt",
         {},
         {plain("Range", "bytes=0-9")},
         "",
         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
        {"PUT",
         "/test$file.text",
         {},
         {plain("Date", "Fri, 24 May 2013 00:00:00 GMT"),
          plain("x-amz-storage-class", "REDUCED_REDUNDANCY")},
         "Welcome to Amazon S3.",
         "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
        {"GET",
         "/",
         {{"lifecycle", ""}},
         {},
         "",
         "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
        {"GET",
         "/",
         {{"prefix", "J"}, {"max-keys", "2"}},
         {},
         "",
         "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
    };
    const AwsCredentials credentials{
        .access_key_id = "AKIAIOSFODNN7EXAMPLE",
        .secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")};
    for (const S3Case& one : cases) {
        AwsRequest request{.method = one.method,
                           .host = "examplebucket.s3.amazonaws.com",
                           .path = one.path,
                           .query = one.query,
                           .fields = one.fields,
                           .body_digest = crypto::sha256(one.body)};
        request.fields.push_back(plain("x-amz-content-sha256", crypto::hex(request.body_digest)));
        const auto fields =
            signature_fields(request, credentials, {.region = "us-east-1", .service = "s3"},
                             parse_rfc3339("2013-05-24T00:00:00Z").value());
        EXPECT_THAT(field(fields, "Authorization"), EndsWith("Signature=" + one.signature))
            << one.method << " " << one.path;
        EXPECT_EQ(field(fields, "Host"), "examplebucket.s3.amazonaws.com");
    }
}

TEST(AwsSigning, FieldsOfOneNameAreOneLineInTheirOrder) {
    const auto signed_as = [](std::vector<identity::FetchField> fields) {
        return field(signature_fields(with_fields("GET", std::move(fields)),
                                      {.access_key_id = "A", .secret_access_key = Secret("s")},
                                      {.region = "r", .service = "s3"}, Timestamp()),
                     "Authorization");
    };
    const std::string joined = signed_as({plain("a", "x,y")});
    EXPECT_EQ(signed_as({plain("A", "x"), plain("a", " y ")}), joined);
    EXPECT_NE(signed_as({plain("a", "y"), plain("a", "x")}), joined);
    EXPECT_THAT(joined, HasSubstr("SignedHeaders=a;host;x-amz-date,"));
}

TEST(AwsSigning, EncodesWhatIsSentAsItIsSigned) {
    EXPECT_EQ(encoded_path("/a b/ü+=&%2F~'()*!"), "/a%20b/%C3%BC%2B%3D%26%252F~%27%28%29%2A%21");
    EXPECT_EQ(encoded_path("/"), "/");
    EXPECT_EQ(encoded_path("//a/"), "//a/");
    EXPECT_EQ(encoded_path("/../."), "/../.");
    AwsRequest request;
    EXPECT_EQ(encoded_query(request), "");
    request.query = {{"b", "2"}, {"a b", "+/"}, {"a", "=&"}, {"a", "1"}, {"ä", ""}};
    EXPECT_EQ(encoded_query(request), "%C3%A4=&a=%3D%26&a=1&a%20b=%2B%2F&b=2");
}

}  // namespace
}  // namespace rgw::outbound
