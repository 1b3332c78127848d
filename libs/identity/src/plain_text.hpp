#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "rgw/base/text.hpp"

// What people type as names and reasons: UTF-8 already (it came as JSON).
namespace rgw::identity {

[[nodiscard]] inline bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// Lines of it.
[[nodiscard]] inline bool is_text(std::string_view text, std::size_t most_characters) {
    return count_characters(text) <= most_characters &&
           std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\n'; });
}

// One line of it.
[[nodiscard]] inline bool is_plain_text(std::string_view text, std::size_t most_characters) {
    return count_characters(text) <= most_characters && std::ranges::none_of(text, is_control);
}

}  // namespace rgw::identity
