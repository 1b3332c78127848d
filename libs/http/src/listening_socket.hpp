#pragma once

#include <cstdint>
#include <string>

#include "rgw/base/error.hpp"

namespace rgw::http {

struct ListeningSocket {
    int fd = -1;
    std::uint16_t port = 0;
};

// Bound to a numeric address ("::" takes IPv4 too) with SO_REUSEPORT and TCP_NODELAY, listening,
// not blocking. Error: configuration_invalid.
Result<ListeningSocket> open_listening_socket(const std::string& address, std::uint16_t port);

struct AcceptedSocket {
    int fd = -1;       // -1: none, see error
    int error = 0;     // errno
    std::string peer;  // numeric, IPv4 as such when it came over IPv6
};
AcceptedSocket accept_socket(int listening_fd);

}  // namespace rgw::http
