// Connections to PostgreSQL with TLS, as the gateway and its commands make them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json.hpp>
#include <functional>
#include <thread>

#include "database_tls_world.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Doctor {
    std::string connection;  // verdict: value
    std::string tls;
};

Doctor examine(World& world) {
    const Ran ran = world.run_gateway({"doctor", "--json"});
    Doctor doctor;
    json::error_code error;
    const json::value report = json::parse(ran.out, error);
    if (error) {
        ADD_FAILURE() << ran.out << ran.err;
        return doctor;
    }
    for (const json::value& check : report.at("checks").as_array()) {
        const auto value = json::value_to<std::string>(check.at("value"));
        if (check.at("id") == "connection") {
            doctor.connection = json::value_to<std::string>(check.at("verdict")) + ": " + value;
        } else if (check.at("id") == "tls") {
            doctor.tls = value;
        }
    }
    return doctor;
}

TEST_F(DatabaseTls, EveryModeConnectsWhereItShouldAndDoctorSaysHow) {
    struct Case {
        std::string url;
        Environment more;
        std::string tls;
    };
    const std::string encrypted = "TLSv1.3, TLS_";
    const Case cases[] = {
        {url("app", "sslmode=disable"), {}, "none: both are on one host"},
        {url("app", "sslmode=prefer"), {}, encrypted},
        {url("app", "sslmode=require"), {}, encrypted},
        {url("app", "sslmode=verify-ca" + root(), "127.0.0.1"), {}, encrypted},
        {url("app", "sslmode=verify-full" + root()), {}, encrypted},
        {url("app", "sslmode=verify-full&channel_binding=require" + root()), {}, encrypted},
        {url("app", ""),
         {{"PGSSLMODE", "verify-full"},
          {"PGSSLROOTCERT", certificates_->file("ca.crt")},
          {"PGCHANNELBINDING", "require"}},
         encrypted},
        // What the connection string says wins over the variables.
        {url("app", "sslmode=disable"), {{"PGSSLMODE", "require"}}, "none: both are on one host"},
        {url("secured", "sslmode=require"), {}, encrypted},
        {url("certified", "sslmode=verify-full" + root() + client_key("client.key")),
         {},
         encrypted},
        {url("certified",
             "sslmode=require" + client_key("encrypted.key") + "&sslpassword=" + key_password),
         {},
         encrypted},
        {url("certified", "sslmode=require"),
         {{"PGSSLCERT", certificates_->file("client.crt")},
          {"PGSSLKEY", certificates_->file("client.key")}},
         encrypted},
    };
    const Environment plain = world_.environment;
    for (const Case& c : cases) {
        world_.environment = plain;
        world_.environment["DATABASE_URL"] = c.url;
        world_.environment.insert(c.more.begin(), c.more.end());
        const Doctor doctor = examine(world_);
        EXPECT_THAT(doctor.connection, StartsWith("ok: ")) << c.url;
        EXPECT_THAT(doctor.tls, StartsWith(c.tls)) << c.url;
    }
}

TEST_F(DatabaseTls, ARefusalNamesTheHostAndTheReasonAndNoPassword) {
    struct Case {
        std::string url;
        std::string reason;
        std::string shown = "server";
        std::string host = "localhost";
    };
    const Case cases[] = {
        {url("app", "sslmode=verify-full" + root(), "127.0.0.1"),
         R"(does not match host name "127.0.0.1")", "server", "127.0.0.1"},
        {url("app", "sslmode=verify-full" + root("other_ca")), "certificate verify failed"},
        {url("app", "sslmode=verify-ca" + root("other_ca")), "certificate verify failed"},
        // A root certificate makes of "require" what "verify-ca" is.
        {url("app", "sslmode=require" + root("other_ca")), "certificate verify failed"},
        {url("app", "sslmode=verify-full&sslrootcert=/nowhere/root.crt"), "/nowhere/root.crt"},
        {url("app", "sslmode=verify-full" + root()), "certificate verify failed", "expired"},
        {url("app", "sslmode=verify-full" + root()), "certificate verify failed", "impostor"},
        {url("secured", "sslmode=disable"), "no encryption"},
        {url("app", "sslmode=disable&channel_binding=require"), "channel binding required"},
        {url("certified", "sslmode=require"), "valid client certificate"},
        {url("certified", "sslmode=require" + client_key("encrypted.key")), "encrypted.key"},
        {url("certified",
             "sslmode=require" + client_key("encrypted.key") + "&sslpassword=wrong-key-word"),
         "encrypted.key"},
        {url("app", "sslmode=sometimes"), "invalid sslmode value: \"sometimes\""},
    };
    const std::vector<std::vector<std::string>> commands = {{}, {"migrate"}, {"audit", "verify"}};
    std::size_t number = 0;
    for (const Case& c : cases) {
        show(c.shown);
        world_.environment["DATABASE_URL"] = c.url;
        const Ran ran = world_.run_gateway(commands[number++ % commands.size()]);
        EXPECT_EQ(ran.status, 1) << c.url;
        EXPECT_THAT(ran.err, AllOf(HasSubstr(c.host), HasSubstr(c.reason)));
        EXPECT_THAT(ran.out + ran.err,
                    Not(testing::AnyOf(HasSubstr(password), HasSubstr("pass phrase"),
                                       HasSubstr("key-word"))));
    }
}

TEST_F(DatabaseTls, ARenewedCertificateIsTakenAndAnotherAuthoritysIsNot) {
    world_.environment["DATABASE_URL"] = url("app", "sslmode=verify-full" + root());
    world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world_.start_gateway();
    const std::string token = world_.token("admin");
    const auto answers = [&](int status) {
        return eventually(
            [&] { return world_.call(token, "POST", "/apps/shop/cancel").status == status; });
    };
    ASSERT_TRUE(answers(200));
    // Open connections stay; new ones see the new certificate.
    show("renewed");
    EXPECT_EQ(world_.call(token, "POST", "/apps/shop/cancel").status, 200);
    drop_connections();
    EXPECT_TRUE(answers(200)) << world_.gateway_log();
    show("impostor");
    EXPECT_EQ(world_.call(token, "POST", "/apps/shop/cancel").status, 200);
    drop_connections();
    EXPECT_TRUE(answers(503));
    EXPECT_TRUE(eventually([&] {
        return world_.gateway_log().find("certificate verify failed") != std::string::npos;
    }));
    EXPECT_THAT(world_.gateway_log(), Not(HasSubstr(password)));
    show("server");
    EXPECT_TRUE(answers(200)) << world_.gateway_log();
    EXPECT_EQ(world_.verify().status, 0);
}

// A server with our name and another certificate, that asks for the password as it is.
TEST_F(DatabaseTls, APasswordIsNotSentToAServerThatIsNotProven) {
    const std::string sent = R"(password authentication failed for user "clear")";
    show("impostor");
    for (const std::string& careful :
         {"sslmode=verify-full" + root(), std::string("sslmode=require&channel_binding=require")}) {
        world_.environment["DATABASE_URL"] = url("clear", careful);
        EXPECT_EQ(world_.run_gateway({}).status, 1);
    }
    EXPECT_THAT(server_log(), AllOf(Not(HasSubstr(sent)), HasSubstr("SSL")));
    // What the page warns of: that much "require" gives away.
    world_.environment["DATABASE_URL"] = url("clear", "sslmode=require");
    EXPECT_EQ(world_.run_gateway({}).status, 1);
    EXPECT_THAT(server_log(), HasSubstr(sent));
}

// Listens where the gateway looks for its database, and has one of its connections at a time.
class InBetween {
public:
    using Conversation = std::function<void(int peer)>;

    explicit InBetween(Conversation conversation) : conversation_(std::move(conversation)) {
        sockaddr_in address = loopback(0);
        socklen_t length = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener_, generic, length), 0);
        EXPECT_EQ(::listen(listener_, 16), 0);
        ::getsockname(listener_, generic, &length);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    // Every connection must be over.
    ~InBetween() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    InBetween(const InBetween&) = delete;
    InBetween& operator=(const InBetween&) = delete;

    [[nodiscard]] int port() const { return port_; }

    static sockaddr_in loopback(int port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        return address;
    }
    // What comes next; "" at the end.
    static std::string receive(int peer) {
        std::array<char, 4096> bytes{};
        const ssize_t got = ::recv(peer, bytes.data(), bytes.size(), 0);
        return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    }
    static void send(int peer, const std::string& bytes) {
        ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }

private:
    void serve() {
        for (int peer = 0; (peer = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(peer)) {
            conversation_(peer);
        }
    }

    const int listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    Conversation conversation_;
    int port_ = 0;
    std::thread thread_;
};

TEST_F(DatabaseTls, SomebodyInBetweenWhoDeniesTlsOrAnswersForTheServerLearnsNothing) {
    // Length 8, and the code of SSLRequest.
    const std::string ssl_request("\0\0\0\x8\x04\xd2\x16\x2f", 8);
    const std::string authentication_ok("R\0\0\0\x8\0\0\0\0", 9);
    struct Case {
        std::string answer;
        std::string reason;
    };
    const Case cases[] = {
        {"N", "server does not support SSL, but SSL was required"},
        {authentication_ok, "received invalid response to SSL negotiation: R"},
    };
    for (const Case& c : cases) {
        for (const std::string& mode :
             {std::string("sslmode=require"), "sslmode=verify-full" + root()}) {
            std::string heard;
            {
                const InBetween between([&](int peer) {
                    heard += InBetween::receive(peer);
                    InBetween::send(peer, c.answer);
                    for (std::string more; !(more = InBetween::receive(peer)).empty();) {
                        heard += more;
                    }
                });
                world_.environment["DATABASE_URL"] = url("app", mode, "localhost", between.port());
                const Ran ran = world_.run_gateway({});
                EXPECT_EQ(ran.status, 1);
                EXPECT_THAT(ran.err, AllOf(HasSubstr(c.reason), HasSubstr("localhost"),
                                           Not(HasSubstr(password))));
            }
            while (heard.starts_with(ssl_request)) {
                heard.erase(0, ssl_request.size());
            }
            EXPECT_EQ(heard, "") << mode;
        }
    }
}

// Carries bytes both ways until either side has no more.
void relay(int one, int other) {
    std::array<pollfd, 2> ends = {pollfd{one, POLLIN, 0}, pollfd{other, POLLIN, 0}};
    while (::poll(ends.data(), ends.size(), -1) > 0) {
        for (const pollfd& end : ends) {
            if (end.revents == 0) {
                continue;
            }
            const std::string bytes = InBetween::receive(end.fd);
            if (bytes.empty()) {
                return;
            }
            InBetween::send(end.fd == one ? other : one, bytes);
        }
    }
}

// CVE-2021-23222: the handshake is the server's own, and before it stand an answer that the client
// would take for one that came through it.
TEST_F(DatabaseTls, WhatWasSaidBeforeTheHandshakeIsNotTakenForTheServers) {
    std::atomic<bool> inject = false;
    const InBetween between([&](int peer) {
        const int server = ::socket(AF_INET, SOCK_STREAM, 0);
        const sockaddr_in address = InBetween::loopback(port_);
        EXPECT_EQ(::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  0);
        InBetween::send(server, InBetween::receive(peer));
        const std::string authentication_ok("R\0\0\0\x8\0\0\0\0", 9);
        InBetween::send(peer, InBetween::receive(server) + (inject ? authentication_ok : ""));
        relay(peer, server);
        ::close(server);
    });
    world_.environment["DATABASE_URL"] =
        url("app", "sslmode=verify-full" + root(), "localhost", between.port());
    EXPECT_THAT(examine(world_).tls, StartsWith("TLSv1.3")) << "it carries everything";
    inject = true;
    const Ran ran = world_.run_gateway({"migrate"});
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.err, HasSubstr("localhost: "));
    EXPECT_THAT(ran.err, HasSubstr("received unencrypted data after SSL response"));
}

}  // namespace
}  // namespace rgw::test
