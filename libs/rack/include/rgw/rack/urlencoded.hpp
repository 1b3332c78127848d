#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"

namespace rgw::rack {

struct Pair {
    std::string name;
    std::string value;
};

// "a=b&c=d" with '+' for a space, strictly: every pair has one '=' at least and a name, escapes are
// whole, no raw ';' or '#', no name twice unless that is allowed. "" is no pair. `code` is the
// error's.
enum class Repeated : std::uint8_t { refused, allowed };
[[nodiscard]] Result<std::vector<Pair>> parse_urlencoded(std::string_view text, Errc code,
                                                         Repeated repeated = Repeated::refused);

// The same pairs in the same order, written in the one canonical way.
[[nodiscard]] std::string serialize_urlencoded(std::span<const Pair> pairs);

}  // namespace rgw::rack
