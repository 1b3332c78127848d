#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"

namespace rgw::audit {

// Compresses bit by bit (RFC 1952). The same input gives the same bytes, at whatever time.
class GzipWriter {
public:
    GzipWriter();
    ~GzipWriter();
    GzipWriter(const GzipWriter&) = delete;
    GzipWriter& operator=(const GzipWriter&) = delete;

    void add(std::string_view text);
    [[nodiscard]] std::string finish();

private:
    struct Stream;
    void run(std::string_view text, int flush);
    std::unique_ptr<Stream> stream_;
    std::string out_;
};

// Error: invalid_value when it is no whole gzip member, or of more than `max_bytes`.
[[nodiscard]] Result<std::string> gunzip(std::string_view compressed, std::size_t max_bytes);

}  // namespace rgw::audit
