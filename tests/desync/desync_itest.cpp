// Raw bytes against the real gateway in front of a rack, each with its exact outcome, and the same
// bytes against nginx for comparison. RGW_UPDATE_DOCS=1 writes what both made of them to
// docs/desync.md.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cases.hpp"
#include "raw_connection.hpp"
#include "support/postgres.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

constexpr int silence_ms = 100;  // after which nginx is taken to wait for more

struct Outcome {
    std::string answers;
    std::string rack;
};

std::string with_credential(std::string bytes, const std::string& line) {
    for (std::size_t at = 0; (at = bytes.find("{auth}", at)) != std::string::npos;) {
        bytes.replace(at, 6, line);
    }
    return bytes;
}

std::string what_the_rack_saw(const World& world) {
    std::string out;
    const auto seen = boost::json::parse(world.rack_saw());
    for (const auto& request : seen.as_array()) {
        out += out.empty() ? "" : ", ";
        out += std::string(request.at("method").as_string()) + " " +
               std::string(request.at("target").as_string());
    }
    return out;
}

void add(std::string& answers, const std::string& word) {
    answers += (answers.empty() ? "" : " ") + word;
}

std::size_t words(const std::string& text) {
    std::istringstream stream(text);
    std::string word;
    std::size_t count = 0;
    while (stream >> word) {
        ++count;
    }
    return count;
}

// As many answers as are expected, then either another request that works or the end.
Outcome try_gateway(const World& world, const DesyncCase& c, const std::string& credential,
                    int source) {
    world.forget_rack_requests();
    RawConnection connection(world.port(), source);
    connection.send(with_credential(c.bytes, credential));
    Outcome outcome;
    int status = 1;
    for (std::size_t expected = words(c.answers) - 1; expected > 0 && status > 0; --expected) {
        status = connection.next_status();
        if (status > 0) {
            add(outcome.answers, std::to_string(status));
        }
    }
    if (status > 0 && c.answers.ends_with("open")) {
        connection.send("GET /api/v1/health HTTP/1.1\r\nHost: g\r\n\r\n");
        const int probe = connection.next_status();
        add(outcome.answers, probe == 200 ? "open" : "probe " + std::to_string(probe));
    } else {
        while (status > 0 && (status = connection.next_status()) > 0) {
            add(outcome.answers, std::to_string(status));
        }
        add(outcome.answers, status == 0 ? "closed" : "open");
    }
    outcome.rack = what_the_rack_saw(world);
    return outcome;
}

Outcome try_nginx(const World& world, std::uint16_t port, const DesyncCase& c) {
    world.forget_rack_requests();
    RawConnection connection(port, 1);
    connection.set_patience(silence_ms);
    connection.send(with_credential(c.bytes, ""));
    Outcome outcome;
    int status = 1;
    while ((status = connection.next_status()) > 0) {
        add(outcome.answers, std::to_string(status));
    }
    add(outcome.answers, status == 0 ? "closed" : "open");
    outcome.rack = what_the_rack_saw(world);
    return outcome;
}

// A proxy_pass with the rack's credential, as somebody would put it there.
class Nginx {
public:
    explicit Nginx(const World& world) : directory_(world.directory() + "/nginx") {
        std::filesystem::create_directories(directory_);
        port_ = static_cast<std::uint16_t>(free_port());
        // A master that is root gives its workers another user, who cannot read a test's folder.
        const std::string user = ::geteuid() == 0 ? "user root; " : "";
        std::ofstream(directory_ + "/nginx.conf")
            << user << "worker_processes 1; daemon off; pid " << directory_ << "/pid; error_log "
            << directory_ << "/error.log; events {} http { access_log off; client_body_temp_path "
            << directory_ << "/a; proxy_temp_path " << directory_ << "/b; fastcgi_temp_path "
            << directory_ << "/c; uwsgi_temp_path " << directory_ << "/d; scgi_temp_path "
            << directory_ << "/e; server { listen 127.0.0.1:" << port_
            << "; location = /up { return 204; } location /api/v1/rack-proxy/ { proxy_http_version "
               "1.1; proxy_set_header "
               "Connection \"\"; "
               "proxy_set_header Authorization \""
            << basic(World::rack_password)
            << "\"; proxy_pass http://127.0.0.1:" << world.rack_port() << "/; } } }\n";
        process_ =
            std::make_unique<Process>(std::vector<std::string>{"/usr/sbin/nginx", "-p", directory_,
                                                               "-c", directory_ + "/nginx.conf"},
                                      Environment{}, directory_ + "/out", directory_ + "/err");
        if (!eventually([&] { return answers(); })) {
            throw std::runtime_error("nginx did not start: " + read_file(directory_ + "/err"));
        }
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    [[nodiscard]] bool answers() const {
        try {
            return send_request(port_, {.target = "/up"}).status == 204;
        } catch (const std::exception&) {
            return false;
        }
    }

    std::string directory_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Process> process_;
};

std::string cell(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') {
            out += "\\|";
        } else if (c >= ' ' && c < 0x7f) {
            out += c;
        } else {
            constexpr const char* digits = "0123456789abcdef";
            const auto byte = static_cast<unsigned char>(c);
            out += std::string("\\x") + digits[byte >> 4U] + digits[byte & 0xFU];
        }
    }
    return out.size() > 80 ? out.substr(0, 77) + "…" : out;
}

TEST(Desync, EveryRawRequestHasExactlyItsOutcome) {
    World world;
    world.start_gateway();
    const std::string credential = "Authorization: " + basic(world.token("admin")) + "\r\n";
    const std::vector<DesyncCase> cases = desync_cases();
    ASSERT_GE(cases.size(), 150U);
    int source = 2;
    for (const DesyncCase& c : cases) {
        const Outcome outcome = try_gateway(world, c, credential, source);
        EXPECT_EQ(outcome.answers, c.answers) << cell(c.name);
        EXPECT_EQ(outcome.rack, c.rack) << cell(c.name);
        source = source == 250 ? 2 : source + 1;
    }
    // Whatever became no request is an event; the log holds all of it.
    EXPECT_NE(world.sql("select count(*) from calls where action = 'request.malformed'"), "0");
    EXPECT_EQ(world.verify().status, 0);
}

TEST(Desync, NginxIsAskedTheSame) {
    World world;
    const Nginx nginx(world);
    std::ostringstream rows;
    int answered = 0;
    int only_by_nginx = 0;
    const std::vector<DesyncCase> cases = desync_cases();
    for (const DesyncCase& c : cases) {
        const Outcome outcome = try_nginx(world, nginx.port(), c);
        answered += outcome.answers == "open" ? 0 : 1;
        only_by_nginx += c.rack.empty() && !outcome.rack.empty() ? 1 : 0;
        rows << "| " << cell(c.name) << " | " << cell(c.answers) << " | " << cell(c.rack) << " | "
             << cell(outcome.answers) << " | " << cell(outcome.rack) << " |\n";
    }
    EXPECT_GT(answered, 100) << "nginx was not really asked";
    if (std::getenv("RGW_UPDATE_DOCS") != nullptr) {
        std::ofstream(RGW_DESYNC_DOC)
            << "# Raw requests, and what comes of them\n\n"
               "Each row is one connection; the bytes stand in `tests/desync/cases.cpp`. *Rack* is "
               "what reached the rack behind. The gateway's\ncolumn is asserted by `desync_itest`; "
               "nginx stands beside it as `proxy_pass` without further settings, on the same "
               "machine.\n"
            << cases.size() << " requests; nginx lets " << only_by_nginx
            << " of those reach the rack that the gateway refuses (some for the gateway's own "
               "rules, not for their syntax).\n\n"
               "| Case | Gateway | Rack | nginx | Rack |\n|---|---|---|---|---|\n"
            << rows.str();
    }
}

}  // namespace
}  // namespace rgw::test
