#pragma once

#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"

namespace rgw::rack {

// A variable as posted, views into the text.
struct PostedVar {
    std::string_view name;
    std::string_view value;

    [[nodiscard]] bool is_placeholder() const;
};

// One variable, checked. Error: bad_body, which quotes the name at most.
[[nodiscard]] Result<PostedVar> check_posted(std::string_view name, std::string_view value);

// Reads a posted environment strictly: lines NAME=value, blank ones skipped, every name once. A
// line that is nothing but the placeholder is what masking made of a line inside a value, and
// belongs to the placeholder above it. Error: bad_body, which quotes a name at most.
[[nodiscard]] Result<std::vector<PostedVar>> read_posted_env(std::string_view text);

}  // namespace rgw::rack
