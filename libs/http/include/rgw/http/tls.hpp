#pragma once

#include <memory>
#include <string>

#include "rgw/base/error.hpp"

struct ssl_ctx_st;

namespace rgw::http {

// Server side: certificate chain and key from PEM files; TLS 1.2+, no renegotiation, ALPN http/1.1.
class ServerTls {
public:
    static Result<std::unique_ptr<ServerTls>> load(const std::string& certificate_file,
                                                   const std::string& key_file);
    ~ServerTls();
    // Loads the files again when their modification time changed; keeps the old pair on failure.
    Result<void> reload_if_changed();
    [[nodiscard]] ssl_ctx_st* context() const;

private:
    ServerTls();
    struct State;
    std::unique_ptr<State> state_;
};

// Client side: how the peer's certificate is judged.
struct ClientTlsOptions {
    bool enabled = false;
    std::string server_name;  // SNI and certificate name
    std::string ca_file;      // "" for the system's
    bool verify = true;       // false only by RACK_TLS_INSECURE
};

class ClientTls {
public:
    static Result<std::unique_ptr<ClientTls>> create(const ClientTlsOptions& options);
    ~ClientTls();
    [[nodiscard]] ssl_ctx_st* context() const;
    [[nodiscard]] const ClientTlsOptions& options() const;

private:
    ClientTls();
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rgw::http
