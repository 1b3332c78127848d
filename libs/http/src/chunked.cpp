#include "chunked.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "chars.hpp"

namespace rgw::http {

Result<ChunkDecoder::Step> ChunkDecoder::decode(std::span<const char> in, std::span<char> out) {
    Step step;
    while (step.consumed < in.size() && state_ != State::done) {
        if (state_ != State::data) {
            if (!take(in[step.consumed])) {
                return Error(Errc::bad_request, "the chunked body is malformed");
            }
            ++step.consumed;
            continue;
        }
        const std::size_t here = std::min(in.size() - step.consumed, out.size() - step.produced);
        const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(here, left_));
        if (bytes == 0) {
            break;  // no room
        }
        std::memcpy(out.data() + step.produced, in.data() + step.consumed, bytes);
        step.consumed += bytes;
        step.produced += bytes;
        took_data(bytes);
    }
    return step;
}

void ChunkDecoder::took_data(std::uint64_t bytes) {
    left_ -= bytes;
    if (left_ == 0) {
        state_ = State::data_cr;
    }
}

bool ChunkDecoder::take(char c) {
    switch (state_) {
        case State::size_first:
            left_ = 0;
            digits_ = 0;
            state_ = State::size;
            return take_size_digit(c);
        case State::size:
            if (c == '\r') {
                state_ = State::size_lf;
                return true;
            }
            if (c == ';') {
                state_ = State::extension;
                return ++extension_bytes_ <= max_extension_bytes;
            }
            return take_size_digit(c);
        case State::extension:
            if (c == '\r') {
                state_ = State::size_lf;
                return true;
            }
            return ++extension_bytes_ <= max_extension_bytes && chars::is(chars::field_text, c);
        case State::size_lf:
            state_ = left_ == 0 ? State::line_first : State::data;
            return c == '\n';
        case State::data_cr:
            state_ = State::data_lf;
            return c == '\r';
        case State::data_lf:
            state_ = State::size_first;
            return c == '\n';
        case State::line_first:
        case State::trailer_name:
        case State::trailer_value:
        case State::trailer_lf:
        case State::last_lf:
            return ++trailer_bytes_ <= max_trailer_bytes && take_trailer_byte(c);
        case State::data:
        case State::done:
            return false;
    }
    return false;
}

bool ChunkDecoder::take_size_digit(char c) {
    const bool overflows = left_ >> 59U != 0;  // a size is below 2^63
    if (overflows || !chars::is(chars::hex, c) || ++digits_ > max_size_digits) {
        return false;
    }
    left_ = left_ * 16 + chars::hex_value(c);
    return true;
}

bool ChunkDecoder::take_trailer_byte(char c) {
    switch (state_) {
        case State::line_first:
            state_ = c == '\r' ? State::last_lf : State::trailer_name;
            return c == '\r' || chars::is(chars::token, c);
        case State::trailer_name:
            if (c == ':') {
                state_ = State::trailer_value;
                return true;
            }
            return chars::is(chars::token, c);
        case State::trailer_value:
            if (c == '\r') {
                state_ = State::trailer_lf;
                return true;
            }
            return chars::is(chars::field_text, c);
        case State::trailer_lf:
            state_ = State::line_first;
            return c == '\n';
        case State::last_lf:
            state_ = State::done;
            return c == '\n';
        case State::size_first:
        case State::size:
        case State::extension:
        case State::size_lf:
        case State::data:
        case State::data_cr:
        case State::data_lf:
        case State::done:
            return false;
    }
    return false;
}

ChunkHead::ChunkHead(std::size_t size) {
    char* end = std::to_chars(text_.data(), text_.data() + text_.size(), size, 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    size_ = static_cast<std::size_t>(end - text_.data());
}

}  // namespace rgw::http
