#include "listening_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace rgw::http {
namespace {

constexpr const char* any_ipv6 = "::";
constexpr const char* any_ipv4 = "0.0.0.0";

struct BoundAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

Result<BoundAddress> parse_address(const std::string& text, std::uint16_t port) {
    BoundAddress address;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&address.storage, &v4, sizeof(v4));
        address.size = sizeof(v4);
        return address;
    }
    if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        std::memcpy(&address.storage, &v6, sizeof(v6));
        address.size = sizeof(v6);
        return address;
    }
    return Error(Errc::configuration_invalid, "the listen address is not numeric: " + text);
}

void set_option(int fd, int level, int name, int value) {
    ::setsockopt(fd, level, name, &value, sizeof(value));
}

std::uint16_t port_of(const sockaddr_storage& storage) {
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &storage, sizeof(v6));
        return ntohs(v6.sin6_port);
    }
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof(v4));
    return ntohs(v4.sin_port);
}

std::string name_of(const sockaddr_storage& storage) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &storage, sizeof(v6));
        const auto* bytes = reinterpret_cast<const unsigned char*>(&v6.sin6_addr);
        const bool mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
        ::inet_ntop(mapped ? AF_INET : AF_INET6, mapped ? bytes + 12 : bytes, text.data(),
                    text.size());
    } else {
        sockaddr_in v4{};
        std::memcpy(&v4, &storage, sizeof(v4));
        ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    }
    return text.data();
}

}  // namespace

Result<ListeningSocket> open_listening_socket(const std::string& address, std::uint16_t port) {
    auto parsed = parse_address(address, port);
    if (!parsed) {
        return parsed.error();
    }
    ListeningSocket socket;
    socket.fd = ::socket(parsed->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket.fd < 0 && errno == EAFNOSUPPORT && address == any_ipv6) {
        return open_listening_socket(any_ipv4, port);  // a kernel without IPv6
    }
    if (socket.fd < 0) {
        return Error(Errc::configuration_invalid,
                     "socket: " + std::system_category().message(errno));
    }
    set_option(socket.fd, SOL_SOCKET, SO_REUSEADDR, 1);
    set_option(socket.fd, SOL_SOCKET, SO_REUSEPORT, 1);
    set_option(socket.fd, IPPROTO_TCP, TCP_NODELAY, 1);  // accepted sockets inherit it
    if (parsed->storage.ss_family == AF_INET6) {
        set_option(socket.fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    }
    auto* generic = reinterpret_cast<sockaddr*>(&parsed->storage);
    if (::bind(socket.fd, generic, parsed->size) != 0 || ::listen(socket.fd, SOMAXCONN) != 0) {
        Error error(Errc::configuration_invalid, "cannot listen on " + address + " port " +
                                                     std::to_string(port) + ": " +
                                                     std::system_category().message(errno));
        ::close(socket.fd);
        return error;
    }
    ::getsockname(socket.fd, generic, &parsed->size);
    socket.port = port_of(parsed->storage);
    return socket;
}

AcceptedSocket accept_socket(int listening_fd) {
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    AcceptedSocket accepted;
    accepted.fd = ::accept4(listening_fd, reinterpret_cast<sockaddr*>(&peer), &size,
                            SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted.fd < 0) {
        accepted.error = errno;
    } else {
        accepted.peer = name_of(peer);
    }
    return accepted;
}

}  // namespace rgw::http
