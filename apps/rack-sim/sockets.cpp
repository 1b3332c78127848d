#include "sockets.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <utility>
#include <vector>

#include "rgw/async/task_group.hpp"
#include "rgw/base/text.hpp"
#include "rgw/http/websocket.hpp"

namespace rgw::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view exit_marker = "F1E49A85-0AD7-4AEF-A618-C249C6E6568D:";
constexpr std::size_t stream_frame_bytes = 4096;
constexpr std::size_t piece_bytes = 64UL * 1024;

std::uint64_t number(const std::string& text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

class Socket {
public:
    Socket(http::WebSocket& end, async::Loop& loop, SeenSocket& seen)
        : end_(end), reader_(loop), seen_(seen) {}

    async::Task<void> send(std::string text) {
        ++seen_.frames_out;
        const Result<void> sent = co_await end_.send(http::Opcode::text, text);
        open_ = open_ && sent;
    }
    // "No more output": the connection stays, until the other side closes it.
    async::Task<void> end_output() {
        ++seen_.frames_out;
        co_await end_.send(http::Opcode::binary, "");
        co_await ignore_input();
        co_await reader_.join();
    }
    async::Task<void> exit(int code) {
        co_await send(std::string(exit_marker) + std::to_string(code) + "\n");
        co_await end_output();
    }

    // Every frame goes to `back` as it came, until the end of input (an empty binary frame) if that
    // is heeded, or the end of the connection.
    enum class EndOfInput : std::uint8_t { heeded, passed_on };
    async::Task<void> echo(EndOfInput end_of_input) {
        std::vector<char> piece(piece_bytes);
        while (open_) {
            const auto head = co_await next_frame();
            if (!head || (end_of_input == EndOfInput::heeded && is_end(*head))) {
                co_return;
            }
            ++seen_.frames_out;
            co_await end_.begin_frame(*head);
            for (std::uint64_t left = head->length; left > 0 && open_;) {
                const auto got = co_await end_.read_payload(piece);
                open_ = got.has_value();
                if (open_) {
                    left -= *got;
                    seen_.bytes_in += *got;
                    co_await end_.write_payload(std::span(piece).first(*got));
                }
            }
        }
    }
    // Reads to the end of the connection meanwhile, so that its end is seen.
    void watch() { reader_.spawn(ignore_input()); }
    async::Task<void> until_closed() { co_await reader_.join(); }
    [[nodiscard]] bool is_open() const { return open_; }

private:
    static bool is_end(const http::FrameHead& head) {
        return head.opcode == http::Opcode::binary && head.length == 0;
    }

    async::Task<std::optional<http::FrameHead>> next_frame() {
        auto head = co_await end_.read_frame();
        if (head && *head) {
            ++seen_.frames_in;
            co_return *head;
        }
        open_ = false;
        if (const auto& close = end_.peer_close()) {
            seen_.ended = "close " + std::to_string(close->code) + " " + close->reason;
            co_await end_.close(*close);
        } else {
            seen_.ended = "gone";
        }
        co_return std::optional<http::FrameHead>();
    }

    async::Task<void> ignore_input() {
        std::vector<char> piece(4096);
        while (open_) {
            const auto head = co_await next_frame();
            for (std::uint64_t left = head ? head->length : 0; left > 0;) {
                const auto got = co_await end_.read_payload(piece);
                if (!got) {
                    open_ = false;
                    co_return;
                }
                left -= *got;
                seen_.bytes_in += *got;
            }
        }
    }

    http::WebSocket& end_;
    async::TaskGroup reader_;
    SeenSocket& seen_;
    bool open_ = true;
};

async::Task<void> run_command(Socket& socket, std::string command) {
    std::istringstream words(command);
    std::string name;
    std::string first;
    std::string second;
    words >> name >> first >> second;
    if (name == "echo") {
        co_await socket.send(command.substr(std::min<std::size_t>(5, command.size())) + "\n");
    } else if (name == "sleep") {
        socket.watch();
        for (std::uint64_t tenths = 10 * number(first); tenths > 0 && socket.is_open(); --tenths) {
            co_await async::sleep_for(100ms);
        }
    } else if (name == "stream" || name == "frames") {
        const bool stream = name == "stream";
        const std::size_t size = stream ? stream_frame_bytes : number(second);
        const std::uint64_t count = stream ? number(first) / size : number(first);
        const std::string frame(size, 'x');
        for (std::uint64_t i = 0; i < count && socket.is_open(); ++i) {
            co_await socket.send(frame);
        }
    } else if (name != "exit") {
        co_await socket.echo(Socket::EndOfInput::heeded);
    }
    if (socket.is_open()) {
        co_await socket.exit(name == "exit" ? static_cast<int>(number(first)) : 0);
    }
}

async::Task<void> write_logs(Socket& socket, const Request& request, std::string source) {
    int line = 0;
    for (; line < 3; ++line) {
        co_await socket.send(State::now() + " " + source + " line " + std::to_string(line) + "\n");
    }
    if (request.header("follow") == "true") {
        socket.watch();
        for (; socket.is_open(); ++line) {
            co_await async::sleep_for(100ms);
            co_await socket.send(State::now() + " " + source + " line " + std::to_string(line) +
                                 "\n");
        }
        co_await socket.until_closed();
        co_return;
    }
    co_await socket.end_output();
}

async::Task<void> refuse(Socket& socket, std::string why) {
    co_await socket.send("ERROR: " + why + "\n");
    co_await socket.end_output();
}

bool is_foreign(const Request& request) {
    const std::string origin = request.header("origin");
    const auto scheme = origin.find("://");
    return !origin.empty() &&
           (scheme == std::string::npos || origin.substr(scheme + 3) != request.header("host"));
}

async::Task<void> serve_open(Socket& socket, const State& state, const Request& request) {
    std::vector<std::string> params;
    const std::string command = request.option("command");
    const auto& path = request.segments;
    const bool of_app = path.size() > 1 && path[0] == "apps";
    if (of_app && !state.apps.contains(path[1])) {
        co_await refuse(socket, "app not found: " + path[1]);
    } else if (matches("/apps/{app}/processes/{pid}/exec", path, params) ||
               matches("/instances/{id}/shell", path, params) ||
               matches("/apps/{app}/resources/{name}/console", path, params)) {
        co_await run_command(socket, command);
    } else if (matches("/proxy/{host}/{port}", path, params)) {
        co_await socket.echo(Socket::EndOfInput::passed_on);
    } else if (!path.empty() && path.back() == "logs") {
        co_await write_logs(socket, request, of_app ? path[1] : "system");
    } else {
        co_await refuse(socket, "not found");
    }
}

}  // namespace

async::Task<void> serve_socket(http::Exchange& exchange, const State& state, Request request,
                               bool authorized, SeenSocket& seen) {
    if (is_foreign(request)) {
        http::OutHead head;
        head.status = 403;
        co_await exchange.respond(std::move(head), "origin not allowed\n");
        seen.ended = "refused";
        co_return;
    }
    async::Loop& loop = exchange.loop();
    const auto end = co_await exchange.accept_websocket();
    if (!end) {
        http::OutHead head;
        head.status = 400;
        co_await exchange.respond(std::move(head), "bad handshake\n");
        seen.ended = "refused";
        co_return;
    }
    Socket socket(**end, loop, seen);
    if (authorized) {
        co_await serve_open(socket, state, request);
    } else {
        co_await refuse(socket, "invalid authentication");
    }
}

}  // namespace rgw::sim
