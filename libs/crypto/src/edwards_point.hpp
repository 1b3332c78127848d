#pragma once

#include <string_view>

#include "rgw/crypto/verifying_key.hpp"

namespace rgw::crypto {

// Whether the octets encode a point of the curve (RFC 8032 §5.1.3, §5.2.3) in the one canonical
// way, and none of small order: under such a key one signature passes for many messages.
[[nodiscard]] bool is_sound_point(KeyType curve, std::string_view octets);

}  // namespace rgw::crypto
