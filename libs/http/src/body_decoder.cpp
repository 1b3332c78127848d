#include "body_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace rgw::http {

bool BodyDecoder::done() const {
    switch (kind_) {
        case BodyKind::none:
            return true;
        case BodyKind::length:
            return left_ == 0;
        case BodyKind::chunked:
            return chunks_.done();
        case BodyKind::until_close:
            return false;
    }
    return true;
}

Result<ChunkDecoder::Step> BodyDecoder::decode(std::span<const char> in, std::span<char> out) {
    if (kind_ == BodyKind::chunked) {
        return chunks_.decode(in, out);
    }
    const std::size_t room = std::min(in.size(), out.size());
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(room, direct()));
    if (bytes > 0) {
        std::memcpy(out.data(), in.data(), bytes);
        took(bytes);
    }
    ChunkDecoder::Step step;
    step.consumed = bytes;
    step.produced = bytes;
    return step;
}

std::uint64_t BodyDecoder::direct() const {
    switch (kind_) {
        case BodyKind::none:
            return 0;
        case BodyKind::length:
            return left_;
        case BodyKind::chunked:
            return chunks_.data_ahead();
        case BodyKind::until_close:
            return std::numeric_limits<std::uint64_t>::max();
    }
    return 0;
}

void BodyDecoder::took(std::uint64_t bytes) {
    if (kind_ == BodyKind::length) {
        left_ -= bytes;
    } else if (kind_ == BodyKind::chunked) {
        chunks_.took_data(bytes);
    }
}

bool BodyDecoder::at_eof() {
    if (kind_ == BodyKind::until_close) {
        kind_ = BodyKind::none;
    }
    return done();
}

bool BodyDecoder::ends_within(std::uint64_t limit) const {
    return done() || (kind_ == BodyKind::length && left_ <= limit);
}

}  // namespace rgw::http
