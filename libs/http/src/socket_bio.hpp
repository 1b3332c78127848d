#pragma once

#include <openssl/bio.h>

#include "polled_socket.hpp"

namespace rgw::http {

// OpenSSL's view of a PolledSocket, which must outlive it. Unlike OpenSSL's own socket BIO it never
// asks the kernel when the socket is known not to be ready, and a write to a closed socket raises
// no SIGPIPE.
[[nodiscard]] BIO* new_socket_bio(PolledSocket& socket);

}  // namespace rgw::http
