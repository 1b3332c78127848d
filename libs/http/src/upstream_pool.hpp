#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "address.hpp"
#include "free_list.hpp"
#include "head_parser.hpp"
#include "in_buffer.hpp"
#include "link.hpp"
#include "openssl_types.hpp"
#include "rgw/http/upstream.hpp"
#include "tls_stream.hpp"
#include "websocket_end.hpp"

namespace rgw::http {

class UpstreamPool;

// An error of the connection or of its bytes, as one of the rack.
[[nodiscard]] Error error_of_rack(Error error);

class UpstreamConnection final : public Link {
public:
    // `tls` is the same stream when it is a TLS one, else null.
    UpstreamConnection(UpstreamPool& pool, std::unique_ptr<Stream> stream, TlsStream* tls);
    ~UpstreamConnection() override;

    [[nodiscard]] bool used_before() const { return used_before_; }
    void enter_idle(Deadline until);
    void leave_idle();
    [[nodiscard]] SslSession session() const { return tls_ == nullptr ? nullptr : tls_->session(); }
    // Of a TLS connection after its handshake; not the caller's.
    [[nodiscard]] X509* peer_certificate() const { return tls_->peer_certificate(); }
    // ClientTls::generation() when it was made.
    [[nodiscard]] std::uint64_t trusted_since() const { return trusted_since_; }

private:
    void on_expired() override;

    UpstreamPool& pool_;
    TlsStream* tls_;
    std::uint64_t trusted_since_;
    bool idle_ = false;
    bool used_before_ = false;
};

// What a call needs besides its connection.
struct CallWork {
    InBuffer in;
    ResponseParser parser;
    std::string head;  // the request's
};

// The connections of one loop to one origin, and how to make more.
class UpstreamPool {
public:
    UpstreamPool(async::Loop& loop, async::CpuPool& resolver, UpstreamOptions options,
                 ClientTls* tls);

    // The idle connection used last that is provably clean, or null.
    std::unique_ptr<UpstreamConnection> take_idle();
    // Errors: overloaded, rack_unreachable, rack_timeout, rack_tls_untrusted.
    async::Task<Result<std::unique_ptr<UpstreamConnection>>> connect(Deadline deadline);
    void give_back(std::unique_ptr<UpstreamConnection> connection);
    // Once the rack has answered on it: TLS 1.3 sends tickets with the first answer.
    void remember_session(const UpstreamConnection& connection);
    void close();
    void count_tunnel(int change) { tunnels_.fetch_add(change, std::memory_order_relaxed); }
    [[nodiscard]] std::size_t tunnels() const {
        return static_cast<std::size_t>(tunnels_.load(std::memory_order_relaxed));
    }

    [[nodiscard]] const UpstreamOptions& options() const { return options_; }
    [[nodiscard]] const std::string& host_field() const { return host_field_; }
    [[nodiscard]] UpstreamStats stats() const;
    [[nodiscard]] FreeList<CallWork>& works() { return works_; }
    [[nodiscard]] FrameBuffers& frames() { return frames_; }

private:
    friend class UpstreamConnection;
    using Connected = Result<std::unique_ptr<UpstreamConnection>>;

    async::Task<Result<std::vector<Address>>> find_addresses();
    async::Task<Connected> connect_to(Address address, Deadline deadline);
    std::unique_ptr<UpstreamConnection> make_connection(int fd);
    void drop_idle(UpstreamConnection& connection);
    [[nodiscard]] bool is_trusted(const UpstreamConnection& connection) const;
    [[nodiscard]] std::uint64_t trust_generation() const {
        return tls_ == nullptr ? 0 : tls_->generation();
    }
    void count_idle() { idle_count_.store(idle_.size(), std::memory_order_relaxed); }

    async::Loop& loop_;
    async::CpuPool& resolver_;
    UpstreamOptions options_;
    ClientTls* tls_;
    std::string host_field_;
    bool closed_ = false;
    std::vector<Address> addresses_;
    Deadline addresses_until_{};
    SslSession session_;  // to be resumed by the next connection
    FreeList<CallWork> works_;
    FrameBuffers frames_;

    std::atomic<std::size_t> open_count_{0};
    std::atomic<std::size_t> idle_count_{0};
    std::atomic<int> tunnels_{0};
    std::atomic<std::uint64_t> opened_total_{0};
    std::atomic<std::uint64_t> reused_total_{0};

    std::vector<std::unique_ptr<UpstreamConnection>> idle_;  // the one used last at the back
};

}  // namespace rgw::http
