#include "raw_connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace rgw::test {
namespace {

constexpr int usual_patience_ms = 10'000;

sockaddr_in loopback(int last, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(0x7F000000U | static_cast<unsigned>(last));
    address.sin_port = htons(port);
    return address;
}

}  // namespace

RawConnection::RawConnection(std::uint16_t port, int source)
    : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const sockaddr_in from = loopback(source, 0);
    const sockaddr_in to = loopback(1, port);
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
        ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        ::close(fd_);
        throw std::runtime_error("nobody listens");
    }
    set_patience(usual_patience_ms);
}

RawConnection::~RawConnection() {
    ::close(fd_);
}

void RawConnection::set_patience(int milliseconds) const {
    const timeval patience{.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000L};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

void RawConnection::send(const std::string& bytes) const {
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t sent = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;  // whoever refuses may close before all is sent
        }
        at += static_cast<std::size_t>(sent);
    }
}

int RawConnection::fill() {
    char chunk[16384];
    const ssize_t got = ::recv(fd_, chunk, sizeof chunk, 0);
    if (got > 0) {
        buffer_.append(chunk, static_cast<std::size_t>(got));
        return 1;
    }
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? -1 : 0;
}

int RawConnection::need(std::size_t bytes) {
    while (buffer_.size() < bytes) {
        if (const int got = fill(); got <= 0) {
            return got;
        }
    }
    return 1;
}

int RawConnection::skip_chunks() {
    while (true) {
        std::size_t line = 0;
        while ((line = buffer_.find("\r\n")) == std::string::npos) {
            if (const int got = fill(); got <= 0) {
                return got;
            }
        }
        const std::size_t size = std::stoul(buffer_.substr(0, line), nullptr, 16);
        if (const int got = need(line + 2 + size + 2); got <= 0) {
            return got;
        }
        buffer_.erase(0, line + 2 + size + 2);
        if (size == 0) {
            return 1;
        }
    }
}

int RawConnection::next_status() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (const int got = fill(); got <= 0) {
            return got;
        }
    }
    const std::string head = buffer_.substr(0, end + 4);
    buffer_.erase(0, head.size());
    const int status = std::stoi(head.substr(9, 3));
    if (status < 200) {
        return status;
    }
    if (head.find("Transfer-Encoding: chunked") != std::string::npos) {
        (void)skip_chunks();
    } else if (const auto length = head.find("Content-Length: "); length != std::string::npos) {
        const std::size_t bytes = std::stoul(head.substr(length + 16));
        (void)need(bytes);
        buffer_.erase(0, bytes);
    }
    return status;
}

}  // namespace rgw::test
