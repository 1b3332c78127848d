#include "rgw/http/listener.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

#include "listening_socket.hpp"
#include "rgw/async/task_group.hpp"
#include "rgw/base/log.hpp"
#include "session.hpp"
#include "tls_stream.hpp"

namespace rgw::http {
namespace {

// How many connections over the limit are answered at a time; the rest is closed at once.
constexpr std::size_t most_turned_away = 64;
constexpr std::chrono::milliseconds pause_without_descriptors{50};

// Errors of accept() that concern one connection only, not the listener (accept(2)).
bool concerns_one_connection(int error) {
    return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN ||
           error == ENOPROTOOPT || error == EHOSTDOWN || error == ENONET || error == EHOSTUNREACH ||
           error == EOPNOTSUPP || error == ENETUNREACH;
}

// Closes every session when a drain takes too long.
class DrainLimit final : public async::Expiring {
public:
    DrainLimit(SessionHost& host, Deadline until) : Expiring(host.loop.deadlines()), host_(host) {
        expire_at(until);
    }

private:
    void on_expired() override {
        for (Session& session : host_.sessions) {
            session.abort();
        }
    }

    SessionHost& host_;
};

}  // namespace

struct Listener::State {
    State(async::Loop& loop, ListenerOptions options, Handler& handler, ServerTls* server_tls)
        : host{loop, std::move(options), handler}, tls(server_tls), tasks(loop) {}
    ~State() {
        if (fd >= 0) {
            ::close(fd);
        }
    }

    async::Task<void> accept_connections();
    async::Task<void> serve(AcceptedSocket accepted);
    async::Task<void> turn_away(AcceptedSocket accepted);
    std::unique_ptr<Stream> make_stream(int accepted_fd);
    void take(AcceptedSocket accepted);

    SessionHost host;
    ServerTls* tls;
    async::TaskGroup tasks;
    int fd = -1;  // until start() hands it to `socket`
    std::uint16_t port = 0;
    std::unique_ptr<PolledSocket> socket;
    std::size_t turned_away = 0;
    bool starved = false;  // the last accept() found no descriptor
    std::atomic<std::size_t> connections{0};
    std::atomic<std::uint64_t> accepted_total{0};
    std::atomic<std::uint64_t> refused_total{0};
};

async::Task<void> Listener::State::accept_connections() {
    while (!host.draining) {
        AcceptedSocket accepted = accept_socket(socket->fd());
        if (accepted.fd >= 0) {
            starved = false;
            take(std::move(accepted));
        } else if (accepted.error == EAGAIN || accepted.error == EWOULDBLOCK) {
            socket->read_would_block();
            co_await socket->wait(Direction::read);
        } else if (!concerns_one_connection(accepted.error)) {
            // Out of descriptors or memory: what is open must end first. Said once per time it
            // happens.
            if (!std::exchange(starved, true)) {
                log::warn("accepting pauses", {{"errno", accepted.error}});
            }
            co_await async::sleep_for(pause_without_descriptors);
        }
    }
    socket.reset();
}

void Listener::State::take(AcceptedSocket accepted) {
    if (connections.load(std::memory_order_relaxed) < host.options.max_connections) {
        accepted_total.fetch_add(1, std::memory_order_relaxed);
        tasks.spawn(serve(std::move(accepted)));
        return;
    }
    refused_total.fetch_add(1, std::memory_order_relaxed);
    if (turned_away < most_turned_away) {
        tasks.spawn(turn_away(std::move(accepted)));
    } else {
        ::close(accepted.fd);
    }
}

std::unique_ptr<Stream> Listener::State::make_stream(int accepted_fd) {
    Poller& poller = Poller::of(host.loop);
    if (tls == nullptr) {
        return make_plain_stream(poller, accepted_fd);
    }
    return TlsStream::accept(poller, accepted_fd, tls->context());
}

async::Task<void> Listener::State::serve(AcceptedSocket accepted) {
    connections.fetch_add(1, std::memory_order_relaxed);
    try {
        Session session(host, make_stream(accepted.fd), std::move(accepted.peer));
        co_await session.run();
    } catch (const std::exception& e) {
        log::error("a connection ended with an exception", {{"what", e.what()}});
    }
    connections.fetch_sub(1, std::memory_order_relaxed);
}

async::Task<void> Listener::State::turn_away(AcceptedSocket accepted) {
    ++turned_away;
    try {
        Session session(host, make_stream(accepted.fd), std::move(accepted.peer));
        co_await session.turn_away();
    } catch (const std::exception& e) {
        log::error("a connection ended with an exception", {{"what", e.what()}});
    }
    --turned_away;
}

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::open(async::Loop& loop, ListenerOptions options,
                                                 Handler& handler, ServerTls* tls) {
    auto socket = open_listening_socket(options.address, options.port);
    if (!socket) {
        return socket.error();
    }
    auto state = std::make_unique<State>(loop, std::move(options), handler, tls);
    state->fd = socket->fd;
    state->port = socket->port;
    return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

std::uint16_t Listener::port() const {
    return state_->port;
}

ListenerStats Listener::stats() const {
    ListenerStats stats;
    stats.connections = state_->connections.load(std::memory_order_relaxed);
    stats.accepted_total = state_->accepted_total.load(std::memory_order_relaxed);
    stats.refused_total = state_->refused_total.load(std::memory_order_relaxed);
    stats.requests_total = state_->host.requests_total.load(std::memory_order_relaxed);
    return stats;
}

void Listener::start() {
    const int fd = std::exchange(state_->fd, -1);
    state_->socket = std::make_unique<PolledSocket>(Poller::of(state_->host.loop), fd);
    state_->tasks.spawn(state_->accept_connections());
}

async::Task<void> Listener::drain(Deadline deadline) {
    State& state = *state_;
    state.host.draining = true;
    if (state.socket) {
        state.socket->wake();
    }
    for (Session& session : state.host.sessions) {
        session.close_if_idle();
    }
    const DrainLimit limit(state.host, deadline);
    co_await state.tasks.join();
}

}  // namespace rgw::http
