#include "upstream_pool.hpp"

#include <algorithm>
#include <utility>

namespace rgw::http {
namespace {

constexpr std::chrono::milliseconds addresses_live_for{30'000};

std::string host_field_of(const Origin& origin) {
    const bool is_v6 = origin.host.find(':') != std::string::npos;
    std::string field = is_v6 ? "[" + origin.host + "]" : origin.host;
    if (origin.port != (origin.tls ? 443 : 80)) {
        field += ":" + std::to_string(origin.port);
    }
    return field;
}

}  // namespace

Error error_of_rack(Error error) {
    switch (error.code) {
        case Errc::timed_out:
            error.code = Errc::rack_timeout;
            break;
        case Errc::connection_closed:
            error.code = Errc::rack_connection_lost;
            break;
        case Errc::bad_request:
            error.code = Errc::rack_answer_invalid;
            break;
        default:
            break;
    }
    return error;
}

UpstreamConnection::UpstreamConnection(UpstreamPool& pool, std::unique_ptr<Stream> stream,
                                       TlsStream* tls)
    : Link(pool.loop_, std::move(stream)),
      pool_(pool),
      tls_(tls),
      trusted_since_(pool.trust_generation()) {
    pool_.open_count_.fetch_add(1, std::memory_order_relaxed);
}

UpstreamConnection::~UpstreamConnection() {
    pool_.open_count_.fetch_sub(1, std::memory_order_relaxed);
}

void UpstreamConnection::enter_idle(Deadline until) {
    idle_ = true;
    used_before_ = true;
    expire_at(until);
}

void UpstreamConnection::leave_idle() {
    idle_ = false;
    never_expire();
}

void UpstreamConnection::on_expired() {
    if (idle_) {
        pool_.drop_idle(*this);
    } else {
        Link::on_expired();
    }
}

UpstreamPool::UpstreamPool(async::Loop& loop, async::CpuPool& resolver, UpstreamOptions options,
                           ClientTls* tls)
    : loop_(loop),
      resolver_(resolver),
      options_(std::move(options)),
      tls_(options_.origin.tls ? tls : nullptr),
      host_field_(host_field_of(options_.origin)) {}

std::unique_ptr<UpstreamConnection> UpstreamPool::take_idle() {
    while (!idle_.empty()) {
        std::unique_ptr<UpstreamConnection> connection = std::move(idle_.back());
        idle_.pop_back();
        count_idle();
        connection->leave_idle();
        // Whatever has come while nothing was asked, the end included, spoils the connection.
        if (is_trusted(*connection) && connection->stream().is_quiet()) {
            reused_total_.fetch_add(1, std::memory_order_relaxed);
            return connection;
        }
    }
    return nullptr;
}

void UpstreamPool::give_back(std::unique_ptr<UpstreamConnection> connection) {
    if (closed_ || idle_.size() >= options_.max_idle || !is_trusted(*connection)) {
        return;
    }
    connection->enter_idle(coarse_now() + options_.idle_timeout);
    idle_.push_back(std::move(connection));
    count_idle();
}

bool UpstreamPool::is_trusted(const UpstreamConnection& connection) const {
    return connection.trusted_since() == trust_generation();
}

void UpstreamPool::remember_session(const UpstreamConnection& connection) {
    if (SslSession session = connection.session()) {
        session_ = std::move(session);
    }
}

void UpstreamPool::drop_idle(UpstreamConnection& connection) {
    std::erase_if(idle_, [&connection](const auto& entry) { return entry.get() == &connection; });
    count_idle();
}

void UpstreamPool::close() {
    closed_ = true;
    idle_.clear();
    count_idle();
}

UpstreamStats UpstreamPool::stats() const {
    UpstreamStats stats;
    stats.open = open_count_.load(std::memory_order_relaxed);
    stats.tunnels = tunnels();
    stats.idle = idle_count_.load(std::memory_order_relaxed);
    stats.opened_total = opened_total_.load(std::memory_order_relaxed);
    stats.reused_total = reused_total_.load(std::memory_order_relaxed);
    return stats;
}

async::Task<Result<std::vector<Address>>> UpstreamPool::find_addresses() {
    if (std::chrono::steady_clock::now() < addresses_until_) {
        co_return addresses_;
    }
    const std::string host = options_.origin.host;
    const std::uint16_t port = options_.origin.port;
    if (is_numeric(host)) {
        co_return resolve(host, port);
    }
    auto found = co_await resolver_.run([host, port] { return resolve(host, port); });
    if (found) {
        addresses_ = *found;
        addresses_until_ = deadline_in(addresses_live_for);
    } else if (!addresses_.empty()) {
        co_return addresses_;  // a name server that is away must not take the rack away
    }
    co_return found;
}

async::Task<UpstreamPool::Connected> UpstreamPool::connect(Deadline deadline) {
    const auto addresses = co_await find_addresses();
    if (!addresses) {
        co_return addresses.error();
    }
    if (open_count_.load(std::memory_order_relaxed) >= options_.max_connections + tunnels()) {
        co_return Error(Errc::overloaded, "too many connections to the rack");
    }
    const Deadline until = std::min(deadline, deadline_in(options_.connect_timeout));
    Connected last = Error(Errc::rack_unreachable, "no address");
    for (std::size_t i = 0; i < addresses->size(); ++i) {
        // Each address gets its share of the time left, so that one that does not answer leaves
        // some.
        const Deadline now = std::chrono::steady_clock::now();
        const auto share = (until - now) / static_cast<long>(addresses->size() - i);
        last = co_await connect_to((*addresses)[i], now + share);
        if (last || last.error().code == Errc::rack_tls_untrusted) {
            break;
        }
    }
    co_return last;
}

std::unique_ptr<UpstreamConnection> UpstreamPool::make_connection(int fd) {
    Poller& poller = Poller::of(loop_);
    if (tls_ == nullptr) {
        return std::make_unique<UpstreamConnection>(*this, make_plain_stream(poller, fd), nullptr);
    }
    std::unique_ptr<TlsStream> stream = TlsStream::connect(poller, fd, *tls_, session_.get());
    TlsStream* tls = stream.get();
    return std::make_unique<UpstreamConnection>(*this, std::move(stream), tls);
}

async::Task<UpstreamPool::Connected> UpstreamPool::connect_to(Address address, Deadline deadline) {
    const auto fd = start_connecting(address);
    if (!fd) {
        co_return fd.error();
    }
    std::unique_ptr<UpstreamConnection> connection = make_connection(*fd);
    connection->bound(deadline);
    const Result<void> greeted = co_await connection->handshake();
    connection->bound(Deadline::max());
    if (!greeted) {
        Error error(Errc::rack_unreachable, address.text() + ": " + greeted.error().detail);
        if (greeted.error().code == Errc::timed_out) {
            error = Error(Errc::rack_timeout, address.text() + ": connecting took too long");
        } else if (connection->stream().is_untrusted()) {
            error.code = Errc::rack_tls_untrusted;
        }
        co_return error;
    }
    opened_total_.fetch_add(1, std::memory_order_relaxed);
    co_return connection;
}

}  // namespace rgw::http
