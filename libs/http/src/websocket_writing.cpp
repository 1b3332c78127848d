// The half of WebSocketEnd that writes. Data frames and control frames never mix: a control frame
// that falls due inside a frame waits for its end, and of each kind at most one waits.
#include <openssl/rand.h>

#include <cstring>
#include <utility>

#include "websocket_end.hpp"

namespace rgw::http {
namespace {

// A paused terminal must not be cut; hosts that are gone are found by the kernel's probes.
constexpr std::chrono::minutes stall_limit{15};

// RFC 6455 §5.3 wants keys nobody can foresee; taken from the system in batches.
MaskKey new_mask_key() {
    constexpr std::size_t keys_per_batch = 256;
    thread_local std::array<MaskKey, keys_per_batch> keys;
    thread_local std::size_t next = keys_per_batch;
    if (next == keys_per_batch) {
        RAND_bytes(keys.front().data(), sizeof(keys));
        next = 0;
    }
    return keys[next++];
}

}  // namespace

async::Task<Result<void>> WebSocketEnd::begin_frame(FrameHead head) {
    if (close_ != Close::none) {
        co_return Error(Errc::connection_closed, "the WebSocket is closing");
    }
    const bool masked = peer_ == Peer::rack;
    if (masked) {
        out_key_ = new_mask_key();
    }
    out_head_ = FrameHeadBytes(head, masked ? &out_key_ : nullptr);
    out_left_ = head.length;
    out_offset_ = 0;
    if (head.length > 0) {
        co_return Result<void>();
    }
    Pieces pieces;
    pieces.add(out_head_.text());
    const Result<void> written = co_await write(pieces);
    co_return written;
}

async::Task<Result<void>> WebSocketEnd::write_payload(std::span<char> bytes) {
    if (bytes.size() > out_left_) {
        co_return Error(Errc::internal, "more of a frame than was begun");
    }
    if (bytes.empty()) {
        co_return Result<void>();
    }
    if (peer_ == Peer::rack) {
        apply_mask(bytes, out_key_, out_offset_);
    }
    Pieces pieces;
    if (out_offset_ == 0) {
        pieces.add(out_head_.text());
    }
    pieces.add({bytes.data(), bytes.size()});
    out_left_ -= bytes.size();
    out_offset_ += bytes.size();
    const Result<void> written = co_await write(pieces);
    co_return written;
}

async::Task<Result<void>> WebSocketEnd::send(Opcode opcode, std::string_view payload) {
    const Result<void> begun =
        co_await begin_frame({.opcode = opcode, .fin = Fin::last, .length = payload.size()});
    if (!begun) {
        co_return begun;
    }
    std::string bytes(payload);
    const Result<void> written = co_await write_payload(bytes);
    co_return written;
}

// Sends what waits, then the pieces, then what fell due meanwhile if no frame is under way.
async::Task<Result<void>> WebSocketEnd::write(Pieces pieces) {
    Pieces all;
    all.add(unsent_);
    all.add(pieces);
    Result<bool> sent = link_.send_now(all);
    if (sent && !*sent) {
        writes_ = true;
        const Result<void> rest = co_await link_.send(all, stall_limit);
        writes_ = false;
        if (!rest) {
            co_return rest;
        }
    }
    if (!sent) {
        co_return sent.error();
    }
    unsent_.clear();
    flush_controls();
    co_return Result<void>();
}

void WebSocketEnd::append_control(Opcode opcode, std::string_view payload) {
    const MaskKey key = peer_ == Peer::rack ? new_mask_key() : MaskKey();
    const FrameHeadBytes head({.opcode = opcode, .fin = Fin::last, .length = payload.size()},
                              peer_ == Peer::rack ? &key : nullptr);
    std::string masked(payload);
    apply_mask(masked, key, 0);
    unsent_ += head.text();
    unsent_ += masked;
}

// What is still unsent is bounded by not adding to it.
void WebSocketEnd::queue_controls() {
    if (unsent_.size() > 2 * longest_control_payload) {
        return;
    }
    if (pong_) {
        append_control(Opcode::pong, *std::exchange(pong_, std::nullopt));
    }
    if (std::exchange(ping_due_, false) && unsent_.empty()) {
        append_control(Opcode::ping, {});
    }
    if (close_ == Close::due) {
        append_control(Opcode::close, close_payload(close_reason_));
        close_ = Close::sent;
    }
}

void WebSocketEnd::flush_controls() {
    if (!is_between_frames() || close_ == Close::sent) {
        return;
    }
    queue_controls();
    Pieces pieces;
    pieces.add(unsent_);
    const std::size_t before = unsent_.size();
    const Result<bool> sent = link_.send_now(pieces);
    if (!sent || *sent) {
        unsent_.clear();  // gone, or with nobody left to send it to
        return;
    }
    unsent_.erase(0, before - pieces.view().front().iov_len);
}

void WebSocketEnd::ping() {
    ping_due_ = true;
    flush_controls();
}

void WebSocketEnd::close_soon(CloseReason reason) {
    if (close_ == Close::none) {
        close_ = Close::due;
        close_reason_ = std::move(reason);
        flush_controls();
    }
}

async::Task<Result<void>> WebSocketEnd::close(CloseReason reason) {
    close_soon(std::move(reason));
    if (unsent_.empty() || !is_between_frames()) {
        co_return Result<void>();
    }
    const Result<void> written = co_await write(Pieces());
    co_return written;
}

}  // namespace rgw::http
