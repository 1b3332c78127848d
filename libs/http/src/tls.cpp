#include "rgw/http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <utility>

#include "certificate_digest.hpp"
#include "openssl_types.hpp"

namespace rgw::http {
namespace {

Error failed(const std::string& what) {
    return Error(Errc::configuration_invalid, what + ": " + take_openssl_error());
}

// Without this OpenSSL asks the terminal for the passphrase of an encrypted key.
int no_passphrase(char*, int, int, void*) {
    return 0;
}

// RFC 7301: http/1.1 or a refusal; a client that offers no protocol list is served.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
    static constexpr std::string_view wanted = "http/1.1";
    for (unsigned int at = 0; at < offered_size; at += 1U + offered[at]) {
        const unsigned char size = offered[at];
        if (at + 1U + size > offered_size) {
            break;
        }
        const std::string_view name(reinterpret_cast<const char*>(offered + at + 1), size);
        if (name == wanted) {
            *out = offered + at + 1;
            *out_size = size;
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

SslContext new_context(const SSL_METHOD* method) {
    SslContext context(SSL_CTX_new(method));
    if (context) {
        SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
        SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
        SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        SSL_CTX_set_read_ahead(context.get(), 1);  // one recv per record instead of two
        SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
    }
    return context;
}

Result<SslContext> server_context(const std::string& certificate_file,
                                  const std::string& key_file) {
    ERR_clear_error();
    SslContext context = new_context(TLS_server_method());
    if (!context) {
        return failed("TLS");
    }
    SSL_CTX* raw = context.get();
    if (SSL_CTX_use_certificate_chain_file(raw, certificate_file.c_str()) != 1) {
        return failed("TLS certificate file " + certificate_file);
    }
    if (SSL_CTX_use_PrivateKey_file(raw, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(raw) != 1) {
        return failed("TLS key file " + key_file);
    }
    static constexpr std::string_view id = "rack-gateway";
    SSL_CTX_set_session_id_context(raw, reinterpret_cast<const unsigned char*>(id.data()),
                                   static_cast<unsigned int>(id.size()));
    SSL_CTX_set_alpn_select_cb(raw, select_protocol, nullptr);
    return context;
}

// The modification time of both files; a missing one counts as a time of its own.
std::array<std::int64_t, 2> modified(const std::string& certificate_file,
                                     const std::string& key_file) {
    const auto nanoseconds = [](const std::string& path) -> std::int64_t {
        struct stat found{};
        if (::stat(path.c_str(), &found) != 0) {
            return -1;
        }
        return std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec;
    };
    return {nanoseconds(certificate_file), nanoseconds(key_file)};
}

Result<void> trust_authorities(SSL_CTX* context, const std::string& ca_file) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    const bool loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                        : SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1;
    return loaded ? Result<void>() : failed("CA file " + ca_file);
}

// In place of OpenSSL's own judgement of chain, dates and name.
int shows_pinned_certificate(X509_STORE_CTX* shown, void* pin) {
    const auto digest = digest_of(X509_STORE_CTX_get0_cert(shown));
    if (digest && static_cast<const CertificatePin*>(pin)->accepts(*digest)) {
        return 1;
    }
    X509_STORE_CTX_set_error(shown, X509_V_ERR_CERT_REJECTED);
    return 0;
}

void trust_pin(SSL_CTX* context, const CertificatePin& pin) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, shows_pinned_certificate,
                                     const_cast<CertificatePin*>(&pin));
}

}  // namespace

std::string take_openssl_error() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "unknown TLS error" : reason;
}

struct ServerTls::State {
    // A loop may have taken a context and not yet made its connection from it while another thread
    // replaces it, so the last few are kept.
    static constexpr std::size_t kept_contexts = 4;

    std::string certificate_file;
    std::string key_file;
    std::mutex mutex;
    std::deque<SslContext> contexts;  // the newest last
    std::array<std::int64_t, 2> loaded{};
};

ServerTls::ServerTls() : state_(std::make_unique<State>()) {}
ServerTls::~ServerTls() = default;

Result<std::unique_ptr<ServerTls>> ServerTls::load(const std::string& certificate_file,
                                                   const std::string& key_file) {
    std::unique_ptr<ServerTls> tls(new ServerTls());
    tls->state_->certificate_file = certificate_file;
    tls->state_->key_file = key_file;
    if (auto loaded = tls->reload_if_changed(); !loaded) {
        return loaded.error();
    }
    return tls;
}

Result<void> ServerTls::reload_if_changed() {
    const auto now = modified(state_->certificate_file, state_->key_file);
    {
        const std::lock_guard lock(state_->mutex);
        if (!state_->contexts.empty() && state_->loaded == now) {
            return {};
        }
    }
    auto context = server_context(state_->certificate_file, state_->key_file);
    if (!context) {
        return context.error();
    }
    const std::lock_guard lock(state_->mutex);
    state_->contexts.push_back(std::move(*context));
    if (state_->contexts.size() > State::kept_contexts) {
        state_->contexts.pop_front();
    }
    state_->loaded = now;
    return {};
}

ssl_ctx_st* ServerTls::context() const {
    const std::lock_guard lock(state_->mutex);
    return state_->contexts.back().get();
}

struct ClientTls::State {
    ClientTlsOptions options;
    SslContext context;
};

ClientTls::ClientTls() : state_(std::make_unique<State>()) {}
ClientTls::~ClientTls() = default;

Result<std::unique_ptr<ClientTls>> ClientTls::create(const ClientTlsOptions& options) {
    ERR_clear_error();
    std::unique_ptr<ClientTls> tls(new ClientTls());
    tls->state_->options = options;
    tls->state_->context = new_context(TLS_client_method());
    SSL_CTX* context = tls->state_->context.get();
    if (context == nullptr) {
        return failed("TLS");
    }
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    switch (options.trust) {
        case Trust::authorities:
            if (auto trusting = trust_authorities(context, options.ca_file); !trusting) {
                return trusting.error();
            }
            break;
        case Trust::pin:
            trust_pin(context, *options.pin);
            break;
        case Trust::anyone:
            break;
    }
    return tls;
}

std::uint64_t ClientTls::generation() const {
    const CertificatePin* pin = state_->options.pin;
    return pin == nullptr ? 0 : pin->generation();
}

ssl_ctx_st* ClientTls::context() const {
    return state_->context.get();
}

const ClientTlsOptions& ClientTls::options() const {
    return state_->options;
}

}  // namespace rgw::http
