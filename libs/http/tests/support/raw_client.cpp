#include "support/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace rgw::http::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void give_up_after_ten_seconds(int fd) {
    const timeval limit{10, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

}  // namespace

RawClient::RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    give_up_after_ten_seconds(fd_);
    const sockaddr_in address = loopback(port);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        throw std::runtime_error("cannot connect");
    }
}

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

RawClient::~RawClient() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawClient::end_writing() {
    ::shutdown(fd_, SHUT_WR);
}

void RawClient::reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    ::close(std::exchange(fd_, -1));
}

void RawClient::shrink_receive_buffer() {
    const int bytes = 4096;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

bool RawClient::fill() {
    std::array<char, 65536> chunk;
    const ssize_t got = ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (got > 0) {
        buffer_.append(chunk.data(), static_cast<std::size_t>(got));
        return true;
    }
    failure_ = got == 0 ? "" : (errno == ECONNRESET ? "<reset>" : "<timeout>");
    return false;
}

std::string RawClient::read_exactly(std::size_t bytes) {
    while (buffer_.size() < bytes && fill()) {
    }
    std::string out = buffer_.substr(0, bytes);
    buffer_.erase(0, out.size());
    return out.size() == bytes ? out : out + failure_ + "<end>";
}

std::string RawClient::read_head() {
    std::size_t end = buffer_.find("\r\n\r\n");
    while (end == std::string::npos && fill()) {
        end = buffer_.find("\r\n\r\n");
    }
    return end == std::string::npos ? read_exactly(buffer_.size() + 1) : read_exactly(end + 4);
}

std::string RawClient::read_message() {
    std::string head = read_head();
    const std::size_t length = head.find("Content-Length: ");
    if (length != std::string::npos) {
        return head + read_exactly(std::strtoull(head.c_str() + length + 16, nullptr, 10));
    }
    if (head.find("Transfer-Encoding: chunked") == std::string::npos) {
        return head;
    }
    while (buffer_.find("0\r\n\r\n") == std::string::npos && fill()) {
    }
    return head + read_exactly(buffer_.find("0\r\n\r\n") + 5);
}

std::string RawClient::read_to_end() {
    while (fill()) {
    }
    return std::exchange(buffer_, {}) + failure_;
}

std::size_t RawClient::discard_to_end() {
    std::size_t total = buffer_.size();
    buffer_.clear();
    while (fill()) {
        total += buffer_.size();
        buffer_.clear();
    }
    return total;
}

RawServer::RawServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    give_up_after_ten_seconds(fd_);
    sockaddr_in address = loopback(0);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    if (::bind(fd_, generic, size) != 0 || ::listen(fd_, 64) != 0 ||
        ::getsockname(fd_, generic, &size) != 0) {
        throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
}

RawServer::~RawServer() {
    ::close(fd_);
}

RawClient RawServer::accept() {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
        throw std::runtime_error("nobody connected");
    }
    give_up_after_ten_seconds(fd);
    return RawClient(fd);
}

std::string body_of(const std::string& message) {
    const std::size_t end = message.find("\r\n\r\n");
    return end == std::string::npos ? "<no head>" : message.substr(end + 4);
}

std::string status_of(const std::string& message) {
    return message.substr(0, 9) == "HTTP/1.1 " ? message.substr(9, 3) : "<" + message + ">";
}

}  // namespace rgw::http::test
