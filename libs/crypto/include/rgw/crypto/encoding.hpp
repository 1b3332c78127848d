#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rgw::crypto {

// Lower case.
[[nodiscard]] std::string hex(std::span<const std::byte> bytes);
// Either case, an even number of digits; empty when it is not that.
[[nodiscard]] std::optional<std::string> parse_hex(std::string_view text);

// RFC 4648 §4, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);
// Strict: full groups, padding exactly where due, the unused bits zero, no white space.
[[nodiscard]] std::optional<std::string> parse_base64(std::string_view text);

// RFC 4648 §5, without padding.
[[nodiscard]] std::string base64url(std::string_view bytes);
// Strict: no padding, the unused bits zero, no white space.
[[nodiscard]] std::optional<std::string> parse_base64url(std::string_view text);

// RFC 4648 §6, without padding.
[[nodiscard]] std::string base32(std::string_view bytes);
// Strict: upper case, no padding, the unused bits zero, no white space.
[[nodiscard]] std::optional<std::string> parse_base32(std::string_view text);

}  // namespace rgw::crypto
