#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "rgw/base/error.hpp"

namespace rgw::http {

// Where a TCP connection can go.
struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    [[nodiscard]] std::string text() const;  // "192.0.2.1", "2001:db8::1"
};

[[nodiscard]] bool is_numeric(const std::string& host);

// In the order in which they should be tried. Blocks unless the host is numeric. Error:
// rack_unreachable.
Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port);

// A connection attempt under way: a non-blocking socket. Error: rack_unreachable.
Result<int> start_connecting(const Address& address);

}  // namespace rgw::http
