#include "tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

#include "socket_bio.hpp"

namespace rgw::http {
namespace {

// What fits one TLS record: smaller pieces are joined up to here, so that a head and a short body
// are one.
constexpr std::size_t record_size = 16UL * 1024;

std::size_t join(std::span<const iovec> pieces, std::span<char> out) {
    std::size_t size = 0;
    for (const iovec& piece : pieces) {
        const std::size_t bytes = std::min(piece.iov_len, out.size() - size);
        if (bytes > 0) {
            std::memcpy(out.data() + size, piece.iov_base, bytes);
        }
        size += bytes;
    }
    return size;
}

std::string why_untrusted(long verify_result) {
    return verify_result == X509_V_ERR_CERT_REJECTED ? "not the pinned certificate"
                                                     : X509_verify_cert_error_string(verify_result);
}

}  // namespace

TlsStream::TlsStream(Poller& poller, int fd, SSL_CTX* context)
    : Stream(poller, fd), ssl_(SSL_new(context)) {
    if (!ssl_) {
        throw std::bad_alloc();
    }
    BIO* bio = new_socket_bio(socket_);
    SSL_set_bio(ssl_.get(), bio, bio);
}

// OpenSSL takes a connection that goes without a shutdown for attacked and forbids to resume its
// session; a cut connection must not send one, though, so it is only marked. After an error the
// rule stands.
TlsStream::~TlsStream() {
    if (!broken_ && SSL_is_init_finished(ssl_.get()) != 0) {
        SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }
}

std::unique_ptr<TlsStream> TlsStream::accept(Poller& poller, int fd, SSL_CTX* context) {
    auto stream = std::make_unique<TlsStream>(poller, fd, context);
    SSL_set_accept_state(stream->ssl_.get());
    return stream;
}

std::unique_ptr<TlsStream> TlsStream::connect(Poller& poller, int fd, const ClientTls& tls,
                                              SSL_SESSION* resumed) {
    auto stream = std::make_unique<TlsStream>(poller, fd, tls.context());
    SSL* ssl = stream->ssl_.get();
    SSL_set_connect_state(ssl);
    const std::string& name = tls.options().server_name;
    if (!name.empty()) {
        X509_VERIFY_PARAM* checks = SSL_get0_param(ssl);
        const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(checks, name.c_str()) == 1;
        ERR_clear_error();
        if (!is_address) {  // RFC 6066 §3: no SNI for addresses
            SSL_set_tlsext_host_name(ssl, name.c_str());
            SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
            SSL_set1_host(ssl, name.c_str());
        }
    }
    // A resumed connection shows no certificate that could be compared with the pin.
    if (resumed != nullptr && tls.options().trust != Trust::pin) {
        SSL_set_session(ssl, resumed);
    }
    return stream;
}

IoResult TlsStream::try_read(std::span<char> into) {
    if (broken_) {
        return {IoStatus::error};
    }
    std::size_t total = 0;
    while (total < into.size()) {
        ERR_clear_error();
        std::size_t got = 0;
        const int result = SSL_read_ex(ssl_.get(), into.data() + total, into.size() - total, &got);
        if (result != 1) {
            if (total > 0 && !broken_) {
                break;  // the next call meets the same end again
            }
            return failed(result);
        }
        total += got;
        if (SSL_has_pending(ssl_.get()) == 0 && !socket_.readable()) {
            break;
        }
    }
    return {IoStatus::ok, total};
}

IoResult TlsStream::try_write(std::span<const iovec> pieces) {
    if (broken_) {
        return {IoStatus::error};
    }
    std::array<char, record_size> joined;
    const void* bytes = pieces.front().iov_base;
    std::size_t size = pieces.front().iov_len;
    if (pieces.size() > 1 && size < record_size) {
        size = join(pieces, joined);
        bytes = joined.data();
    }
    ERR_clear_error();
    std::size_t sent = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes, size, &sent);
    return result == 1 ? IoResult{IoStatus::ok, sent} : failed(result);
}

IoResult TlsStream::try_handshake() {
    if (!socket_.writable()) {
        return {IoStatus::want_write};  // still connecting
    }
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    return result == 1 ? IoResult{IoStatus::ok} : failed(result);
}

IoResult TlsStream::failed(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return {IoStatus::want_read};
        case SSL_ERROR_WANT_WRITE:
            return {IoStatus::want_write};
        case SSL_ERROR_ZERO_RETURN:
            return {IoStatus::eof};
        case SSL_ERROR_SYSCALL:
            error_ = errno != 0 ? std::system_category().message(errno)
                                : "the peer closed the connection";
            break;
        default:
            error_ = is_untrusted() ? why_untrusted(SSL_get_verify_result(ssl_.get()))
                                    : take_openssl_error();
            break;
    }
    ERR_clear_error();
    broken_ = true;
    return {IoStatus::error};
}

void TlsStream::end_writing() {
    if (!broken_ && SSL_is_init_finished(ssl_.get()) != 0) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    ::shutdown(socket_.fd(), SHUT_WR);
}

bool TlsStream::has_buffered() const {
    return SSL_has_pending(ssl_.get()) != 0;
}

bool TlsStream::is_quiet() {
    if (broken_ || SSL_pending(ssl_.get()) > 0) {
        return false;
    }
    if (!has_buffered() && peek_is_quiet()) {
        return true;
    }
    // Session tickets and key updates may come at any time; they are not data.
    char byte = 0;
    std::size_t got = 0;
    ERR_clear_error();
    const int result = SSL_peek_ex(ssl_.get(), &byte, 1, &got);
    return result != 1 && failed(result).status == IoStatus::want_read;
}

bool TlsStream::is_untrusted() const {
    return SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE &&
           SSL_get_verify_result(ssl_.get()) != X509_V_OK;
}

X509* TlsStream::peer_certificate() const {
    return SSL_get0_peer_certificate(ssl_.get());
}

SslSession TlsStream::session() const {
    SslSession session(SSL_get1_session(ssl_.get()));
    if (session && SSL_SESSION_is_resumable(session.get()) == 0) {
        session.reset();
    }
    return session;
}

}  // namespace rgw::http
