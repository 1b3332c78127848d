// The half of WebSocketEnd that reads.
#include "websocket_end.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rgw::http {
namespace {

Error connection_lost() {
    return {Errc::connection_closed, "the connection ended without a Close"};
}

}  // namespace

WebSocketEnd::WebSocketEnd(Link& link, Peer peer, FrameBuffers& buffers,
                           std::span<const char> early, std::shared_ptr<void> keeps)
    : keeps_(std::move(keeps)),
      link_(link),
      buffers_(buffers),
      peer_(peer),
      head_(peer == Peer::client ? Masking::masked : Masking::plain) {
    link_.stream().probe_when_idle();
    if (!early.empty()) {
        buffer_ = buffers_.take();
        buffer_->begin = 0;
        buffer_->end = early.size();
        std::memcpy(buffer_->bytes.data(), early.data(), buffer_->end);
    }
}

WebSocketEnd::~WebSocketEnd() {
    if (buffer_) {
        buffers_.give(std::move(buffer_));
    }
}

async::Task<Result<std::optional<FrameHead>>> WebSocketEnd::read_frame() {
    while (!peer_close_) {
        const Result<void> got = co_await read_head();
        if (!got) {
            co_return got.error();
        }
        if (!head_.frame().is_control()) {
            co_return std::optional(head_.frame().head);
        }
        const Result<void> taken = co_await take_control();
        if (!taken) {
            co_return taken.error();
        }
    }
    co_return std::optional<FrameHead>();
}

async::Task<Result<void>> WebSocketEnd::read_head() {
    head_.next();
    while (!head_.complete()) {
        if (!buffer_) {
            const Result<void> come = co_await wait_for_bytes();
            if (!come) {
                co_return come;
            }
        }
        const auto taken = head_.feed(buffer_->rest());
        if (!taken) {
            co_return protocol_error(taken.error());
        }
        take_from_buffer(*taken);
    }
    in_left_ = head_.frame().head.length;
    in_offset_ = 0;
    co_return Result<void>();
}

async::Task<Result<void>> WebSocketEnd::take_control() {
    std::array<char, longest_control_payload> payload;
    const auto length = static_cast<std::size_t>(in_left_);
    for (std::size_t at = 0; at < length;) {
        const auto got = co_await read_payload(std::span(payload).subspan(at, length - at));
        if (!got) {
            co_return got.error();
        }
        at += *got;
    }
    const std::string_view text(payload.data(), length);
    if (head_.frame().head.opcode == Opcode::ping) {
        pong_ = std::string(text);
        flush_controls();
    } else if (head_.frame().head.opcode == Opcode::close) {
        auto close = read_close(text);
        if (!close) {
            co_return protocol_error(close.error());
        }
        peer_close_ = std::move(*close);
    }
    co_return Result<void>();
}

async::Task<Result<std::size_t>> WebSocketEnd::read_payload(std::span<char> into) {
    if (in_left_ == 0 || into.empty()) {
        co_return std::size_t{0};
    }
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), in_left_));
    const std::span<char> room = into.first(most);
    const auto got = co_await read_some(room);
    if (!got) {
        co_return got.error();
    }
    if (peer_ == Peer::client) {
        apply_mask(room.first(*got), head_.frame().key, in_offset_);
    }
    in_left_ -= *got;
    in_offset_ += *got;
    co_return *got;
}

async::Task<Result<std::size_t>> WebSocketEnd::read_some(std::span<char> into) {
    if (buffer_) {
        co_return take_buffered(into);
    }
    const auto got = co_await link_.receive(into, Link::no_limit);
    if (!got) {
        co_return got.error();
    }
    if (*got == 0) {
        co_return connection_lost();
    }
    co_return *got;
}

// Waits without a buffer, and comes back with one that holds something.
async::Task<Result<void>> WebSocketEnd::wait_for_bytes() {
    IoStatus wants = IoStatus::want_read;
    for (bool first = true;; first = false) {
        if (!first || !link_.stream().has_buffered()) {
            const Link::Waiting waiting = link_.waiting_to_read(Link::no_limit);
            co_await link_.stream().wait(wants);
        }
        if (link_.read_was_ended()) {
            co_return Error(link_.why_read_ended());
        }
        buffer_ = buffers_.take();
        const IoResult step = link_.receive_now(buffer_->room());
        buffer_->begin = 0;
        buffer_->end = step.bytes;
        if (step.status == IoStatus::ok) {
            co_return Result<void>();
        }
        buffers_.give(std::move(buffer_));
        if (step.status == IoStatus::eof) {
            co_return connection_lost();
        }
        if (step.status == IoStatus::error) {
            co_return Error(Errc::connection_closed, link_.stream().error_text());
        }
        wants = step.status;
    }
}

std::size_t WebSocketEnd::take_buffered(std::span<char> into) {
    const std::size_t bytes = std::min(into.size(), buffer_->rest().size());
    std::memcpy(into.data(), buffer_->rest().data(), bytes);
    take_from_buffer(bytes);
    return bytes;
}

void WebSocketEnd::take_from_buffer(std::size_t bytes) {
    buffer_->begin += bytes;
    if (buffer_->begin == buffer_->end) {
        buffers_.give(std::move(buffer_));
    }
}

// RFC 6455 §7.1.7: say so, and go on no further.
Error WebSocketEnd::protocol_error(Error error) {
    close_soon({.code = 1002, .reason = "protocol error"});
    return error;
}

}  // namespace rgw::http
