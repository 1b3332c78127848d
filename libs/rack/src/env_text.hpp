#pragma once

#include <string>
#include <string_view>

#include "rgw/rack/env_rules.hpp"

namespace rgw::rack {

// Appends mask_env_text() as a JSON string, without a copy in between.
void append_masked_json(std::string& out, std::string_view env, const EnvView& view);

}  // namespace rgw::rack
