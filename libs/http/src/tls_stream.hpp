#pragma once

#include <memory>

#include "openssl_types.hpp"
#include "rgw/http/tls.hpp"

#include "stream.hpp"

namespace rgw::http {

class TlsStream final : public Stream {
public:
    // For an accepted socket.
    static std::unique_ptr<TlsStream> accept(Poller& poller, int fd, SSL_CTX* context);
    // For a connecting one. `resumed` may be null.
    static std::unique_ptr<TlsStream> connect(Poller& poller, int fd, const ClientTls& tls,
                                              SSL_SESSION* resumed);

    TlsStream(Poller& poller, int fd, SSL_CTX* context);
    ~TlsStream() override;

    IoResult try_read(std::span<char> into) override;
    IoResult try_write(std::span<const iovec> pieces) override;
    IoResult try_handshake() override;
    void end_writing() override;
    [[nodiscard]] bool has_buffered() const override;
    bool is_quiet() override;
    [[nodiscard]] std::string error_text() const override { return error_; }
    [[nodiscard]] bool is_untrusted() const override;

    // What the peer shows, once the handshake is done; the stream's own. May be null.
    [[nodiscard]] X509* peer_certificate() const;

    // For the next connection to the same peer; null when the peer gave nothing to resume.
    [[nodiscard]] SslSession session() const;

private:
    IoResult failed(int result);

    SslConnection ssl_;  // destroyed before the socket its BIO uses
    std::string error_;
    bool broken_ = false;  // no further call may be made, not even a shutdown
};

}  // namespace rgw::http
