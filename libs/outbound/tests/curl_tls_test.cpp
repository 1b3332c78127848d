#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "fetching.hpp"
#include "rgw/http/tls.hpp"
#include "support/certificates.hpp"

namespace rgw::outbound::test {
namespace {

using http::ServerTls;
using http::test::CertificateFiles;
using http::test::make_certificate;
using http::test::TemporaryDirectory;
using http::test::TestServer;
using testing::StartsWith;

class CurlTls : public testing::Test {
protected:
    [[nodiscard]] static std::string url(const TestServer& server, const std::string& host,
                                         const std::string& path = "/hello") {
        return "https://" + host + ":" + std::to_string(server.port()) + path;
    }

    TemporaryDirectory directory_;
    CertificateFiles files_ = make_certificate(directory_, "127.0.0.1");
    std::unique_ptr<ServerTls> server_tls_ =
        ServerTls::load(files_.certificate, files_.key).value();
    TestServer server_{{}, server_tls_.get()};
};

TEST_F(CurlTls, TrustsTheAuthoritiesOfItsFile) {
    Fetching fetching({.ca_file = files_.certificate});
    EXPECT_EQ(fetching.outcome(get(url(server_, "127.0.0.1"))), "200 hello");
    EXPECT_EQ(fetching.outcome(post(url(server_, "127.0.0.1", "/echo"), "code=1")), "200 code=1");
}

TEST_F(CurlTls, ACertificateThatIsNotTrustedIsAFailureWithItsReason) {
    const auto outcome = [](const std::string& ca_file, const std::string& address) {
        Fetching fetching({.ca_file = ca_file});
        return fetching.outcome(get(address + "?code=secret"));
    };
    const std::string address = url(server_, "127.0.0.1");
    EXPECT_EQ(outcome("", address),
              "sign_in_unavailable: 127.0.0.1: SSL certificate problem: self-signed certificate");
    const CertificateFiles other = make_certificate(directory_, "other.test");
    EXPECT_EQ(outcome(other.certificate, address),
              "sign_in_unavailable: 127.0.0.1: SSL certificate problem: self-signed certificate");
    EXPECT_EQ(
        outcome(files_.certificate, url(server_, "localhost")),
        "sign_in_unavailable: localhost: SSL: no alternative certificate subject name matches "
        "target host name 'localhost'");
    EXPECT_THAT(outcome(directory_.file("none"), address),
                StartsWith("sign_in_unavailable: 127.0.0.1: "));

    const CertificateFiles expired = make_certificate(directory_, "localhost", -1);
    const auto old_tls = ServerTls::load(expired.certificate, expired.key).value();
    const TestServer old_server({}, old_tls.get());
    EXPECT_EQ(outcome(expired.certificate, url(old_server, "localhost")),
              "sign_in_unavailable: localhost: SSL certificate problem: certificate has expired");
}

TEST_F(CurlTls, APlainServerIsNoTlsServer) {
    const TestServer plain;
    Fetching fetching({.ca_file = files_.certificate});
    EXPECT_THAT(fetching.outcome(get(url(plain, "127.0.0.1"))),
                StartsWith("sign_in_unavailable: 127.0.0.1: "));
}

}  // namespace
}  // namespace rgw::outbound::test
