#include <algorithm>
#include <string>
#include <vector>

#include "frame.hpp"
#include "require.hpp"
#include "targets.hpp"

namespace rgw::fuzz {
namespace {

using http::FrameHeadReader;
using http::Masking;

struct Seen {
    http::WireFrame frame;
    std::string payload;
};

struct Stream {
    std::vector<Seen> frames;
    bool refused = false;
};

// Takes whole frames out of bytes that come in steps, as a connection would.
Stream read_frames(std::string_view bytes, Masking masking, std::size_t step) {
    FrameHeadReader reader(masking);
    Stream out;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::string part(bytes.substr(at, step));
        const auto taken = reader.feed(part);
        if (!taken) {
            out.refused = true;
            return out;
        }
        require(*taken <= part.size());
        require(*taken > 0 || reader.complete());  // or a reader would wait for ever
        at += *taken;
        if (!reader.complete()) {
            continue;
        }
        const http::WireFrame& frame = reader.frame();
        require(!frame.is_control() ||
                (frame.head.length <= 125 && frame.head.fin == http::Fin::last));
        require(frame.head.length >> 63U == 0);
        if (frame.head.length > bytes.size() - at) {
            return out;  // its payload has not come
        }
        std::string payload(bytes.substr(at, static_cast<std::size_t>(frame.head.length)));
        at += payload.size();
        http::apply_mask(payload, frame.key, 0);
        out.frames.push_back({frame, std::move(payload)});
        reader.next();
    }
    return out;
}

// What was read, written again, is read as the same.
void check_round_trip(const Seen& seen, Masking masking) {
    const bool masked = masking == Masking::masked;
    std::string bytes(
        http::FrameHeadBytes(seen.frame.head, masked ? &seen.frame.key : nullptr).text());
    std::string payload = seen.payload;
    const std::size_t half = payload.size() / 2;
    http::apply_mask(std::span(payload).first(half), seen.frame.key, 0);
    http::apply_mask(std::span(payload).subspan(half), seen.frame.key, half);
    bytes += payload;
    FrameHeadReader reader(masking);
    if (seen.frame.head.opcode == http::Opcode::continuation) {
        return;  // of nothing, by itself
    }
    const auto taken = reader.feed(bytes);
    require(taken && reader.complete());
    require(reader.frame().head.length == seen.frame.head.length);
    require(reader.frame().head.opcode == seen.frame.head.opcode);
    require(reader.frame().key == seen.frame.key);
    http::apply_mask(payload, seen.frame.key, 0);
    require(payload == seen.payload);
}

void check_close(const Seen& seen) {
    const auto close = http::read_close(seen.payload);
    if (close) {
        require(http::close_payload(*close) == seen.payload);
    }
}

}  // namespace

void websocket_frames(std::string_view input) {
    if (input.empty()) {
        return;
    }
    const auto choice = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    const Masking masking = choice % 2 == 0 ? Masking::masked : Masking::plain;
    const Stream whole = read_frames(input, masking, input.size() + 1);
    const Stream pieces = read_frames(input, masking, 1 + choice / 16U);
    require(whole.refused == pieces.refused);
    require(whole.frames.size() == pieces.frames.size());
    for (std::size_t i = 0; i < whole.frames.size(); ++i) {
        const Seen& seen = whole.frames[i];
        require(seen.payload == pieces.frames[i].payload);
        check_round_trip(seen, masking);
        if (seen.frame.head.opcode == http::Opcode::close) {
            check_close(seen);
        }
    }
}

}  // namespace rgw::fuzz
