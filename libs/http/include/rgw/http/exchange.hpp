#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"
#include "rgw/http/websocket.hpp"

namespace rgw::http {

struct OutHead {
    int status = 200;
    std::vector<OutField>
        fields;  // never Content-Length, Transfer-Encoding, Connection, Date: ours to add
};

// One request on a server connection and its answer. Lives on the connection's loop while the
// handler runs. A handler that returns without answering, or throws, makes the session answer 500
// and close; if the answer had begun, the connection is closed without its end, so that the client
// sees it is cut.
class Exchange {
public:
    virtual ~Exchange() = default;

    [[nodiscard]] virtual const RequestHead& head() const = 0;
    [[nodiscard]] virtual async::Loop& loop() const = 0;
    // The TCP peer, numeric, without port ("203.0.113.7", "2001:db8::1").
    [[nodiscard]] virtual std::string_view peer_address() const = 0;

    // Up to `into.size()` body bytes, as they arrive; 0 at the end. The first read answers
    // "100 Continue" when the client waits for it. Trailers are read, checked and dropped.
    // Errors: bad_request (framing), connection_closed, timed_out; cancelled once the answer has
    // ended, also in a read that another coroutine waits in (an early answer makes the rest of a
    // body useless).
    virtual async::Task<Result<std::size_t>> read_body(std::span<char> into) = 0;
    // The whole body when it is at most `limit` bytes, else body_too_large.
    virtual async::Task<Result<std::string>> read_whole_body(std::size_t limit) = 0;

    // A complete answer with a Content-Length. For HEAD the body is counted, not sent.
    virtual async::Task<Result<void>> respond(OutHead head, std::string_view body) = 0;
    // A streamed answer: begin, write…, finish. With a length exactly that many bytes must be
    // written; without one it is chunked (or ends with the connection for HTTP/1.0). write() sends
    // at once. The head goes out together with the first write or the finish, in one segment where
    // it fits.
    virtual async::Task<Result<void>> begin(OutHead head, std::optional<std::uint64_t> length) = 0;
    virtual async::Task<Result<void>> write(std::span<const char> bytes) = 0;
    virtual async::Task<Result<void>> finish() = 0;

    [[nodiscard]] virtual bool answer_begun() const = 0;
    // No keep-alive after this exchange.
    virtual void close_after() = 0;
    // Ends the connection now, whatever was sent; waiting calls get connection_closed.
    virtual void abort() = 0;
    // How long the connection may wait for the client from now on without a byte moving (default 60
    // s).
    virtual void set_idle_limit(std::chrono::milliseconds limit) = 0;
    // Calls `act` once, on the loop, if the client closes or resets the connection while the
    // exchange lasts (a closed sending side counts), so that a call that waits for the rack can be
    // given up. An empty function ends the watch. `act` must not destroy the exchange.
    virtual void when_client_leaves(std::function<void()> act) = 0;

    // Answers 101 to a request that check_websocket_request() accepts, and hands the connection
    // over: from then on head() and the other calls must not be used, and the exchange holds
    // nothing but the connection. The end must be destroyed before handle() returns; the connection
    // closes with it. Errors: as check_websocket_request(), nothing sent; connection_closed.
    virtual async::Task<Result<std::unique_ptr<WebSocket>>> accept_websocket() = 0;
};

// What a listener does with each request.
class Handler {
public:
    virtual ~Handler() = default;
    virtual async::Task<void> handle(Exchange& exchange) = 0;
    // A request that never became one: bad syntax, an oversized or endless head. Called on the
    // session's loop before the session answers and closes, so that the refusal can be recorded.
    // `partial_line` is the request line as far as it could be read, clipped, not trusted.
    virtual async::Task<void> on_bad_request(std::string_view peer_address, const Error& error,
                                             std::string_view partial_line) = 0;
};

}  // namespace rgw::http
