#pragma once

#include <span>

#include "rgw/http/static_file.hpp"

namespace rgw {

// The web app's files: index.html, and what it loads.
[[nodiscard]] std::span<const http::StaticFile> web_files();

}  // namespace rgw
