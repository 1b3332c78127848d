#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rgw/http/message.hpp"

namespace rgw::http {

// A file in the binary, with the forms it was compressed to beforehand.
struct StaticFile {
    // Kept by browsers without asking, because its name changes with its bytes; or asked for anew
    // each time, which a validator makes short.
    enum Lifetime : std::uint8_t { for_ever, asked_anew };

    std::string_view path;  // "assets/index-4f3a.js"
    std::string_view type;
    std::string_view digest;  // of the bytes, for the ETag
    Lifetime lifetime = asked_anew;
    std::string_view identity;
    std::string_view gzip;    // "" where it is not smaller
    std::string_view brotli;  // likewise
};

struct StaticAnswer {
    int status = 200;  // 304 when the client has these bytes
    std::string_view body;
    std::vector<OutField> fields;
};

// The file in the form the client takes, brotli before gzip (RFC 9110 §12.5.3, §13.1.2).
[[nodiscard]] StaticAnswer answer_static(const StaticFile& file, const RequestHead& head);

}  // namespace rgw::http
