#include "gzip.hpp"

#include <zlib.h>

#include <array>
#include <stdexcept>

namespace rgw::audit {
namespace {

constexpr int gzip_window = 15 + 16;  // zlib's way of saying gzip
constexpr int level = 6;
constexpr int memory_level = 8;

// zlib promises not to write through next_in.
Bytef* input(std::string_view text) {
    return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));  // NOLINT
}

}  // namespace

struct GzipWriter::Stream {
    z_stream z{};

    Stream() {
        if (deflateInit2(&z, level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) !=
            Z_OK) {
            throw std::runtime_error("deflateInit2 failed");
        }
    }
    ~Stream() { deflateEnd(&z); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
};

GzipWriter::GzipWriter() : stream_(std::make_unique<Stream>()) {}
GzipWriter::~GzipWriter() = default;

void GzipWriter::add(std::string_view text) {
    run(text, Z_NO_FLUSH);
}

std::string GzipWriter::finish() {
    run({}, Z_FINISH);
    return std::move(out_);
}

void GzipWriter::run(std::string_view text, int flush) {
    z_stream& z = stream_->z;
    z.next_in = input(text);
    z.avail_in = static_cast<uInt>(text.size());
    std::array<Bytef, 16UL * 1024> block{};
    do {
        z.next_out = block.data();
        z.avail_out = block.size();
        if (deflate(&z, flush) == Z_STREAM_ERROR) {
            throw std::logic_error("deflate");
        }
        out_.append(reinterpret_cast<const char*>(block.data()), block.size() - z.avail_out);
    } while (z.avail_out == 0);
}

Result<std::string> gunzip(std::string_view compressed, std::size_t max_bytes) {
    z_stream z{};
    if (inflateInit2(&z, gzip_window) != Z_OK) {
        throw std::runtime_error("inflateInit2 failed");
    }
    const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&z, &inflateEnd);
    z.next_in = input(compressed);
    z.avail_in = static_cast<uInt>(compressed.size());
    std::string out;
    std::array<char, 16UL * 1024> block{};
    for (int state = Z_OK; state != Z_STREAM_END;) {
        z.next_out = reinterpret_cast<Bytef*>(block.data());
        z.avail_out = block.size();
        state = inflate(&z, Z_NO_FLUSH);
        const std::size_t more = block.size() - z.avail_out;
        if ((state != Z_OK && state != Z_STREAM_END) || (state == Z_OK && more == 0)) {
            return Error(Errc::invalid_value, "it is not compressed with gzip, or not whole");
        }
        if (more > max_bytes - out.size()) {
            return Error(Errc::invalid_value,
                         "it is of more than " + std::to_string(max_bytes) + " bytes");
        }
        out.append(block.data(), more);
    }
    return z.avail_in == 0 ? Result<std::string>(std::move(out))
                           : Error(Errc::invalid_value, "there is more behind its end");
}

}  // namespace rgw::audit
