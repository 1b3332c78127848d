#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "chunked.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"

namespace rgw::http {

// A body out of received bytes, for each framing.
class BodyDecoder {
public:
    BodyDecoder() = default;
    explicit BodyDecoder(BodyFraming framing) : kind_(framing.kind), left_(framing.length) {}

    [[nodiscard]] bool done() const;
    // Moves body bytes from `in` to `out`; consumes nothing behind the body's end.
    Result<ChunkDecoder::Step> decode(std::span<const char> in, std::span<char> out);

    // How many bytes of the wire are body without framing in between; with took() they may be read
    // straight into the caller's memory.
    [[nodiscard]] std::uint64_t direct() const;
    void took(std::uint64_t bytes);

    // The wire ended. False when it ended within the body.
    bool at_eof();
    // True when at most `limit` more bytes of body can come, for certain.
    [[nodiscard]] bool ends_within(std::uint64_t limit) const;

private:
    BodyKind kind_ = BodyKind::none;
    std::uint64_t left_ = 0;
    ChunkDecoder chunks_;
};

}  // namespace rgw::http
