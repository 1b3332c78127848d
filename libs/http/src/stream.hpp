#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "polled_socket.hpp"
#include "rgw/async/task.hpp"

namespace rgw::http {

enum class IoStatus : std::uint8_t { ok, want_read, want_write, eof, error };

struct IoResult {
    IoStatus status = IoStatus::ok;
    std::size_t bytes = 0;  // moved; more than 0 when ok
};

// A connected byte stream, plain or TLS. Nothing here blocks: try, and wait for what the try asked
// for. One coroutine may read while another writes.
class Stream {
public:
    Stream(Poller& poller, int fd) : socket_(poller, fd) {}
    virtual ~Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    virtual IoResult try_read(std::span<char> into) = 0;
    // After would-block the same bytes must be offered again (they may have moved, more may
    // follow).
    virtual IoResult try_write(std::span<const iovec> pieces) = 0;
    // One step of what must happen before bytes flow; ok when it is over.
    virtual IoResult try_handshake() = 0;
    // Tells the peer that nothing follows, as far as that works without waiting.
    virtual void end_writing() = 0;
    // Bytes have been received that no wait will announce.
    [[nodiscard]] virtual bool has_buffered() const = 0;
    // Nothing has been received, not even the peer's end: an idle connection may be used again.
    [[nodiscard]] virtual bool is_quiet() = 0;
    // Why the last call failed, for the operator.
    [[nodiscard]] virtual std::string error_text() const = 0;
    // The handshake failed because the peer's certificate is not trusted.
    [[nodiscard]] virtual bool is_untrusted() const = 0;

    [[nodiscard]] async::Task<void> wait(IoStatus wanted) {
        return socket_.wait(wanted == IoStatus::want_write ? Direction::write : Direction::read);
    }
    void wake() { socket_.wake(); }
    void when_ended(std::function<void()> act) { socket_.when_ended(std::move(act)); }
    // Cuts the connection both ways; reads and writes fail from now on.
    void cut();
    // Lets the kernel find out about a peer that has gone without a word.
    void probe_when_idle();
    // Bytes sent that the peer has not confirmed.
    [[nodiscard]] std::size_t unconfirmed() const;
    // Makes the closing of the socket a reset, so that the peer cannot take it for an orderly end.
    void reset_on_close();

protected:
    [[nodiscard]] bool peek_is_quiet();

    PolledSocket socket_;
};

[[nodiscard]] std::unique_ptr<Stream> make_plain_stream(Poller& poller, int fd);

}  // namespace rgw::http
