#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "rgw/base/error.hpp"

namespace rgw::http {

// The chunked coding (RFC 9112 §7.1), strict: CR LF only, no white space around sizes, at most 16
// digits, extensions ignored and bounded over the whole body, trailers checked like fields, bounded
// and dropped.
class ChunkDecoder {
public:
    static constexpr std::size_t max_size_digits = 16;
    static constexpr std::size_t max_extension_bytes = 256;
    static constexpr std::size_t max_trailer_bytes = 8UL * 1024;

    struct Step {
        std::size_t consumed = 0;
        std::size_t produced = 0;
    };

    // Decodes as much of `in` as fits `out` and stops behind the last chunk. Error: bad_body-like
    // framing errors with Errc::bad_request; the decoder must not be used after one.
    Result<Step> decode(std::span<const char> in, std::span<char> out);

    [[nodiscard]] bool done() const { return state_ == State::done; }
    // Bytes of data that follow without framing in between; they may be taken from the wire
    // directly.
    [[nodiscard]] std::uint64_t data_ahead() const { return state_ == State::data ? left_ : 0; }
    void took_data(std::uint64_t bytes);

private:
    enum class State : std::uint8_t {
        size_first,
        size,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        line_first,
        trailer_name,
        trailer_value,
        trailer_lf,
        last_lf,
        done,
    };

    // Takes one byte of framing; false when it may not stand there.
    bool take(char c);
    bool take_size_digit(char c);
    bool take_trailer_byte(char c);

    State state_ = State::size_first;
    std::uint64_t left_ = 0;
    std::size_t digits_ = 0;
    std::size_t extension_bytes_ = 0;
    std::size_t trailer_bytes_ = 0;
};

// The line before a chunk's data: its size in hex and CR LF.
class ChunkHead {
public:
    explicit ChunkHead(std::size_t size);
    [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

private:
    std::array<char, 18> text_{};
    std::size_t size_ = 0;
};

inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace rgw::http
