#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rgw::http::test {

// A blocking TCP client that sends exact bytes. Reads give up after ten seconds, so that a broken
// server fails a test and does not hang it.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    explicit RawClient(int connected) : fd_(connected) {}  // takes over a socket
    ~RawClient();
    RawClient(RawClient&& other) noexcept;
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    // False when the peer no longer takes bytes.
    bool send(std::string_view bytes);
    void end_writing();
    void reset();  // closes with a TCP reset
    void shrink_receive_buffer();

    // One message with its body by Content-Length or chunked coding (as it stands on the wire).
    std::string read_message();
    std::string read_head();
    std::string read_exactly(std::size_t bytes);
    // Until the peer's end; "<reset>" or "<timeout>" is appended when it does not end orderly.
    std::string read_to_end();
    // Reads and forgets.
    std::size_t discard_to_end();

    [[nodiscard]] int fd() const { return fd_; }

private:
    bool fill();

    int fd_ = -1;
    std::string buffer_;
    std::string failure_;
};

// Listens on a free port of 127.0.0.1 and hands out connections one by one.
class RawServer {
public:
    RawServer();
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] RawClient accept();

private:
    int fd_ = -1;
    std::uint16_t port_ = 0;
};

// The body of a message of read_message().
[[nodiscard]] std::string body_of(const std::string& message);
// "200" of "HTTP/1.1 200 OK…".
[[nodiscard]] std::string status_of(const std::string& message);

}  // namespace rgw::http::test
