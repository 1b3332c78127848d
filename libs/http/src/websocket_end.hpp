#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "frame.hpp"
#include "free_list.hpp"
#include "link.hpp"
#include "rgw/http/websocket.hpp"

namespace rgw::http {

// What has come of a WebSocket's bytes and was not taken yet.
struct FrameBuffer {
    static constexpr std::size_t size = 16UL * 1024;

    [[nodiscard]] std::span<const char> rest() const { return {bytes.data() + begin, end - begin}; }
    [[nodiscard]] std::span<char> room() { return bytes; }

    std::array<char, size> bytes;
    std::size_t begin = 0;
    std::size_t end = 0;
};

using FrameBuffers = FreeList<FrameBuffer>;

// A WebSocket over a link that somebody else owns. Towards a client frames arrive masked and leave
// plain, towards the rack the other way round.
class WebSocketEnd final : public WebSocket {
public:
    enum class Peer : std::uint8_t { client, rack };

    // `early` is what came behind the handshake, at most FrameBuffer::size; `keeps` lives as long
    // as this.
    WebSocketEnd(Link& link, Peer peer, FrameBuffers& buffers, std::span<const char> early,
                 std::shared_ptr<void> keeps = nullptr);
    ~WebSocketEnd() override;

    async::Task<Result<std::optional<FrameHead>>> read_frame() override;
    async::Task<Result<std::size_t>> read_payload(std::span<char> into) override;
    async::Task<Result<void>> begin_frame(FrameHead head) override;
    async::Task<Result<void>> write_payload(std::span<char> bytes) override;
    async::Task<Result<void>> send(Opcode opcode, std::string_view payload) override;
    async::Task<Result<void>> close(CloseReason reason) override;
    void close_soon(CloseReason reason) override;
    void ping() override;
    [[nodiscard]] const std::optional<CloseReason>& peer_close() const override {
        return peer_close_;
    }
    [[nodiscard]] std::size_t unconfirmed() const override { return link_.stream().unconfirmed(); }
    void abort() override { link_.abort(); }

private:
    enum class Close : std::uint8_t { none, due, sent };

    // Reading.
    async::Task<Result<void>> read_head();
    async::Task<Result<void>> take_control();
    async::Task<Result<std::size_t>> read_some(std::span<char> into);
    async::Task<Result<void>> wait_for_bytes();
    [[nodiscard]] std::size_t take_buffered(std::span<char> into);
    void take_from_buffer(std::size_t bytes);
    Error protocol_error(Error error);

    // Writing.
    [[nodiscard]] bool is_between_frames() const { return !writes_ && out_left_ == 0; }
    void queue_controls();
    void append_control(Opcode opcode, std::string_view payload);
    void flush_controls();
    async::Task<Result<void>> write(Pieces pieces);

    std::shared_ptr<void> keeps_;
    Link& link_;
    FrameBuffers& buffers_;
    const Peer peer_;

    FrameHeadReader head_;
    std::unique_ptr<FrameBuffer> buffer_;  // only while it holds something
    std::uint64_t in_left_ = 0;            // of the frame being read
    std::uint64_t in_offset_ = 0;
    std::optional<CloseReason> peer_close_;

    FrameHeadBytes out_head_;  // not sent yet, it leaves with its first piece
    MaskKey out_key_{};
    std::uint64_t out_left_ = 0;
    std::uint64_t out_offset_ = 0;
    bool writes_ = false;  // a coroutine is sending
    std::string unsent_;   // control frames, or what is left of them, to go before anything else
    std::optional<std::string> pong_;
    bool ping_due_ = false;
    Close close_ = Close::none;
    CloseReason close_reason_;
};

}  // namespace rgw::http
