#include "socket_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <stdexcept>

namespace rgw::test {
namespace {

constexpr int close_opcode = 0x8;
constexpr int ping_opcode = 0x9;

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(fd);
        throw std::runtime_error("nobody listens");
    }
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

std::string length_bytes(std::size_t length) {
    std::string out;
    std::size_t extended = 0;
    if (length < 126) {
        out += static_cast<char>(0x80 | length);
    } else {
        extended = length < 0x10000 ? 2 : 8;
        out += static_cast<char>(extended == 2 ? 0xFE : 0xFF);
    }
    for (std::size_t i = extended; i > 0; --i) {
        out += static_cast<char>(length >> (8 * (i - 1)) & 0xFF);
    }
    return out;
}

}  // namespace

SocketClient::SocketClient(std::uint16_t port, const std::string& target, const Headers& headers,
                           const std::string& host)
    : fd_(connect_to(port)) {
    std::string head = "GET " + target + " HTTP/1.1\r\nHost: " + host +
                       "\r\nUpgrade: websocket\r\nConnection: "
                       "Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                       "dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (const auto& [name, value] : headers) {
        head.append(name).append(": ").append(value).append("\r\n");
    }
    send_bytes(head + "\r\n");
    while (buffer_.find("\r\n\r\n") == std::string::npos && fill()) {
    }
    const std::size_t end = buffer_.find("\r\n\r\n");
    answer_ = buffer_.substr(0, end == std::string::npos ? buffer_.size() : end + 4);
    buffer_.erase(0, answer_.size());
    status_ = answer_.size() > 12 ? std::stoi(answer_.substr(9, 3)) : 0;
    const std::size_t length = answer_.find("Content-Length: ");
    if (status_ != 101 && length != std::string::npos) {
        std::string body;
        (void)take(std::stoul(answer_.substr(length + 16)), body);
        answer_ += body;
    }
}

SocketClient::~SocketClient() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

bool SocketClient::fill() {
    char chunk[16384];
    const ssize_t got = ::recv(fd_, chunk, sizeof chunk, 0);
    if (got > 0) {
        buffer_.append(chunk, static_cast<std::size_t>(got));
    }
    return got > 0;
}

bool SocketClient::take(std::size_t bytes, std::string& out) {
    while (buffer_.size() < bytes) {
        if (!fill()) {
            return false;
        }
    }
    out = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return true;
}

void SocketClient::send_bytes(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t sent = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        at += static_cast<std::size_t>(sent);
    }
}

void SocketClient::send_frame(int first, const std::string& payload) {
    send_bytes(static_cast<char>(first) + length_bytes(payload.size()) + std::string(4, '\0') +
               payload);
}

void SocketClient::send_close(std::uint16_t code, const std::string& reason) {
    send_frame(
        0x80 | close_opcode,
        std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)} + reason);
}

void SocketClient::end_writing() {
    ::shutdown(fd_, SHUT_WR);
}

void SocketClient::reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(fd_);
    fd_ = -1;
}

std::optional<SocketClient::Frame> SocketClient::next() {
    while (true) {
        std::string head;
        if (!take(2, head)) {
            return std::nullopt;
        }
        std::size_t length = static_cast<unsigned char>(head[1]);
        if (length > 125) {
            std::string extended;
            if (!take(length == 126 ? 2 : 8, extended)) {
                return std::nullopt;
            }
            length = 0;
            for (const char byte : extended) {
                length = length << 8U | static_cast<unsigned char>(byte);
            }
        }
        Frame frame{.opcode = head[0] & 0x0F, .last = (head[0] & 0x80) != 0, .payload = {}};
        if (!take(length, frame.payload)) {
            return std::nullopt;
        }
        if (frame.opcode == ping_opcode) {
            send_frame(0x8A, frame.payload);
            continue;
        }
        return frame;
    }
}

std::string SocketClient::text_to_end() {
    std::string text;
    while (const auto frame = next()) {
        if (frame->opcode == close_opcode || (frame->opcode == 2 && frame->payload.empty())) {
            break;
        }
        text += frame->payload;
    }
    return text;
}

int SocketClient::close_code() {
    while (const auto frame = next()) {
        if (frame->opcode == close_opcode) {
            close_reason_ = frame->payload.size() > 2 ? frame->payload.substr(2) : "";
            return frame->payload.size() < 2 ? 1005
                                             : static_cast<unsigned char>(frame->payload[0]) << 8 |
                                                   static_cast<unsigned char>(frame->payload[1]);
        }
    }
    return 0;
}

}  // namespace rgw::test
