// WebSocket sessions as a client has them: session_load MODE PORT TARGET TOKEN NUMBER
//   idle    opens NUMBER sessions, says so, and holds them until its input ends
//   rtt     NUMBER round trips of 32 bytes in one session: p50 and p99 in microseconds
//   stream  NUMBER bytes of output, in MiB a second
// TARGET is the path of an exec; TOKEN is the Basic password.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "http_client.hpp"
#include "socket_client.hpp"

namespace {

using rgw::test::Headers;
using rgw::test::SocketClient;
using Clock = std::chrono::steady_clock;

struct Target {
    std::uint16_t port = 0;
    std::string path;
    std::string token;

    [[nodiscard]] std::unique_ptr<SocketClient> open(const std::string& command) const {
        auto client = std::make_unique<SocketClient>(
            port, path, Headers{{"Authorization", rgw::test::basic(token)}, {"Command", command}});
        if (client->status() != 101) {
            std::cerr << client->answer() << "\n";
            std::exit(1);
        }
        return client;
    }
};

void hold(const Target& target, std::uint64_t count) {
    std::vector<std::unique_ptr<SocketClient>> sessions;
    sessions.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        sessions.push_back(target.open("shell"));
    }
    std::cout << "open " << sessions.size() << std::endl;
    std::string line;
    while (std::getline(std::cin, line)) {
    }
}

void measure_round_trips(const Target& target, std::uint64_t count) {
    const auto session = target.open("cat");
    const std::string text(32, 'x');
    std::vector<double> took;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto from = Clock::now();
        session->send_text(text);
        const auto frame = session->next();
        took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - from).count());
        if (!frame || frame->payload != text) {
            std::cerr << "the session was lost\n";
            std::exit(1);
        }
    }
    std::ranges::sort(took);
    std::cout << "p50_us " << took[took.size() / 2] << "\np99_us " << took[took.size() * 99 / 100]
              << "\n";
}

void measure_stream(const Target& target, std::uint64_t bytes) {
    const auto session = target.open("stream " + std::to_string(bytes));
    const auto from = Clock::now();
    std::uint64_t received = 0;
    while (received < bytes) {
        const auto frame = session->next();
        if (!frame) {
            std::cerr << "the session was lost\n";
            std::exit(1);
        }
        received += frame->payload.size();
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - from).count();
    std::cout << "mib_per_second " << static_cast<double>(received) / 1048576 / seconds << "\n";
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::cerr << "session_load idle|rtt|stream PORT TARGET TOKEN NUMBER\n";
        return 2;
    }
    const std::string mode = argv[1];
    const Target target{
        .port = static_cast<std::uint16_t>(std::stoi(argv[2])), .path = argv[3], .token = argv[4]};
    const std::uint64_t number = std::stoull(argv[5]);
    if (mode == "idle") {
        hold(target, number);
    } else if (mode == "rtt") {
        measure_round_trips(target, number);
    } else {
        measure_stream(target, number);
    }
    return 0;
}
