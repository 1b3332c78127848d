#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/async/cpu_pool.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"
#include "rgw/http/tls.hpp"
#include "rgw/http/websocket.hpp"

namespace rgw::http {

struct Origin {
    bool tls = false;
    std::string host;
    std::uint16_t port = 80;
};
// "https://host[:port]" or "http://…" or a bare host (http, as upstream reads RACK_HOST); no path,
// query or credentials. Error: configuration_invalid.
[[nodiscard]] Result<Origin> parse_origin(std::string_view url);

struct UpstreamOptions {
    Origin origin;
    std::size_t max_connections = 1024;  // per loop; beyond: overloaded
    std::size_t max_idle = 64;
    std::size_t max_tunnels = 20'000;  // WebSockets, counted apart
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds idle_timeout{50'000};
    std::chrono::milliseconds write_timeout{60'000};  // without the rack taking a byte
};

struct UpstreamStats {
    std::size_t open = 0;
    std::size_t idle = 0;
    std::size_t tunnels = 0;
    std::uint64_t opened_total = 0;
    std::uint64_t reused_total = 0;
};

// A request to be sent. The target and fields are written as they stand; Host and the framing
// fields are added here. Fields that are ours to add, or that could break out of their line, are
// Errc::internal.
struct OutRequest {
    std::string method;
    std::string target;
    std::vector<OutField> fields;
    BodyFraming body;  // none, length or chunked
};

// One call on a connection to the origin. Destroying it gives the connection back when request and
// response ended cleanly and both sides keep alive, else closes it (which aborts the call); no
// coroutine may wait in it then.
//
// Errors everywhere: rack_unreachable, rack_tls_untrusted, rack_timeout, rack_connection_lost,
// rack_answer_invalid (bad response syntax or framing).
class UpstreamCall {
public:
    virtual ~UpstreamCall() = default;

    // The body, in order; finish_body() ends a chunked one. May run in one coroutine while another
    // waits for the response (an early answer).
    virtual async::Task<Result<void>> write_body(std::span<const char> bytes) = 0;
    virtual async::Task<Result<void>> finish_body() = 0;

    // The final head; 1xx are skipped (101 is rack_answer_invalid here). While the request's body
    // is still being sent the limit does not run; afterwards it is without a byte moving. The views
    // stay valid as long as the call.
    virtual async::Task<Result<ResponseHead>> read_head(std::chrono::milliseconds limit) = 0;
    // Response body bytes as they arrive; 0 at the end. `idle_limit` is without a byte moving.
    virtual async::Task<Result<std::size_t>> read_body(std::span<char> into,
                                                       std::chrono::milliseconds idle_limit) = 0;
    // Closes the connection now; waiting coroutines get rack_connection_lost. From the same loop.
    virtual void abort() = 0;
};

// What the rack answered to an opening handshake.
struct WebSocketAnswer {
    std::unique_ptr<WebSocket> socket;  // null when the rack did not switch protocols
    int status = 101;
    std::string refusal;  // the start of such an answer's text body, at most 4 KiB; may be empty
};

// Keep-alive connections of one loop to one origin.
class Upstream {
public:
    // `resolver` runs getaddrinfo; answers are cached for 30 s. `tls` may be null for a plain
    // origin.
    Upstream(async::Loop& loop, async::CpuPool& resolver, UpstreamOptions options, ClientTls* tls);
    ~Upstream();

    // Takes an idle connection that is provably clean (peeked) or opens one, and sends the head;
    // that of a request with a body goes out with the body's first piece. When a kept connection
    // turns out to be closed before any response byte, a request without body and with an
    // idempotent method (RFC 9110 §9.2.2) is sent once more on a fresh one, and any request of
    // which no byte was taken.
    async::Task<Result<std::unique_ptr<UpstreamCall>>> open(OutRequest request, Deadline deadline);

    // Opens a WebSocket on a connection of its own. `target` and `fields` go out as they stand;
    // Host, the rack's own Origin and the handshake's fields are added here, no extension and no
    // subprotocol is offered, and an answer that accepts one, or has a wrong Sec-WebSocket-Accept,
    // is rack_answer_invalid. Redirects are not followed. Errors: as open().
    async::Task<Result<WebSocketAnswer>> open_websocket(std::string target,
                                                        std::vector<OutField> fields,
                                                        Deadline deadline);

    [[nodiscard]] UpstreamStats stats() const;  // from any thread
    // Closes idle connections and those given back from now on. On the loop.
    void close();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace rgw::http
