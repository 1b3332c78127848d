#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/http/websocket.hpp"

namespace rgw::http {

struct TunnelOptions {
    // Both ends are pinged so often, so that no balancer in between takes the tunnel for dead.
    // Pings of either end are answered here, never passed on.
    std::chrono::milliseconds ping_interval{25'000};
    // A rack says "no more output" with an empty binary frame and then leaves the connection open
    // (spec proxy-rbac §6.5): after this long the tunnel is closed with 1000.
    std::chrono::milliseconds end_of_output_grace{5'000};
    // After one end has closed or gone: for how long the other may still send what it has.
    std::chrono::milliseconds close_grace{5'000};
    // Sees every piece of text payload that came from the rack, before it is passed on.
    std::function<void(std::span<const char>)> on_rack_text;
};

// Who ended a tunnel, and the Close that says why.
struct TunnelEnd {
    enum class By : std::uint8_t { client, rack, gateway };
    By by = By::client;
    CloseReason close;
};

// Two ends of one WebSocket conversation, frame by frame in bounded memory: a piece (at most 16
// KiB) is read, then written, then the next is read, so a slow reader holds its writer back and
// nobody else. Frame boundaries, opcodes and payload bytes pass unchanged; an empty frame passes at
// once. A Close passes with its code and reason after everything that came before it, and the other
// direction goes on until that end closes too or close_grace is over. An end that goes without a
// Close becomes 1001 for the rack and 1011 for the client (1000 once the rack's end of output has
// passed); one that breaks the protocol gets 1002 and the other end 1001 or 1011.
class Tunnel {
public:
    // Both ends live on `loop` and end with the tunnel.
    Tunnel(async::Loop& loop, WebSocket& client, WebSocket& rack, TunnelOptions options);
    ~Tunnel();

    // Relays until both directions have ended.
    async::Task<TunnelEnd> run();
    // Ends it from outside, on the loop: both ends get this Close (after the frame under way) and a
    // second to take it; run() returns soon after, with By::gateway. The first call counts.
    void close(const CloseReason& reason);

    // Payload bytes passed on.
    [[nodiscard]] std::uint64_t bytes_to_rack() const;
    [[nodiscard]] std::uint64_t bytes_to_client() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rgw::http
