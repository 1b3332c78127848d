#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "rgw/base/releases.hpp"

namespace rgw::http {

using SslContext = std::unique_ptr<SSL_CTX, Releases<SSL_CTX_free>>;
using SslConnection = std::unique_ptr<SSL, Releases<SSL_free>>;
using SslSession = std::unique_ptr<SSL_SESSION, Releases<SSL_SESSION_free>>;

// The oldest entry of OpenSSL's error queue in words; empties the queue.
[[nodiscard]] std::string take_openssl_error();

}  // namespace rgw::http
