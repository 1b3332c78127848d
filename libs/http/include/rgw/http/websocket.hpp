#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"

namespace rgw::http {

// RFC 6455 §5.2.
enum class Opcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xA,
};

enum class Fin : std::uint8_t { more_follows, last };

// The head of a data frame. Text may carry any bytes: racks send terminal output and archives in
// it.
struct FrameHead {
    Opcode opcode = Opcode::text;  // text, binary or continuation
    Fin fin = Fin::last;
    std::uint64_t length = 0;  // payload bytes
};

// RFC 6455 §7.4. 1005: the Close had no code; 1006: the connection ended without a Close. Neither
// is ever sent: they go out as a Close without a code, and as 1001.
struct CloseReason {
    std::uint16_t code = 1000;
    std::string reason;  // at most 123 bytes of UTF-8; longer is clipped
};

// One end of an open WebSocket, towards a client or towards the rack (which end masks follows from
// that). One coroutine may read while another writes; both on the connection's loop. While nothing
// comes it holds no buffer. Nothing is compressed, no subprotocol is spoken.
class WebSocket {
public:
    virtual ~WebSocket() = default;

    // The head of the next data frame, or nothing when the peer has sent its Close (peer_close()).
    // On the way, also in the middle of a fragmented message, pings are answered and pongs dropped.
    // The payload of the frame before must have been read. Errors: bad_request for what breaks
    // RFC 6455 (reserved bits or opcodes, a wrong mask, a fragmented or long control frame, a
    // length not in its shortest form or over 2^63, a continuation of nothing, a bad Close): Close
    // 1002 has been sent; connection_closed when the peer ended without a Close.
    virtual async::Task<Result<std::optional<FrameHead>>> read_frame() = 0;
    // Up to `into.size()` unmasked payload bytes of that frame as they arrive; 0 at its end.
    virtual async::Task<Result<std::size_t>> read_payload(std::span<char> into) = 0;

    // A frame is its head and then exactly `length` bytes in any number of pieces (masked in place
    // towards the rack). A frame without payload, and a head with its first piece, leave at once
    // and in one segment where they fit. Errors: connection_closed, timed_out (the peer has taken
    // no byte for the stall limit).
    virtual async::Task<Result<void>> begin_frame(FrameHead head) = 0;
    virtual async::Task<Result<void>> write_payload(std::span<char> bytes) = 0;
    // A whole message in one frame.
    virtual async::Task<Result<void>> send(Opcode opcode, std::string_view payload) = 0;

    // Sends a Close, the first time; what is written later is refused with connection_closed.
    // Reading goes on until the peer's own Close.
    virtual async::Task<Result<void>> close(CloseReason reason) = 0;
    // The same without waiting: at once, or after the frame that another coroutine is writing.
    virtual void close_soon(CloseReason reason) = 0;
    // Sends a ping without waiting: never into a frame under way (after it then), dropped while one
    // is still unsent.
    virtual void ping() = 0;
    // What the peer's Close said, once it has come.
    [[nodiscard]] virtual const std::optional<CloseReason>& peer_close() const = 0;

    // Bytes on their way that the peer has not confirmed: a slow reader is one while this shrinks.
    [[nodiscard]] virtual std::size_t unconfirmed() const = 0;

    // Ends the connection now; waiting coroutines get connection_closed.
    virtual void abort() = 0;
};

// Whether the request is an opening handshake this gateway can serve (RFC 6455 §4.2.1: GET,
// HTTP/1.1, Upgrade: websocket, version 13, one key of 16 bytes, no body). Extensions and
// subprotocols it offers are not taken up. Error: bad_header, with what is wrong.
[[nodiscard]] Result<void> check_websocket_request(const RequestHead& head);

}  // namespace rgw::http
