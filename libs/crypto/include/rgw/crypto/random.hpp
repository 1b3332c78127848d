#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rgw/base/secret.hpp"

namespace rgw::crypto {

// Fills `out` from OpenSSL's generator, which the kernel seeds.
void random_bytes(std::span<std::byte> out);
[[nodiscard]] std::uint64_t random_u64();

// `prefix` and 256 random bits in base64url, 43 characters without `.` or padding: session and API
// tokens ("rgw_…").
[[nodiscard]] Secret random_token(std::string_view prefix);

// A random UUID (RFC 9562 §5.4), lower case.
[[nodiscard]] std::string random_uuid();

}  // namespace rgw::crypto
