#include "frame.hpp"

#include <algorithm>
#include <cstring>

#include "rgw/base/text.hpp"

namespace rgw::http {
namespace {

constexpr unsigned char fin_bit = 0x80;
constexpr unsigned char reserved_bits = 0x70;
constexpr unsigned char opcode_bits = 0x0F;
constexpr unsigned char mask_bit = 0x80;
constexpr unsigned char length_bits = 0x7F;
constexpr unsigned char two_byte_length = 126;
constexpr unsigned char eight_byte_length = 127;
constexpr std::size_t longest_reason = longest_control_payload - 2;

std::size_t extended_length_bytes(unsigned char short_length) {
    return short_length == two_byte_length ? 2 : short_length == eight_byte_length ? 8 : 0;
}

bool is_opcode(unsigned char bits) {
    return bits <= 0x2 || (bits >= 0x8 && bits <= 0xA);
}

bool may_be_sent(std::uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

Error broken(const char* what) {
    return {Errc::bad_request, std::string("a WebSocket frame with ") + what};
}

}  // namespace

std::size_t FrameHeadReader::needed() const {
    if (size_ < 2) {
        return 2;
    }
    const std::size_t key = expected_ == Masking::masked ? sizeof(MaskKey) : 0;
    return 2 + extended_length_bytes(bytes_[1] & length_bits) + key;
}

Result<std::size_t> FrameHeadReader::feed(std::span<const char> bytes) {
    std::size_t taken = 0;
    while (!complete_ && taken < bytes.size()) {
        const std::size_t step = std::min(needed() - size_, bytes.size() - taken);
        std::memcpy(bytes_.data() + size_, bytes.data() + taken, step);
        size_ += step;
        taken += step;
        if (size_ == 2) {
            if (auto start = check_start(); !start) {
                return start.error();
            }
        }
        if (size_ >= 2 && size_ == needed()) {
            if (auto finished = finish(); !finished) {
                return finished.error();
            }
        }
    }
    return taken;
}

Result<void> FrameHeadReader::check_start() {
    if ((bytes_[0] & reserved_bits) != 0) {
        return broken("reserved bits");
    }
    const unsigned char opcode = bytes_[0] & opcode_bits;
    if (!is_opcode(opcode)) {
        return broken("a reserved opcode");
    }
    if (((bytes_[1] & mask_bit) != 0) != (expected_ == Masking::masked)) {
        return broken("a mask where none belongs, or none where one does");
    }
    frame_.head.opcode = static_cast<Opcode>(opcode);
    frame_.head.fin = (bytes_[0] & fin_bit) != 0 ? Fin::last : Fin::more_follows;
    const bool last = frame_.head.fin == Fin::last;
    if (frame_.is_control()) {
        if (!last || (bytes_[1] & length_bits) > longest_control_payload) {
            return broken("control data in pieces or too long");
        }
        return {};
    }
    if ((frame_.head.opcode == Opcode::continuation) != in_message_) {
        return broken("a continuation of nothing, or a message inside another");
    }
    in_message_ = !last;
    return {};
}

Result<void> FrameHeadReader::read_length() {
    const unsigned char shortest = bytes_[1] & length_bits;
    const std::size_t size = extended_length_bytes(shortest);
    if (size == 0) {
        frame_.head.length = shortest;
        return {};
    }
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < size; ++i) {
        length = length << 8U | bytes_[2 + i];
    }
    const std::uint64_t least = size == 2 ? two_byte_length : 0x10000;
    if (length < least || length >> 63U != 0) {
        return broken("a length that is too long, or not in its shortest form");
    }
    frame_.head.length = length;
    return {};
}

Result<void> FrameHeadReader::finish() {
    if (auto length = read_length(); !length) {
        return length;
    }
    if (expected_ == Masking::masked) {
        std::memcpy(frame_.key.data(), bytes_.data() + size_ - sizeof(MaskKey), sizeof(MaskKey));
    }
    complete_ = true;
    return {};
}

void FrameHeadReader::next() {
    size_ = 0;
    complete_ = false;
}

FrameHeadBytes::FrameHeadBytes(const FrameHead& head, const MaskKey* key) {
    const auto put = [this](unsigned value) {
        bytes_[size_++] = static_cast<char>(static_cast<unsigned char>(value));
    };
    const unsigned masked = key == nullptr ? 0U : mask_bit;
    put((head.fin == Fin::last ? fin_bit : 0U) | static_cast<unsigned>(head.opcode));
    std::size_t extended = 0;
    if (head.length < two_byte_length) {
        put(masked | static_cast<unsigned>(head.length));
    } else {
        extended = head.length < 0x10000 ? 2 : 8;
        put(masked | (extended == 2 ? two_byte_length : eight_byte_length));
    }
    for (std::size_t i = extended; i > 0; --i) {
        put(static_cast<unsigned>(head.length >> (8 * (i - 1)) & 0xFFU));
    }
    if (key != nullptr) {
        std::memcpy(bytes_.data() + size_, key->data(), key->size());
        size_ += key->size();
    }
}

void apply_mask(std::span<char> bytes, const MaskKey& key, std::uint64_t offset) {
    std::array<unsigned char, 8> turned{};
    for (std::size_t i = 0; i < turned.size(); ++i) {
        turned[i] = key[(offset + i) % key.size()];
    }
    std::uint64_t word_key = 0;
    std::memcpy(&word_key, turned.data(), sizeof(word_key));
    std::size_t at = 0;
    for (; at + sizeof(word_key) <= bytes.size(); at += sizeof(word_key)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, sizeof(word));
        word ^= word_key;
        std::memcpy(bytes.data() + at, &word, sizeof(word));
    }
    for (std::size_t i = 0; at < bytes.size(); ++at, ++i) {
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ turned[i]);
    }
}

Result<CloseReason> read_close(std::string_view payload) {
    if (payload.empty()) {
        return CloseReason{.code = no_status_received, .reason = {}};
    }
    if (payload.size() == 1) {
        return broken("half a close code");
    }
    CloseReason close{
        .code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8U |
                                           static_cast<unsigned char>(payload[1])),
        .reason = std::string(payload.substr(2))};
    if (!may_be_sent(close.code)) {
        return broken("a close code that must not be sent");
    }
    if (valid_utf8(close.reason) != close.reason) {
        return broken("a close reason that is not UTF-8");
    }
    return close;
}

std::string close_payload(const CloseReason& close) {
    if (close.code == no_status_received) {
        return {};
    }
    const std::uint16_t code = close.code == abnormal_closure ? 1001 : close.code;
    std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
    return payload + clip_utf8(valid_utf8(close.reason), longest_reason);
}

}  // namespace rgw::http
