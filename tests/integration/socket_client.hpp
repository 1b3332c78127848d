#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "http_client.hpp"

namespace rgw::test {

// A WebSocket client that says exactly what it is told to, frame by frame. Reads give up after ten
// seconds. Masks with zeros, so that what is sent can be read on the wire.
class SocketClient {
public:
    struct Frame {
        int opcode = 0;
        bool last = true;
        std::string payload;
    };

    // Sends the opening handshake; `headers` come on top of what a handshake needs.
    SocketClient(std::uint16_t port, const std::string& target, const Headers& headers,
                 const std::string& host = "gateway.test");
    ~SocketClient();
    SocketClient(const SocketClient&) = delete;
    SocketClient& operator=(const SocketClient&) = delete;

    // Of the handshake's answer; 101 when it is open.
    [[nodiscard]] int status() const { return status_; }
    [[nodiscard]] const std::string& answer() const { return answer_; }

    void send_text(const std::string& payload) { send_frame(0x81, payload); }
    void send_end_of_input() { send_frame(0x82, ""); }
    void send_close(std::uint16_t code, const std::string& reason);
    // `first` is the first byte of the frame: FIN and opcode.
    void send_frame(int first, const std::string& payload);
    void send_bytes(const std::string& bytes);
    void end_writing();
    void reset();

    // The next frame but pings, which are answered; nothing when the connection has ended.
    [[nodiscard]] std::optional<Frame> next();
    // Everything that comes as text up to the end of output (an empty binary frame) or a Close.
    [[nodiscard]] std::string text_to_end();
    // The code of the Close that comes next, whatever comes before it; 0 when the connection ends
    // without one.
    [[nodiscard]] int close_code();
    [[nodiscard]] const std::string& close_reason() const { return close_reason_; }

private:
    bool fill();
    [[nodiscard]] bool take(std::size_t bytes, std::string& out);

    int fd_ = -1;
    int status_ = 0;
    std::string answer_;
    std::string buffer_;
    std::string close_reason_;
};

}  // namespace rgw::test
