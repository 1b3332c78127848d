#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Strict readers of values. Each returns "" or what was expected; never the value, which may be a
// secret in the wrong variable.
namespace rgw::settings {

using Problem = std::string;

[[nodiscard]] Problem parse_bool(std::string_view value, bool& out);
[[nodiscard]] Problem parse_number(std::string_view value, std::uint64_t least, std::uint64_t most,
                                   std::uint64_t& out);
[[nodiscard]] Problem parse_port(std::string_view value, std::uint16_t& out);
[[nodiscard]] Problem parse_span(std::string_view value, std::chrono::milliseconds least,
                                 std::chrono::milliseconds most, std::chrono::milliseconds& out);
// A numeric address to listen on, in its usual spelling.
[[nodiscard]] Problem parse_address(std::string_view value, std::string& out);

}  // namespace rgw::settings
