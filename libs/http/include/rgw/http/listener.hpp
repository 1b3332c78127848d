#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/exchange.hpp"
#include "rgw/http/tls.hpp"

namespace rgw::http {

struct ListenerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one, see port()
    std::size_t max_connections = 10'000;
    std::size_t max_head_bytes = 64UL * 1024;
    std::size_t max_fields = 100;
    std::chrono::milliseconds head_timeout{30'000};  // from the first byte of a head to its end
    std::chrono::milliseconds keep_alive_timeout{120'000};
    std::chrono::milliseconds handshake_timeout{10'000};
    // For how long an answered client that still sends is listened to, so that it can read the
    // answer.
    std::chrono::milliseconds linger_timeout{2'000};
};

struct ListenerStats {
    std::size_t connections = 0;
    std::uint64_t accepted_total = 0;
    std::uint64_t refused_total = 0;  // over max_connections: answered 503 with Retry-After
    std::uint64_t requests_total = 0;
};

// Accepts on one loop and serves each connection there; several loops listen on the same port with
// SO_REUSEPORT, one Listener each.
class Listener {
public:
    // `tls` may be null (plain HTTP) and must outlive the listener.
    // Error: configuration_invalid when the address cannot be bound.
    static Result<std::unique_ptr<Listener>> open(async::Loop& loop, ListenerOptions options,
                                                  Handler& handler, ServerTls* tls);
    ~Listener();

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] ListenerStats stats() const;  // from any thread

    // Begins accepting; on the listener's loop or before it runs.
    void start();
    // Stops accepting, closes idle connections, answers what is under way with "Connection: close",
    // and at the deadline closes the rest. Returns when no session is left. On the listener's loop.
    async::Task<void> drain(Deadline deadline);

private:
    struct State;
    explicit Listener(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace rgw::http
