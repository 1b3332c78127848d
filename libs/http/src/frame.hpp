#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/http/websocket.hpp"

// The bytes of RFC 6455 §5, without any connection.
namespace rgw::http {

// Who sends: a client masks its frames, a server must not (§5.1).
enum class Masking : std::uint8_t { masked, plain };

using MaskKey = std::array<unsigned char, 4>;

inline constexpr std::size_t longest_frame_head = 14;
inline constexpr std::size_t longest_control_payload = 125;
inline constexpr std::uint16_t no_status_received = 1005;  // §7.4.1: never on the wire
inline constexpr std::uint16_t abnormal_closure = 1006;    // §7.4.1: never on the wire

struct WireFrame {
    FrameHead head;
    MaskKey key{};  // zeros when plain

    [[nodiscard]] bool is_control() const { return head.opcode >= Opcode::close; }
};

// Takes frame heads out of bytes as they arrive, and knows what may follow what.
class FrameHeadReader {
public:
    explicit FrameHeadReader(Masking expected) : expected_(expected) {}

    // Takes what belongs to the head and returns how many bytes that was; frame() stands once
    // complete(). Error: bad_request.
    Result<std::size_t> feed(std::span<const char> bytes);
    [[nodiscard]] bool complete() const { return complete_; }
    [[nodiscard]] const WireFrame& frame() const { return frame_; }
    // The next head begins.
    void next();

private:
    [[nodiscard]] std::size_t needed() const;
    Result<void> check_start();
    Result<void> read_length();
    Result<void> finish();

    Masking expected_;
    std::array<unsigned char, longest_frame_head> bytes_{};
    std::size_t size_ = 0;
    bool complete_ = false;
    bool in_message_ = false;  // a fragmented message is not over
    WireFrame frame_;
};

class FrameHeadBytes {
public:
    FrameHeadBytes() = default;
    FrameHeadBytes(const FrameHead& head, const MaskKey* key);
    [[nodiscard]] std::string_view text() const { return {bytes_.data(), size_}; }

private:
    std::array<char, longest_frame_head> bytes_{};
    std::size_t size_ = 0;
};

// Masks or unmasks (the same, §5.3) a piece that begins `offset` bytes into its payload.
void apply_mask(std::span<char> bytes, const MaskKey& key, std::uint64_t offset);

// A Close's payload (§5.5.1). Error: bad_request for one byte, a code that must not be sent, or a
// reason that is not UTF-8.
[[nodiscard]] Result<CloseReason> read_close(std::string_view payload);
// The reverse: empty for 1005, 1001 for 1006, the reason clipped.
[[nodiscard]] std::string close_payload(const CloseReason& close);

}  // namespace rgw::http
