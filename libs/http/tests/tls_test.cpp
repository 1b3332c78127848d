#include "rgw/http/tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "openssl_types.hpp"
#include "rgw/http/peer_certificate.hpp"
#include "support/certificates.hpp"
#include "support/raw_client.hpp"
#include "support/test_call.hpp"
#include "support/test_server.hpp"

namespace rgw::http::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class Tls : public testing::Test {
protected:
    std::unique_ptr<ClientTls> client(const std::string& name, const std::string& ca_file,
                                      Trust trust = Trust::authorities) {
        ClientTlsOptions options;
        options.server_name = name;
        options.ca_file = ca_file;
        options.trust = trust;
        return ClientTls::create(options).value();
    }

    TemporaryDirectory directory_;
    CertificateFiles files_ = make_certificate(directory_, "rack.test");
    std::unique_ptr<ServerTls> server_tls_ =
        ServerTls::load(files_.certificate, files_.key).value();
    TestServer server_{{}, server_tls_.get()};
};

TEST_F(Tls, ServesAndCallsOverTls) {
    const auto tls = client("rack.test", files_.certificate);
    TestUpstream upstream(to_port(server_.port(), "https"), tls.get());
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(upstream.get("/hello"), "200 hello");
        EXPECT_EQ(upstream.get("/chunks"), "200 abc");
        EXPECT_EQ(upstream.call("POST", "/whole", "12345"), "200 12345");
    }
    const std::string body(3'000'000, 'x');
    EXPECT_EQ(upstream.call("POST", "/count", body), "200 3000000");
    EXPECT_EQ(upstream.get("/big/3000000").size(), 3'000'004U);
    EXPECT_EQ(upstream.stats().opened_total, 1U);
}

TEST_F(Tls, RefusesACertificateItDoesNotTrustAndSaysWhy) {
    const CertificateFiles other = make_certificate(directory_, "other.test");
    const CertificateFiles expired = make_certificate(directory_, "expired.test", -1);
    const auto error = [&](ClientTls& tls, std::uint16_t port) {
        TestUpstream upstream(to_port(port, "https"), &tls);
        return upstream.error_of_get("/hello");
    };
    const auto unknown = client("rack.test", other.certificate);
    EXPECT_THAT(error(*unknown, server_.port()),
                StartsWith("rack_tls_untrusted: 127.0.0.1: self-signed certificate"));
    const auto system = client("rack.test", "");
    EXPECT_THAT(error(*system, server_.port()),
                StartsWith("rack_tls_untrusted: 127.0.0.1: self-signed certificate"));
    const auto misnamed = client("elsewhere.test", files_.certificate);
    EXPECT_THAT(error(*misnamed, server_.port()),
                StartsWith("rack_tls_untrusted: 127.0.0.1: hostname mismatch"));
    const auto address = client("127.0.0.1", files_.certificate);
    EXPECT_THAT(error(*address, server_.port()),
                StartsWith("rack_tls_untrusted: 127.0.0.1: IP address mismatch"));

    const auto old_tls = ServerTls::load(expired.certificate, expired.key).value();
    TestServer old_server({}, old_tls.get());
    const auto trusting = client("expired.test", expired.certificate);
    EXPECT_THAT(error(*trusting, old_server.port()),
                StartsWith("rack_tls_untrusted: 127.0.0.1: certificate has expired"));
}

TEST_F(Tls, VerifiesAddressesAndSkipsVerificationOnlyWhenTold) {
    const CertificateFiles numbered = make_certificate(directory_, "127.0.0.1");
    const auto tls = ServerTls::load(numbered.certificate, numbered.key).value();
    TestServer server({}, tls.get());
    const auto by_address = client("127.0.0.1", numbered.certificate);
    TestUpstream upstream(to_port(server.port(), "https"), by_address.get());
    EXPECT_EQ(upstream.get("/hello"), "200 hello");

    const auto insecure = client("elsewhere.test", "", Trust::anyone);
    TestUpstream unverified(to_port(server_.port(), "https"), insecure.get());
    EXPECT_EQ(unverified.get("/hello"), "200 hello");
}

// What a fetch finds at a server.
PeerCertificate fetch_from(std::uint16_t port) {
    async::Loop loop("fetch");
    async::CpuPool resolver(1);
    loop.start();
    auto fetched =
        boost::asio::co_spawn(
            loop.executor(),
            fetch_peer_certificate(loop, resolver, to_port(port, "https").origin, deadline_in(10s)),
            boost::asio::use_future)
            .get();
    loop.stop();
    loop.join();
    return fetched.value();
}

TEST_F(Tls, APinnedPeerShowsThatCertificateAndNoOther) {
    const PeerCertificate shown = fetch_from(server_.port());
    EXPECT_THAT(shown.pem, StartsWith("-----BEGIN CERTIFICATE-----"));
    CertificatePin pin;
    const auto tls =
        ClientTls::create({.server_name = "elsewhere.test", .trust = Trust::pin, .pin = &pin})
            .value();
    TestUpstream upstream(to_port(server_.port(), "https"), tls.get());
    const std::string refused = "rack_tls_untrusted: 127.0.0.1: not the pinned certificate";
    EXPECT_EQ(upstream.error_of_get("/hello"), refused) << "nothing is pinned yet";
    pin.set(shown.fingerprint);
    EXPECT_EQ(upstream.get("/hello"), "200 hello");
    EXPECT_EQ(upstream.get("/hello"), "200 hello");
    EXPECT_EQ(upstream.stats().opened_total, 1U);

    const CertificateFiles other = make_certificate(directory_, "rack.test");
    const auto other_tls = ServerTls::load(other.certificate, other.key).value();
    TestServer impostor({}, other_tls.get());
    TestUpstream to_impostor(to_port(impostor.port(), "https"), tls.get());
    EXPECT_EQ(to_impostor.error_of_get("/hello"), refused) << "the same name is not enough";

    pin.set(fetch_from(impostor.port()).fingerprint);
    EXPECT_EQ(upstream.error_of_get("/hello"), refused)
        << "neither a connection nor a session kept from before the change is used";
    EXPECT_EQ(to_impostor.get("/hello"), "200 hello");
    pin.clear();
    EXPECT_EQ(to_impostor.error_of_get("/hello"), refused);
}

TEST_F(Tls, APlainClientIsClosedAndAPlainServerIsUnreachable) {
    RawClient plain(server_.port());
    plain.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(plain.read_to_end(), testing::Not(HasSubstr("HTTP/1.1")));

    TestServer plain_server;
    const auto tls = client("rack.test", files_.certificate);
    TestUpstream upstream(to_port(plain_server.port(), "https"), tls.get());
    EXPECT_THAT(upstream.error_of_get("/hello"), StartsWith("rack_unreachable: 127.0.0.1: "));
}

TEST_F(Tls, AHandshakeThatNeverComesIsBoundAndBlocksNobody) {
    RawClient silent(server_.port());
    const auto tls = client("rack.test", files_.certificate);
    TestUpstream upstream(to_port(server_.port(), "https"), tls.get());
    EXPECT_EQ(upstream.get("/hello"), "200 hello");
    EXPECT_TRUE(eventually([&] { return server_.listener().stats().connections == 2; }));
    pass_time(server_.loop(), 11s);
    EXPECT_EQ(silent.read_to_end(), "");
}

// A blocking TLS client on a raw socket.
SslConnection connect_blocking(RawClient& socket, SSL_CTX* context, SSL_SESSION* session) {
    SslConnection ssl(SSL_new(context));
    SSL_set_fd(ssl.get(), socket.fd());
    if (session != nullptr) {
        SSL_set_session(ssl.get(), session);
    }
    return SSL_connect(ssl.get()) == 1 ? std::move(ssl) : nullptr;
}

std::string exchange(SSL* ssl, const std::string& request) {
    SSL_write(ssl, request.data(), static_cast<int>(request.size()));
    std::string answer(4096, '\0');
    const int got = SSL_read(ssl, answer.data(), static_cast<int>(answer.size()));
    answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return answer;
}

TEST_F(Tls, OffersOnlyHttp11AndModernVersionsAndResumesSessions) {
    const std::string request = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";
    const SslContext context(SSL_CTX_new(TLS_client_method()));
    static constexpr unsigned char both[] = "\x02h2\x08http/1.1";
    SSL_CTX_set_alpn_protos(context.get(), both, sizeof(both) - 1);
    RawClient socket(server_.port());
    const SslConnection ssl = connect_blocking(socket, context.get(), nullptr);
    ASSERT_NE(ssl, nullptr);
    const unsigned char* chosen = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl.get(), &chosen, &size);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
    // Head and body are one record.
    EXPECT_THAT(exchange(ssl.get(), request), HasSubstr("\r\n\r\nhello"));

    const SslSession session(SSL_get1_session(ssl.get()));
    RawClient second(server_.port());
    const SslConnection resumed = connect_blocking(second, context.get(), session.get());
    ASSERT_NE(resumed, nullptr);
    EXPECT_EQ(SSL_session_reused(resumed.get()), 1);

    static constexpr unsigned char only_h2[] = "\x02h2";
    SSL_CTX_set_alpn_protos(context.get(), only_h2, sizeof(only_h2) - 1);
    RawClient third(server_.port());
    EXPECT_EQ(connect_blocking(third, context.get(), nullptr), nullptr);

    const SslContext old(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(old.get(), 0);
    SSL_CTX_set_max_proto_version(old.get(), TLS1_1_VERSION);
    RawClient fourth(server_.port());
    EXPECT_EQ(connect_blocking(fourth, old.get(), nullptr), nullptr);
}

// Answers one request on a blocking TLS connection and closes it; tells whether the session was
// resumed.
bool serve_once(RawServer& rack, SSL_CTX* context) {
    RawClient socket = rack.accept();
    const SslConnection ssl(SSL_new(context));
    SSL_set_fd(ssl.get(), socket.fd());
    SSL_accept(ssl.get());
    std::string request(4096, '\0');
    SSL_read(ssl.get(), request.data(), static_cast<int>(request.size()));
    const std::string answer =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
    SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(ssl.get());
    return SSL_session_reused(ssl.get()) == 1;
}

TEST_F(Tls, ANewConnectionToTheRackResumesTheLastSession) {
    RawServer rack;
    const auto tls = client("rack.test", files_.certificate);
    TestUpstream upstream(to_port(rack.port(), "https"), tls.get());
    std::vector<bool> resumed;
    std::thread server([&] {
        resumed.push_back(serve_once(rack, server_tls_->context()));
        resumed.push_back(serve_once(rack, server_tls_->context()));
    });
    EXPECT_EQ(upstream.get("/"), "200 ok");
    EXPECT_EQ(upstream.get("/"), "200 ok");
    server.join();
    EXPECT_THAT(resumed, ElementsAre(false, true));
}

TEST_F(Tls, ReloadsFilesThatChangedAndKeepsTheOldPairOnFailure) {
    const auto newer = make_certificate(directory_, "newer.test");
    std::filesystem::copy_file(newer.certificate, files_.certificate,
                               std::filesystem::copy_options::overwrite_existing);
    const auto mismatch = server_tls_->reload_if_changed();
    ASSERT_FALSE(mismatch);
    EXPECT_THAT(describe(mismatch.error()), HasSubstr("configuration_invalid: TLS key file"));
    const auto old_name = client("newer.test", newer.certificate);
    TestUpstream before(to_port(server_.port(), "https"), old_name.get());
    EXPECT_THAT(before.error_of_get("/hello"), HasSubstr("rack_tls_untrusted"));

    std::filesystem::copy_file(newer.key, files_.key,
                               std::filesystem::copy_options::overwrite_existing);
    ASSERT_TRUE(server_tls_->reload_if_changed());
    TestUpstream after(to_port(server_.port(), "https"), old_name.get());
    EXPECT_EQ(after.get("/hello"), "200 hello");
}

TEST(TlsFiles, ThatCannotBeUsedAreNamed) {
    const TemporaryDirectory directory;
    const CertificateFiles good = make_certificate(directory, "a.test");
    std::ofstream(directory.file("junk")) << "junk";
    const auto load = [](const std::string& certificate, const std::string& key) {
        const auto tls = ServerTls::load(certificate, key);
        return tls ? "" : describe(tls.error());
    };
    EXPECT_EQ(load(good.certificate, good.key), "");
    EXPECT_THAT(load(directory.file("none"), good.key),
                HasSubstr("TLS certificate file " + directory.file("none")));
    EXPECT_THAT(load(directory.file("junk"), good.key), HasSubstr("TLS certificate file"));
    EXPECT_THAT(load(good.certificate, directory.file("junk")), HasSubstr("TLS key file"));
    ClientTlsOptions options;
    options.ca_file = directory.file("junk");
    EXPECT_FALSE(ClientTls::create(options));
}

}  // namespace
}  // namespace rgw::http::test
