#include "address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace rgw::http {
namespace {

struct FreeAddresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

}  // namespace

std::string Address::text() const {
    std::array<char, NI_MAXHOST> host{};
    const int failed =
        ::getnameinfo(reinterpret_cast<const sockaddr*>(&storage), size, host.data(),
                      static_cast<socklen_t>(host.size()), nullptr, 0, NI_NUMERICHOST);
    return failed == 0 ? host.data() : "?";
}

bool is_numeric(const std::string& host) {
    in6_addr address{};
    return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | (is_numeric(host) ? AI_NUMERICHOST : AI_ADDRCONFIG);
    addrinfo* list = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    if (failed != 0) {
        return Error(Errc::rack_unreachable, host + ": " + ::gai_strerror(failed));
    }
    const std::unique_ptr<addrinfo, FreeAddresses> owned(list);
    std::vector<Address> addresses;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        Address& address = addresses.emplace_back();
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        address.size = entry->ai_addrlen;
    }
    return addresses;
}

Result<int> start_connecting(const Address& address) {
    const int fd =
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        const auto* generic = reinterpret_cast<const sockaddr*>(&address.storage);
        if (::connect(fd, generic, address.size) == 0 || errno == EINPROGRESS) {
            return fd;
        }
    }
    Error error(Errc::rack_unreachable,
                address.text() + ": " + std::system_category().message(errno));
    if (fd >= 0) {
        ::close(fd);
    }
    return error;
}

}  // namespace rgw::http
