#pragma once

#include <cstdint>
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

// Who may be at the other end: whom an authority vouches for under that name · who shows the pinned
// certificate, whatever its name, age and issuer · anyone.
enum class Trust : std::uint8_t { authorities, pin, anyone };

class CertificatePin;

// Client side: how the peer's certificate is judged.
struct ClientTlsOptions {
    std::string server_name;  // SNI and certificate name
    Trust trust = Trust::authorities;
    std::string ca_file;                  // for authorities; "" for the system's
    const CertificatePin* pin = nullptr;  // for Trust::pin; outlives the ClientTls
};

class ClientTls {
public:
    static Result<std::unique_ptr<ClientTls>> create(const ClientTlsOptions& options);
    ~ClientTls();
    [[nodiscard]] ssl_ctx_st* context() const;
    [[nodiscard]] const ClientTlsOptions& options() const;
    // Changes when a connection made before is no longer to be trusted.
    [[nodiscard]] std::uint64_t generation() const;

private:
    ClientTls();
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rgw::http
